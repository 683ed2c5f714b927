"""Which due outreaches a claim takes, and in which order, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import bindparam, text, update

from outreach.store import climb
from outreach.store.climb import Lease, Which
from outreach.store.database import Store
from outreach.store.tables import outreaches
from tests.build import a_flag
from tests.conftest import sqlite_store
from tests.engine.world import World

FAR = timedelta(hours=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An outreach: how urgent, due so long ago, and expiring in so long."""

    rank: int = 1
    due_for: timedelta = timedelta(minutes=1)
    expires_in: timedelta | None = FAR


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def waiting(world: World, *wanted: Waiting) -> list[str]:
    """Their ids, in the order given."""
    world.flag(*(a_flag(f"user-{n}") for n in range(len(wanted))))
    ids = [row.id for row in world.rows(outreaches)]
    change = update(outreaches).where(outreaches.c.id == bindparam("which"))
    names = ("urgency_rank", "due_at", "expires_at")
    statement = change.values(
        {name: bindparam(f"to_{name}", type_=outreaches.c[name].type) for name in names}
    )
    now = world.clock()
    rows = [
        {
            "which": id,
            "to_urgency_rank": one.rank,
            "to_due_at": now - one.due_for,
            "to_expires_at": one.expires_in and now + one.expires_in,
        }
        for id, one in zip(ids, wanted, strict=True)
    ]
    with world.store.begin() as tx:
        tx.each(statement, rows)
    return ids


def claimed(world: World, at_most: int, holder: str = "a") -> Sequence[str]:
    now = world.clock()
    lease = Lease(holder=holder, now=now, length=timedelta(minutes=1))
    with world.store.begin() as tx:
        return climb.claim(tx, lease, now, Which(at_most=at_most))


def test_the_most_urgent_is_claimed_first_then_what_expires_first(world: World) -> None:
    soon, late, urgent, never = waiting(  # of one urgency the two that are due longest are looked at
        world,
        Waiting(due_for=timedelta(minutes=3), expires_in=timedelta(hours=1)),
        Waiting(due_for=timedelta(minutes=2), expires_in=timedelta(hours=2)),
        Waiting(rank=2, expires_in=timedelta(hours=9)),
        Waiting(due_for=timedelta(minutes=4), expires_in=None),
    )
    assert [claimed(world, 1, str(n)) for n in range(4)] == [[urgent], [soon], [late], [never]]


def test_what_expires_soon_goes_before_any_older_backlog(world: World) -> None:
    backlog = [Waiting(due_for=timedelta(hours=1)) for _ in range(6 * climb.LOOKED_AT)]
    *_, last = waiting(world, *backlog, Waiting(due_for=timedelta(0), expires_in=timedelta(minutes=5)))
    assert claimed(world, 1) == [last]


def test_a_backlog_is_claimed_to_its_end_each_once_and_the_urgent_first(world: World) -> None:
    dice = Random(7)
    ends = (None, timedelta(minutes=3), FAR)
    wanted = [
        Waiting(
            rank=dice.randrange(3),
            due_for=timedelta(seconds=dice.randrange(99)),
            expires_in=dice.choice(ends),
        )
        for _ in range(40)
    ]
    ranks = dict(zip(waiting(world, *wanted), [one.rank for one in wanted], strict=True))
    taken: list[str] = []
    for n in range(20):
        batch = claimed(world, 3, str(n))
        assert min((ranks[id] for id in batch), default=0) >= max(
            (rank for id, rank in ranks.items() if id not in taken and id not in batch), default=0
        )
        taken += batch
    assert sorted(taken) == sorted(ranks)


def test_a_claim_finds_what_is_due_by_an_index_alone(tmp_path: Path) -> None:
    # SQLite plans by its rules; PostgreSQL by what it has counted, and here is next to nothing.
    world = World(sqlite_store(tmp_path))
    seen: list[str] = []
    with world.store.begin() as tx:
        raw = tx.connection.connection.driver_connection
        raw.set_trace_callback(seen.append)
        climb.claim(tx, Lease(holder="a", now=world.clock(), length=FAR), world.clock(), Which(at_most=500))
        raw.set_trace_callback(None)
        plans = [
            row.detail
            for statement in seen
            if statement.startswith("UPDATE")
            for row in tx.connection.execute(text(f"EXPLAIN QUERY PLAN {statement}".replace(":", r"\:")))
        ]
    found = [plan for plan in plans if "USING INDEX ix_outreaches" in plan]
    assert found
    assert all("state=? AND urgency_rank=? AND " in plan for plan in found), found
