"""Replies that no desk has: nobody is known by the number they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from outreach.domain.replying import references
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import contact_points, messages, replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """A reply of nobody's: what it was read as, and how often its number wrote in all."""

    id: str
    at: datetime
    kind: str
    answer: str | None
    provider: str
    provider_ref: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What such a reply says, and the messages of ours that it names."""

    reply: Unclaimed
    text: str = field(repr=False)
    names: tuple[str, ...]


def unclaimed(tx: Tx, since: datetime) -> list[Unclaimed]:
    """Every reply since then from a number that nobody is known by, the oldest first."""
    query = _query().where(replies.c.at >= since).order_by(replies.c.at, replies.c.id)
    return [_read(row) for row in tx.connection.execute(query)]


def read_words(tx: Tx, ending: str, actor: str, now: datetime) -> list[Words]:
    """What the replies whose id ends so say; reading one is audited. None, or several, are not opened."""
    query = _query().where(replies.c.id.endswith(ending, autoescape=True))
    found = [_read(row) for row in tx.connection.execute(query)]
    if len(found) != 1:
        return [Words(reply=each, text="", names=()) for each in found]
    (reply,) = found
    write_audit(tx, "reply.read", reply.id, "from an unknown number", actor, now)
    sealed = tx.connection.execute(select(replies.c.text_enc).where(replies.c.id == reply.id)).scalar_one()
    text = tx.vault.open(sealed)
    ours = select(messages.c.reference).where(tx.among(messages.c.reference, references(text)))
    names = sorted(tx.connection.execute(ours).scalars())
    return [Words(reply=reply, text=text, names=tuple(names))]


def _query() -> Select[Any]:
    wrote = replies.alias()
    times = select(func.count()).where(wrote.c.from_hmac == replies.c.from_hmac).scalar_subquery()
    return select(replies, times.label("times")).where(_is_of_nobody())


def _is_of_nobody() -> ColumnElement[bool]:
    """Who shares a number has a task each; what retention emptied says nothing any more."""
    is_held = exists().where(contact_points.c.value_hmac == replies.c.from_hmac)
    was_sent = exists().where(messages.c.to_hmac == replies.c.from_hmac)
    return and_(replies.c.person.is_(None), replies.c.from_hmac != "", ~or_(is_held, was_sent))


def _read(row: Any) -> Unclaimed:
    return Unclaimed(
        id=row.id,
        at=row.at,
        kind=row.kind,
        answer=row.answer,
        provider=row.provider,
        provider_ref=row.provider_ref,
        times=row.times,
    )
