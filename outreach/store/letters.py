"""Dead letters: requests that the core system never heard, or refused, to be seen and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from outreach.store.database import Tx
from outreach.store.tables import audit, core_calls

STATES = ("dead", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One request that came to nothing. `trouble` is a word for why the core did not take it.

    `opened_at` is when it was first wanted; None where an older version wrote it down.
    """

    id: str
    person: str
    act: str
    transfer_ref: str | None
    reason: str
    state: str
    tries: int
    trouble: str | None
    opened_at: datetime | None


def letters(tx: Tx, at_most: int = 1000) -> list[Letter]:
    """Every dead letter, the oldest first; those of an older version, whose age nobody knows, last."""
    oldest = (core_calls.c.opened_at.asc().nulls_last(), core_calls.c.id)
    query = select(core_calls).where(core_calls.c.state.in_(STATES)).order_by(*oldest).limit(at_most)
    return [_letter(row) for row in tx.connection.execute(query)]


def letter(tx: Tx, id: str) -> Letter | None:
    """The dead letter with this id, or None."""
    query = select(core_calls).where(core_calls.c.state.in_(STATES), core_calls.c.id == id)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else _letter(row)


def count(tx: Tx) -> int:
    """How many there are."""
    query = select(func.count()).where(core_calls.c.state.in_(STATES))
    return int(tx.connection.execute(query).scalar_one())


def replay(tx: Tx, ids: Sequence[str], actor: str, now: datetime) -> list[str]:
    """Ask these again under their own ids, with all their tries; those that were dead letters, audited."""
    change = (
        update(core_calls)
        .where(tx.among(core_calls.c.id, ids), core_calls.c.state.in_(STATES))
        .values(state="due", tries=0, due_at=now, asked_at=None, answered_at=None, reminded_at=None)
        .returning(core_calls.c.id)
    )
    asked = sorted(tx.connection.execute(change).scalars().all())
    rows = [
        {"id": tx.new_id(), "actor": actor, "act": "replay_letter", "object": id, "reason": "", "at": now}
        for id in asked
    ]
    tx.insert(audit, rows)
    return asked


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        id=row.id,
        person=row.person,
        act=row.act,
        transfer_ref=row.transfer_ref,
        reason=row.reason,
        state=row.state,
        tries=row.tries,
        trouble=row.trouble,
        opened_at=row.opened_at,
    )
