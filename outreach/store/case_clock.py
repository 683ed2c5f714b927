"""What the clock of the cases asks for, and how late they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, case, func, or_, select

from outreach.domain.case_clock import CaseNow
from outreach.domain.running import Waiting
from outreach.store import cases as ledger
from outreach.store.cases import Case
from outreach.store.database import Tx
from outreach.store.tables import case_freezes, cases


def to_look_at(tx: Tx, now: datetime, at_most: int = 200) -> list[str]:
    """Open cases whose mark has come or whose clock never began; then, as far as there is room, those that
    were late when last looked at."""
    new = and_(cases.c.due_at.is_(None), cases.c.rung == 0, cases.c.stage != "settled")
    is_due = or_(cases.c.due_at <= now, new)
    which = or_(is_due, cases.c.late_since.is_not(None))
    query = select(cases.c.id).where(cases.c.state == "open", which)
    # a case may stay late for good, so such cases never stand before one whose mark has come
    order = (case((is_due, 0), else_=1), cases.c.due_at, cases.c.id)
    return list(tx.connection.execute(query.order_by(*order).limit(at_most)).scalars())


def now_of(tx: Tx, one: Case) -> CaseNow:
    """What the clock asks of a case."""
    is_open = case_freezes.c.answer.is_(None) & case_freezes.c.state.in_(("due", "asked", "unsent"))
    waits = func.coalesce(func.sum(case((is_open, 1), else_=0)), 0)
    asked = func.coalesce(func.sum(case((case_freezes.c.state != "unsent", 1), else_=0)), 0)
    row = tx.connection.execute(select(asked, waits).where(case_freezes.c.case == one.id)).one()
    return CaseNow(
        stage=one.stage, owner=one.owner, rung=one.rung, asked=bool(row[0]), unanswered=int(row[1])
    )


def freezing(tx: Tx) -> list[Case]:
    """Cases all of whose requests are out; not held, so that each may have moved on when it is."""
    query = ledger.query().where(cases.c.stage == "freezing", ~_waits().exists())
    return [ledger.read(row) for row in tx.connection.execute(query)]


def all_out(tx: Tx, case: str) -> bool:
    """Whether a case, which is held, is freezing and has no request that has not gone out."""
    query = select(cases.c.id).where(cases.c.id == case, cases.c.stage == "freezing", ~_waits().exists())
    return tx.connection.execute(query).first() is not None


def _waits() -> Select[tuple[str]]:
    return select(case_freezes.c.id).where(
        case_freezes.c.case == cases.c.id,
        case_freezes.c.answer.is_(None),
        case_freezes.c.state.in_(("due", "unsent")),
    )


def late(tx: Tx) -> Waiting:
    """How many open cases are late, and since when the longest."""
    query = select(func.count(), func.min(cases.c.late_since)).where(
        cases.c.state == "open", cases.c.late_since.is_not(None)
    )
    count, oldest = tx.connection.execute(query).one()
    return Waiting(count=count, oldest=oldest)
