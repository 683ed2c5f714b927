"""Runs: their counts, and the release of what they opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from outreach.store.database import Tx
from outreach.store.tables import halts, outreaches, pulls, runs, texts, ticks


@dataclass(frozen=True, slots=True)
class Opened:
    """How many people a run opened an outreach for, by rule."""

    pattern: str
    rule: str
    users: int
    ready: int  # of them, those who wait for no step of a ramp
    urgency_rank: int


def begin_run(tx: Tx, run: str, rulebook_sha256: str, now: datetime, beat_at: datetime) -> None:
    """A run starts; `beat_at` and every later beat are by the clock that leases live by."""
    row = {"id": run, "started_at": now, "finished_at": None, "rulebook_sha256": rulebook_sha256}
    tx.insert(runs, [{**row, "beat_at": beat_at, "counts": {}, "state": "running"}])


def beat(tx: Tx, run: str, at: datetime) -> None:
    """The run lives; also one that slept so long that it was taken for dead, and goes on."""
    tx.connection.execute(update(runs).where(runs.c.id == run).values(beat_at=at))
    taken_for_dead = (runs.c.id == run) & (runs.c.state == "failed")
    tx.connection.execute(update(runs).where(taken_for_dead).values(state="running", finished_at=None))


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
    o = outreaches.c
    query = (
        select(
            o.pattern,
            o.rule,
            func.count(o.person.distinct()),
            func.count(o.person.distinct()).filter(o.state == "pending"),
            func.max(o.urgency_rank),
        )
        .where(o.run == run, o.state.in_(("pending", "ramp")))
        .group_by(o.pattern, o.rule)
    )
    opened = [Opened(*row) for row in tx.connection.execute(query)]
    read = tx.connection.execute(select(func.sum(pulls.c.read)).where(pulls.c.run == run)).scalar_one()
    return opened, int(read or 0)


def opened_for(run: str, opened: Opened) -> ColumnElement[bool]:
    """That an outreach was opened by a run for this rule, and is not released yet."""
    o = outreaches.c
    of_rule = (o.pattern == opened.pattern) & (o.rule == opened.rule)
    return and_(o.run == run, of_rule, o.state.in_(("pending", "ramp")))


def release(tx: Tx, run: str, now: datetime) -> None:
    """Let what a run opened climb; what is held, or waits for its step of a ramp, stays where it is."""
    waiting = (outreaches.c.run == run) & (outreaches.c.state == "pending")
    tx.connection.execute(update(outreaches).where(waiting).values(state="climbing", due_at=now))


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
