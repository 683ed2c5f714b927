"""A person's messages as the firm's app shows them: pages, one by its id, and what changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select, update

from outreach.domain.answer import Grade
from outreach.domain.delivery import Status
from outreach.domain.message import Content
from outreach.domain.phrase import plain_phrase
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.desk import add_note
from outreach.store.feedback import add_evidence
from outreach.store.intake import people_of
from outreach.store.tables import (
    acknowledgments,
    decisions,
    episodes,
    evidence,
    messages,
    outreaches,
    people,
    profiles,
)

SOURCE = "app"
"""Who says so, of evidence and receipts."""

_THERE = (Status.ACCEPTED, Status.SENT, Status.UNDELIVERED, Status.DELIVERED, Status.IN_DOUBT)
SHOWN = tuple(status.value for status in _THERE)
"""What a provider has, or may have, or is kept here: whoever got it must find it in the app."""

CHANNELS = tuple(channel.value for channel in (Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.INBOX))
"""A call's words are for the caller."""

RECEIVED_BY_APP = (Channel.PUSH.value, Channel.INBOX.value)
"""Of these the app can know whether they came and were opened."""

Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One message of one person, with what an answer to it hangs on. `facts` are the decision's."""

    id: str
    person: str
    reference: str
    at: datetime
    changed_at: datetime
    channel: str
    locale: str
    status: str
    pattern: str
    outreach: str
    transfer_ref: str | None
    facts: Mapping[str, Any] = field(repr=False)
    content: Content = field(repr=False)
    answer: str | None
    answered_at: datetime | None
    is_seen: bool


def person_of(tx: Tx, user: str) -> str | None:
    """The person of a user reference; None where nobody was ever warned or set a code under it."""
    query = select(people.c.id).where(people.c.user_ref_hmac == tx.vault.fingerprint(user))
    return tx.connection.execute(query).scalar_one_or_none()


def page(tx: Tx, person: str, after: Place | None, limit: int) -> list[Kept]:
    """The person's messages, newest first, from the one after this place on."""
    query = _query(person).order_by(messages.c.created_at.desc(), messages.c.id.desc()).limit(limit)
    if after is not None:
        at, id = after
        query = query.where(messages.c.created_at <= at, or_(messages.c.created_at < at, messages.c.id < id))
    return _kept(tx, tx.connection.execute(query).all())


def one(tx: Tx, person: str, message: str) -> Kept | None:
    """One message, if it is this person's."""
    found = _kept(tx, tx.connection.execute(_query(person).where(messages.c.id == message)).all())
    return found[0] if found else None


def changes(tx: Tx, person: str, since: datetime, limit: int) -> list[Kept]:
    """The messages that came, moved or were answered at `since` or later, the oldest change first."""
    query = _query(person).where(or_(messages.c.status_at >= since, acknowledgments.c.at >= since))
    newest = query.order_by(messages.c.created_at.desc()).limit(limit)
    found = _kept(tx, tx.connection.execute(newest).all())
    return sorted(found, key=lambda kept: (kept.changed_at, kept.id))


def mark_seen(tx: Tx, message: str, now: datetime) -> bool:
    """That the person opened it in the app; False where that was known."""
    if message in _seen(tx, [message]):
        return False
    add_evidence(tx, message, Grade.HUMAN_OPENED.value, SOURCE, now)
    return True


def known_to_app(tx: Tx, ids: Sequence[str], references: Sequence[str]) -> dict[str, str]:
    """The messages of these that the app can tell of: by id and by reference, to the id."""
    columns = (messages.c.id, messages.c.reference)
    told = or_(tx.among(messages.c.id, ids), tx.among(messages.c.reference, references))
    rows = tx.connection.execute(
        select(*columns).where(told, messages.c.channel.in_(RECEIVED_BY_APP), messages.c.status.in_(SHOWN))
    ).all()
    return {row.id: row.id for row in rows} | {row.reference: row.id for row in rows}


def set_phrase(tx: Tx, user: str, phrase: str | None, actor: str, now: datetime) -> None:
    """Seal a person's anti-phishing code, or remove it (None); noted for the history without the code."""
    person = people_of(tx, [user], now)[0][user]
    sealed = None if phrase is None else tx.vault.seal(plain_phrase(phrase))
    changed = tx.connection.execute(
        update(profiles).where(profiles.c.person == person).values(code_enc=sealed, updated_at=now)
    )
    if changed.rowcount == 0:
        row = {"person": person, "locale": None, "zone": None, "country": None, "code_enc": sealed}
        tx.insert(profiles, [{**row, "source": SOURCE, "updated_at": now}])
    done = "set" if sealed is not None else "removed"
    add_note(tx, person, f"The anti-phishing code was {done} in the app.", actor, now)


def _query(person: str) -> Select[Any]:
    return (
        select(
            messages,
            outreaches.c.pattern,
            episodes.c.transfer_ref,
            decisions.c.facts,
            acknowledgments.c.answer,
            acknowledgments.c.at.label("answered_at"),
        )
        .join(people, people.c.id == messages.c.person)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .join(decisions, decisions.c.id == outreaches.c.decision)
        .join(episodes, episodes.c.id == outreaches.c.episode)
        .outerjoin(acknowledgments, acknowledgments.c.outreach == messages.c.outreach)
        .where(messages.c.person == person, messages.c.channel.in_(CHANNELS), messages.c.status.in_(SHOWN))
    )


def _kept(tx: Tx, rows: Sequence[Row[Any]]) -> list[Kept]:
    seen = _seen(tx, [row.id for row in rows])
    return [
        Kept(
            id=row.id,
            person=row.person,
            reference=row.reference,
            at=row.created_at,
            changed_at=max(row.status_at, row.answered_at or row.status_at),
            channel=row.channel,
            locale=row.locale,
            status=row.status,
            pattern=row.pattern,
            outreach=row.outreach,
            transfer_ref=row.facts.get("transfer_ref") or row.transfer_ref,
            facts=row.facts,
            content=Content(**json.loads(tx.vault.open(row.body_enc))),
            answer=row.answer,
            answered_at=row.answered_at,
            is_seen=row.id in seen,
        )
        for row in rows
    ]


def _seen(tx: Tx, ids: Sequence[str]) -> set[str]:
    grades = [grade.value for grade in (Grade.HUMAN_OPENED, Grade.ANSWERED)]
    query = select(evidence.c.message).where(tx.among(evidence.c.message, ids), evidence.c.grade.in_(grades))
    return set(tx.connection.execute(query).scalars()) if ids else set()
