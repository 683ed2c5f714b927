"""The audit, read: who did what to what, and when. Free words about a person are not among it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from outreach.domain.auditing import Act, sayable
from outreach.store.database import Tx
from outreach.store.listing import STREAMED
from outreach.store.tables import audit

ESCAPE = "\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedActs:
    """Which acts: at `since` or later, before `until`; `about` is any part of the object. "" asks nothing."""

    actor: str = ""
    act: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None


def acts(tx: Tx, wanted: WantedActs) -> Iterator[Act]:
    """What was done, newest first; consume it while the transaction is open."""
    a = audit.c
    query = select(a.at, a.actor, a.act, a.object, a.reason).order_by(a.at.desc(), a.id.desc())
    if wanted.actor:
        query = query.where(func.lower(a.actor) == wanted.actor.lower())
    if wanted.act:
        query = query.where(a.act == wanted.act)
    if wanted.about:
        query = query.where(a.object.like(_part(wanted.about), escape=ESCAPE))
    if wanted.since is not None:
        query = query.where(a.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(a.at < wanted.until)
    rows = tx.connection.execution_options(yield_per=STREAMED).execute(query.limit(wanted.limit))
    for row in rows:
        reason = sayable(row.act, row.reason)
        yield Act(at=row.at, actor=row.actor, act=row.act, about=row.object, reason=reason)


def known_acts(tx: Tx) -> dict[str, int]:
    """Every kind of act that there is, and how many."""
    query = select(audit.c.act, func.count()).group_by(audit.c.act).order_by(audit.c.act)
    return {act: count for act, count in tx.connection.execute(query)}


def _part(text: str) -> str:
    for character in (ESCAPE, "%", "_"):
        text = text.replace(character, ESCAPE + character)
    return f"%{text}%"
