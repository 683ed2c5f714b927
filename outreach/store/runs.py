"""Runs: their counts, and the release of what they opened, or its hold for approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from outreach.store.database import Tx
from outreach.store.tables import approvals, halts, outreaches, pulls, runs, texts, ticks


@dataclass(frozen=True, slots=True)
class Opened:
    """How many people a run opened an outreach for, by rule."""

    pattern: str
    rule: str
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What waits for a person's word."""

    id: str
    run: str
    pattern: str
    rule: str
    reason: str
    users: int
    state: str
    asked_at: datetime


def begin_run(tx: Tx, run: str, rulebook_sha256: str, now: datetime, beat_at: datetime) -> None:
    """A run starts; `beat_at` and every later beat are by the clock that leases live by."""
    row = {"id": run, "started_at": now, "finished_at": None, "rulebook_sha256": rulebook_sha256}
    tx.insert(runs, [{**row, "beat_at": beat_at, "counts": {}, "state": "running"}])


def beat(tx: Tx, run: str, at: datetime) -> None:
    """The run lives."""
    tx.connection.execute(update(runs).where(runs.c.id == run).values(beat_at=at))


def finish_run(tx: Tx, run: str, counts: Mapping[str, Any], state: str, now: datetime) -> None:
    """A run ends, with what it counted."""
    change = update(runs).where(runs.c.id == run)
    tx.connection.execute(change.values(finished_at=now, counts=dict(counts), state=state))


def forget_run(tx: Tx, run: str) -> None:
    """A run that pulled nothing leaves nothing."""
    tx.connection.execute(delete(runs).where(runs.c.id == run))


def end_dead_runs(tx: Tx, before: datetime, now: datetime) -> list[str]:
    """End the runs whose last beat is older than `before`: their process died. Each is told to one caller."""
    last = func.coalesce(runs.c.beat_at, runs.c.started_at)
    dead = update(runs).where(runs.c.state == "running", last < before)
    ended = dead.values(state="failed", finished_at=now).returning(runs.c.id)
    return sorted(tx.connection.execute(ended).scalars())


def opened_by(tx: Tx, run: str) -> tuple[list[Opened], int]:
    """What a run opened and has not released yet, and how many flags it read."""
    query = (
        select(outreaches.c.pattern, outreaches.c.rule, func.count(outreaches.c.person.distinct()))
        .where(outreaches.c.run == run, outreaches.c.state == "pending")
        .group_by(outreaches.c.pattern, outreaches.c.rule)
    )
    opened = [Opened(*row) for row in tx.connection.execute(query)]
    read = tx.connection.execute(select(func.sum(pulls.c.read)).where(pulls.c.run == run)).scalar_one()
    return opened, int(read or 0)


def release(tx: Tx, run: str, held: Mapping[tuple[str, str], str], now: datetime) -> None:
    """Let what a run opened climb, but hold the rules in `held` (pattern, rule → reason) for approval."""
    waiting = (outreaches.c.run == run) & (outreaches.c.state == "pending")
    for (pattern, rule), reason in held.items():
        which = waiting & (outreaches.c.pattern == pattern) & (outreaches.c.rule == rule)
        users = tx.connection.execute(update(outreaches).where(which).values(state="held")).rowcount
        what = {"id": tx.new_id(), "run": run, "pattern": pattern, "rule": rule, "reason": reason}
        asked = {"users": users, "state": "asked", "actor": None, "asked_at": now, "answered_at": None}
        tx.insert(approvals, [{**what, **asked}])
    tx.connection.execute(update(outreaches).where(waiting).values(state="climbing", due_at=now))


def waiting_approvals(tx: Tx) -> list[Approval]:
    """What waits for a person's word, oldest first."""
    query = select(approvals).where(approvals.c.state == "asked").order_by(approvals.c.asked_at)
    return [
        Approval(
            id=row.id,
            run=row.run,
            pattern=row.pattern,
            rule=row.rule,
            reason=row.reason,
            users=row.users,
            state=row.state,
            asked_at=row.asked_at,
        )
        for row in tx.connection.execute(query)
    ]


def answer_approval(tx: Tx, approval: str, *, approved: bool, actor: str, now: datetime) -> int:
    """Release or close what was held; the number of outreaches it concerned, 0 if nothing waited."""
    # One UPDATE, so that of two people who answer at once only the first is heard.
    answered = (
        update(approvals)
        .where(approvals.c.id == approval, approvals.c.state == "asked")
        .values(state="approved" if approved else "rejected", actor=actor, answered_at=now)
        .returning(approvals)
    )
    row = tx.connection.execute(answered).one_or_none()
    if row is None:
        return 0
    which = (
        (outreaches.c.run == row.run)
        & (outreaches.c.pattern == row.pattern)
        & (outreaches.c.rule == row.rule)
        & (outreaches.c.state == "held")
    )
    change = (
        {"state": "climbing", "due_at": now}
        if approved
        else {"state": "closed", "closed_at": now, "close_reason": "rejected"}
    )
    return tx.connection.execute(update(outreaches).where(which).values(**change)).rowcount


def keep_texts(tx: Tx, kept: Iterable[tuple[str, str, str, str]], now: datetime) -> None:
    """Keep every text (hash, kind, name, body) that decisions and messages will cite, once each."""
    tx.insert_new(
        texts,
        [
            {"sha256": sha256, "kind": kind, "name": name, "body": body, "first_used_at": now}
            for sha256, kind, name, body in kept
        ],
    )


def take_tick(tx: Tx, job: str, due_at: datetime, holder: str, now: datetime) -> bool:
    """True for the one process that gets to run this job's tick; the rest are told no."""
    row = {"job": job, "due_at": due_at, "holder": holder, "taken_at": now}
    return tx.insert_new(ticks, [row]) == 1


_HALTED = select(halts.c.scope, halts.c.object).where(halts.c.lifted_at.is_(None))


def halted(tx: Tx) -> frozenset[tuple[str, str]]:
    """The standing halts as (scope, object); ("all", "") stops everything."""
    return frozenset((scope, about) for scope, about in tx.rows(_HALTED))
