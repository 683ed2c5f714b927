"""Dead letters: requests that the core system, or a firm, never heard or refused, to be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, update

from outreach.domain.running import Waiting
from outreach.store.database import Tx
from outreach.store.tables import audit, case_freezes, core_calls

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
    to: str = "core"


def letters(tx: Tx, at_most: int = 1000) -> list[Letter]:
    """Every dead letter, the oldest first; those of an older version, whose age nobody knows, last."""
    oldest = (core_calls.c.opened_at.asc().nulls_last(), core_calls.c.id)
    query = select(core_calls).where(core_calls.c.state.in_(STATES)).order_by(*oldest).limit(at_most)
    of_core = [_letter(row) for row in tx.connection.execute(query)]
    firms = select(case_freezes).where(_is_to_a_firm()).order_by(case_freezes.c.id).limit(at_most)
    of_firms = [_to_firm(row) for row in tx.connection.execute(firms)]
    found = sorted(of_core + of_firms, key=lambda one: (one.opened_at is None, one.opened_at or 0, one.id))
    return found[:at_most]


def letter(tx: Tx, id: str) -> Letter | None:
    """The dead letter with this id, or None."""
    query = select(core_calls).where(core_calls.c.state.in_(STATES), core_calls.c.id == id)
    row = tx.connection.execute(query).one_or_none()
    if row is not None:
        return _letter(row)
    firm = select(case_freezes).where(_is_to_a_firm(), case_freezes.c.id == id)
    row = tx.connection.execute(firm).one_or_none()
    return None if row is None else _to_firm(row)


def waiting(tx: Tx) -> Waiting:
    """How many there are, and since when the oldest."""
    core = select(func.count(), func.min(core_calls.c.opened_at)).where(core_calls.c.state.in_(STATES))
    firms = select(func.count(), func.min(case_freezes.c.opened_at)).where(_is_to_a_firm())
    found = [tx.connection.execute(query).one() for query in (core, firms)]
    oldest = [since for _, since in found if since is not None]
    return Waiting(count=sum(count for count, _ in found), oldest=min(oldest, default=None))


def count(tx: Tx) -> int:
    """How many there are."""
    return waiting(tx).count


def replay(tx: Tx, ids: Sequence[str], actor: str, now: datetime) -> list[str]:
    """Ask these again under their own ids, with all their tries; those that were dead letters, audited."""
    change = (
        update(core_calls)
        .where(tx.among(core_calls.c.id, ids), core_calls.c.state.in_(STATES))
        .values(state="due", tries=0, due_at=now, asked_at=None, answered_at=None, reminded_at=None)
        .returning(core_calls.c.id)
    )
    firms = (
        update(case_freezes)
        .where(tx.among(case_freezes.c.id, ids), _is_to_a_firm())
        .values(state="due", tries=0, due_at=now, asked_at=None)
        .returning(case_freezes.c.id)
    )
    asked = sorted(id for one in (change, firms) for id in tx.connection.execute(one).scalars())
    rows = [
        {"id": tx.new_id(), "actor": actor, "act": "replay_letter", "object": id, "reason": "", "at": now}
        for id in asked
    ]
    tx.insert(audit, rows)
    return asked


def _is_to_a_firm() -> ColumnElement[bool]:
    c = case_freezes.c
    return and_(c.state.in_(STATES), c.answer.is_(None), c.way == "webhook")


def _to_firm(row: Row[Any]) -> Letter:
    return Letter(
        id=row.id,
        person=row.person,
        act="freeze",
        transfer_ref=None,
        reason=f"recovery case {row.case[-8:]}",
        state=row.state,
        tries=row.tries,
        trouble=row.trouble,
        opened_at=row.opened_at,
        to=row.firm,
    )


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
