"""How the engine is running, counted from the ledger: cheap enough to be asked every few seconds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from outreach.domain.running import Halt, Process, Provider, Running, Waiting
from outreach.store import case_clock, letters, traffic
from outreach.store.database import Store, Tx
from outreach.store.looks import feed_looks
from outreach.store.tables import (
    approvals,
    attempts,
    halts,
    messages,
    outreaches,
    processes,
    runs,
    tasks,
)
from outreach.store.tasklist import tasks_now

DAY = timedelta(days=1)
RUN_DEAD_AFTER = timedelta(minutes=2)
"""A daemon ends a dead run within a minute; one that stays dead longer has nobody who would."""

_IS_UNUSUAL = approvals.c.kinds.like("%usual%") | approvals.c.kinds.like("%ramp%")

LATENESS = {
    "under 10 s": timedelta(),
    "10 s to 1 min": timedelta(seconds=10),
    "1 to 5 min": timedelta(minutes=1),
    "5 min to 1 h": timedelta(minutes=5),
    "over 1 h": timedelta(hours=1),
}
"""How late a due step is, from the least."""


def running(store: Store, tx: Tx, now: datetime) -> Running:
    """How the engine is running now, but for the rules in force: those are no row."""
    standing = _halts(tx)
    halted = [halt.object for halt in standing if halt.scope == "pattern"]
    due, lateness = _due(tx, now, halted)
    leases = store.lease_clock(tx, now)
    closed, too_late = _closed(tx, now)
    return Running(
        at=now,
        queue={**_queue(tx, now), "due": due},
        lateness=lateness,
        in_doubt=_in_doubt(tx),
        doubts_for_people=_one(tx, (tasks.c.kind == "in_doubt") & (tasks.c.state == "open")),
        tasks=tasks_now(tx, now),
        welfare=_waiting(tx, tasks.c.due_at, _is_left_alone(now, leases)),
        letters=letters.waiting(tx),
        cases=case_clock.late(tx),
        approvals=_waiting(tx, approvals.c.asked_at, approvals.c.state == "asked"),
        unusual=_waiting(tx, approvals.c.asked_at, (approvals.c.state == "asked") & _IS_UNUSUAL),
        dead_runs=_dead_runs(tx, leases - RUN_DEAD_AFTER),
        halts=standing,
        feeds=feed_looks(tx),
        processes=processes_now(tx),
        providers=_providers(tx, now),
        closed=closed,
        too_late=too_late,
    )


def last_rules(tx: Tx) -> str | None:
    """The hash of the rules that the last run went by."""
    query = select(runs.c.rulebook_sha256).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1)
    return tx.connection.execute(query).scalar_one_or_none()


def _halts(tx: Tx) -> tuple[Halt, ...]:
    query = select(halts).where(halts.c.lifted_at.is_(None)).order_by(halts.c.at, halts.c.id)
    return tuple(
        Halt(scope=row.scope, object=row.object, reason=row.reason, at=row.at)
        for row in tx.connection.execute(query)
    )


def _queue(tx: Tx, now: datetime) -> dict[str, Waiting]:
    """Open outreaches by state; climbing ones whose time has not come are waiting, and of those only counted.

    A million may climb: what is asked of them is in the index that dispatch claims by.
    """
    o = outreaches.c
    states = ("pending", "ramp", "held", "settling")
    query = select(o.state, func.count(), func.min(o.opened_at)).where(o.state.in_(states)).group_by(o.state)
    found = {
        state: Waiting(count=count, oldest=oldest) for state, count, oldest in tx.connection.execute(query)
    }
    later = select(func.count()).where(o.state == "climbing", o.due_at > now)
    waiting = Waiting(count=tx.connection.execute(later).scalar_one())
    return {**{state: Waiting() for state in states}, **found, "waiting": waiting}


def _due(tx: Tx, now: datetime, halted: Collection[str]) -> tuple[Waiting, dict[str, int]]:
    """What should have been sent by now, and how late it is; a halted pattern's is not late but halted."""
    o = outreaches.c
    is_due = (o.state == "climbing") & (o.due_at <= now)
    if halted:
        is_due &= o.pattern.not_in(halted)
    ages = [func.count().filter(o.due_at <= now - least) for least in LATENESS.values()]
    row: Any = tx.connection.execute(select(func.min(o.due_at), *ages).where(is_due)).one()
    at_least = [*row[1:], 0]
    lateness = {
        name: at_least[n] - at_least[n + 1]
        for n, name in enumerate(LATENESS)
        if at_least[n] > at_least[n + 1]
    }
    return Waiting(count=row[1], oldest=row[0]), lateness


def _in_doubt(tx: Tx) -> Waiting:
    """What is being settled, since its last attempt began."""
    last = (
        select(func.max(attempts.c.started_at).label("at"))
        .select_from(outreaches)
        .join(messages, (messages.c.outreach == outreaches.c.id) & (messages.c.step == outreaches.c.step))
        .join(attempts, attempts.c.message == messages.c.id)
        .where(outreaches.c.state == "settling")
        .group_by(outreaches.c.id)
        .subquery()
    )
    count, oldest = tx.connection.execute(select(func.count(), func.min(last.c.at))).one()
    return Waiting(count=count, oldest=oldest)


def _is_left_alone(now: datetime, leases: datetime) -> ColumnElement[bool]:
    """That a welfare task is due, and in nobody's hands."""
    ended = and_(tasks.c.state == "taken", tasks.c.lease_until <= leases)
    free = or_(tasks.c.state == "open", ended)
    return and_(tasks.c.kind == "welfare", tasks.c.due_at <= now, free)


def _dead_runs(tx: Tx, before: datetime) -> Waiting:
    last = func.coalesce(runs.c.beat_at, runs.c.started_at)
    return _waiting(tx, last, (runs.c.state == "running") & (last < before))


def processes_now(tx: Tx) -> tuple[Process, ...]:
    """Every process that said that it lives, the oldest first."""
    query = select(processes).order_by(processes.c.started_at, processes.c.holder)
    return tuple(
        Process(
            holder=row.holder,
            role=row.role,
            version=row.version,
            started_at=row.started_at,
            beat_at=row.beat_at,
        )
        for row in tx.connection.execute(query)
    )


def _providers(tx: Tx, now: datetime) -> tuple[Provider, ...]:
    return tuple(
        Provider(
            channel=lane.channel,
            provider=lane.provider,
            breaker=lane.breaker,
            since=lane.breaker_since,
            share=lane.share,
            weight=lane.weight,
            tried=lane.tried,
            failed=lane.failed,
            answer_seconds=lane.answer_seconds,
        )
        for lane in traffic.standing(tx, now)
    )


def _closed(tx: Tx, now: datetime) -> tuple[dict[str, int], int]:
    """What ended in the last day by reason, and how many expired before anything was sent."""
    o = outreaches.c
    query = (
        select(o.close_reason, func.count(), func.count().filter(o.sent == 0))
        .where(o.closed_at >= now - DAY)
        .group_by(o.close_reason)
    )
    rows = list(tx.connection.execute(query))
    closed = {reason or "closed": count for reason, count, _ in rows}
    return closed, sum(unsent for reason, _, unsent in rows if reason == "expired")


def _waiting(tx: Tx, since: Any, which: ColumnElement[bool]) -> Waiting:
    count, oldest = tx.connection.execute(select(func.count(), func.min(since)).where(which)).one()
    return Waiting(count=count, oldest=oldest)


def _one(tx: Tx, which: ColumnElement[bool]) -> int:
    return int(tx.connection.execute(select(func.count()).where(which)).scalar_one())
