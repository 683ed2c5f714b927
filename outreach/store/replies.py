"""Replies: each kept once, and what is known of the number that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update

from outreach.domain.contact import spellings
from outreach.domain.replying import Confirmation, Inbound, Reply
from outreach.domain.replying_to import Texted
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.tables import (
    attempts,
    contact_points,
    messages,
    outreaches,
    people,
    profiles,
    replies,
    tasks,
)

COMFORT = "welfare"
"""What is kept as said in return to somebody who wrote of harming themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is known of a number: whose it is now, what was sent to it lately, in which language its people
    read."""

    number: str  # its keyed hash
    holders: frozenset[str]
    texted: tuple[Texted, ...]
    locales: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A reply as it is written down; `answer_due` is set where its answer has yet to be taken."""

    id: str
    inbound: Inbound = field(repr=False)
    number: str
    reply: Reply
    persons: frozenset[str]  # who may have written it; empty: nobody is known by the number
    message: str | None
    confirmed: str | None
    answer_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An answer that is kept and was not taken yet."""

    reply: str
    message: str
    answer: str
    at: datetime


def only_here(tx: Tx, inbound: Inbound) -> str:
    """The keyed hash of the number; what else it says at this moment waits until this transaction ends."""
    number = tx.vault.fingerprint(inbound.sender)
    if tx.connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        tx.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(number[:15], 16)})
    return number


def is_kept(tx: Tx, inbound: Inbound) -> bool:
    """Whether this very text was kept before."""
    same = (replies.c.provider == inbound.provider) & (replies.c.provider_ref == inbound.ref)
    return tx.connection.execute(select(replies.c.id).where(same)).first() is not None


def line(tx: Tx, inbound: Inbound, since: datetime) -> Line:
    """What is known of the number that this text came from; of what it was sent, only since then."""
    hashes = [tx.vault.fingerprint(form) for form in spellings(inbound.sender)]
    holders = _holders(tx, hashes)
    query = select(profiles.c.locale).where(tx.among(profiles.c.person, holders)).order_by(profiles.c.person)
    return Line(
        number=tx.vault.fingerprint(inbound.sender),
        holders=frozenset(holders),
        texted=tuple(_texted(tx, hashes, since)),
        locales=tuple(locale for locale in tx.connection.execute(query).scalars() if locale),
    )


def _holders(tx: Tx, hashes: Sequence[str]) -> list[str]:
    query = (
        select(contact_points.c.person)
        .join(people, people.c.id == contact_points.c.person)
        .where(
            tx.among(contact_points.c.value_hmac, hashes),
            contact_points.c.channel == Channel.SMS.value,
            contact_points.c.valid_to.is_(None),
        )
        .distinct()
    )
    return list(tx.connection.execute(query).scalars())


def _texted(tx: Tx, hashes: Sequence[str], since: datetime) -> Iterable[Texted]:
    # Also what a provider may have: a reply can overtake the word that it was accepted.
    maybe = or_(attempts.c.result.is_(None), attempts.c.result.in_(("accepted", "unknown")))
    query = (
        select(messages, outreaches.c.state, func.max(attempts.c.started_at).label("handed_at"))
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .join(people, people.c.id == messages.c.person)
        .join(attempts, attempts.c.message == messages.c.id)
        .where(
            tx.among(messages.c.to_hmac, hashes),
            messages.c.channel == Channel.SMS.value,
            attempts.c.started_at >= since,
            maybe,
        )
        .group_by(messages.c.id, outreaches.c.id)
    )
    for row in tx.connection.execute(query):
        yield Texted(
            message=row.id,
            reference=row.reference,
            person=row.person,
            outreach=row.outreach,
            locale=row.locale,
            is_open=row.state != "closed",
            handed_at=row.handed_at,
        )


def keep(tx: Tx, kept: Kept, now: datetime) -> bool:
    """Write a reply down, its words sealed; False where it was there before."""
    row = {
        "id": kept.id,
        "provider": kept.inbound.provider,
        "provider_ref": kept.inbound.ref,
        "from_hmac": kept.number,
        "person": next(iter(kept.persons)) if len(kept.persons) == 1 else None,
        "persons": len(kept.persons),
        "message": kept.message,
        "text_enc": tx.vault.seal(kept.inbound.text),
        "kind": kept.reply.kind.value,
        "answer": kept.reply.answer.value if kept.reply.answer else None,
        "scope": kept.reply.scope.value if kept.reply.scope else None,
        "confirmed": kept.confirmed,
        "at": now,
        "answer_due": kept.answer_due,
    }
    return tx.insert_new(replies, [row]) == 1


def due(tx: Tx, now: datetime, again: datetime) -> Due | None:
    """The next answer that was kept and not taken, which is not looked at again before `again`."""
    is_due = replies.c.answer_due.is_not(None) & (replies.c.answer_due <= now)
    row: Any = tx.connection.execute(
        select(replies).where(is_due).order_by(replies.c.answer_due).limit(1)
    ).first()
    if row is None:
        return None
    tx.connection.execute(update(replies).where(replies.c.id == row.id).values(answer_due=again))
    return Due(reply=row.id, message=row.message, answer=row.answer, at=row.at)


def taken(tx: Tx, reply: str) -> None:
    """Note that a reply's answer was taken."""
    tx.connection.execute(update(replies).where(replies.c.id == reply).values(answer_due=None))


def own_words(tx: Tx, number: str) -> set[str]:
    """The ids of what this number wrote before."""
    query = select(replies.c.id).where(replies.c.from_hmac == number)
    return set(tx.connection.execute(query).scalars())


def was_helped(tx: Tx, number: str, since: datetime) -> bool:
    """Whether this number got the words of help since then."""
    helped = (replies.c.from_hmac == number) & (replies.c.confirmed == Confirmation.HELP.value)
    query = select(replies.c.id).where(helped, replies.c.at >= since)
    return tx.connection.execute(query).first() is not None


def was_comforted(tx: Tx, number: str, since: datetime) -> bool:
    """Whether this number was told since then that a person will be in touch."""
    said = (replies.c.from_hmac == number) & (replies.c.confirmed == COMFORT)
    return tx.connection.execute(select(replies.c.id).where(said, replies.c.at >= since)).first() is not None


def task_step(tx: Tx, kind: str, person: str) -> int | None:
    """The number of this person's next task of this kind; None where one still waits."""
    query = select(tasks.c.state).where(tasks.c.person == person, tasks.c.kind == kind)
    states = list(tx.connection.execute(query).scalars())
    return None if "open" in states or "taken" in states else len(states)
