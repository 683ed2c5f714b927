"""Replies that no desk has: nobody was known by the number they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from outreach.domain.replying import Kind, references
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import audit, messages, replies

READ = "reply.read"
DONE = (Kind.OPT_OUT.value, Kind.OPT_IN.value)
"""What counts for a number, whoever has it: nobody needs to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """A reply of nobody's: what it was read as, how often its number wrote in all, who has read it first."""

    id: str
    at: datetime
    kind: str
    answer: str | None
    provider: str
    provider_ref: str
    times: int
    read_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What such a reply says, and the messages of ours that it names."""

    text: str = field(repr=False)
    names: tuple[str, ...]


def unclaimed(tx: Tx, since: datetime) -> list[Unclaimed]:
    """Every such reply since then that a person has to read, the oldest first."""
    return _found(tx, _query().where(replies.c.at >= since).order_by(replies.c.at, replies.c.id))


def ending_so(tx: Tx, ending: str) -> list[Unclaimed]:
    """Those whose id ends so."""
    return _found(tx, _query().where(replies.c.id.endswith(ending, autoescape=True)))


def words_of(tx: Tx, reply: Unclaimed, actor: str, now: datetime) -> Words:
    """What it says; that somebody read it is in the audit."""
    write_audit(tx, READ, reply.id, "from an unknown number", actor, now)
    sealed = tx.connection.execute(select(replies.c.text_enc).where(replies.c.id == reply.id)).scalar_one()
    text = tx.vault.open(sealed)
    ours = select(messages.c.reference).where(tx.among(messages.c.reference, references(text)))
    return Words(text=text, names=tuple(sorted(tx.connection.execute(ours).scalars())))


def _query() -> Select[Any]:
    r, wrote = replies.c, replies.alias()
    times = select(func.count()).where(wrote.c.from_hmac == r.from_hmac).scalar_subquery()
    readers = select(audit.c.actor).where(audit.c.act == READ, audit.c.object == r.id)
    first = readers.order_by(audit.c.id).limit(1).scalar_subquery()
    # What retention emptied has no number any more; before `persons` was kept, several people had none, too.
    of_nobody = (r.person.is_(None), func.coalesce(r.persons, 0) == 0, r.from_hmac != "", r.kind.not_in(DONE))
    columns = (r.id, r.at, r.kind, r.answer, r.provider, r.provider_ref)
    return select(*columns, times.label("times"), first.label("read_by")).where(*of_nobody)


def _found(tx: Tx, query: Select[Any]) -> list[Unclaimed]:
    return [Unclaimed(**row) for row in tx.connection.execute(query).mappings()]
