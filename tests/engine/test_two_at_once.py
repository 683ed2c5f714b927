"""Limits, ramps and words on approvals, where two processes meet, one dies, or the rules change meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from time import sleep
from typing import Any

import pytest
from sqlalchemy import text, update

from outreach.domain.delivery import Unavailable
from outreach.domain.limits import BlastPolicy
from outreach.domain.plan import plan
from outreach.domain.ruleset import Limits, Ramp
from outreach.domain.scale import Severity, Urgency
from outreach.engine.intake import DEAD_AFTER
from outreach.engine.pulling import Pulling
from outreach.engine.ramping import Ramping, begin
from outreach.store import runs
from outreach.store.approvals import End, Word, answer
from outreach.store.database import Store
from outreach.store.restoring import mark_restored
from outreach.store.tables import acknowledgments, approvals, messages, outreaches, ramps
from outreach.store.usual import take_turn
from tests.build import NOW, a_batch, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.test_ramping import HALF, a_ramped, by_end, flagged, looked, states
from tests.engine.world import World
from tests.fakes import FakeFeed

A_MOMENT = 0.3
"""Time for the other process to reach its lock; where it is slower the test says less, and never fails."""

WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@contextmanager
def meanwhile(store: Store, other: Callable[[], Any]) -> Iterator[Callable[[], Future[Any]]]:
    """Start another process's work in the middle of a transaction of ours; it is over when the block is."""
    with ThreadPoolExecutor(1) as pool:

        def start() -> Future[Any]:
            started = pool.submit(other)
            for _ in range(20):
                sleep(A_MOMENT / 2)
                if started.done() or store.engine.dialect.name == "sqlite":
                    break
                with store.read() as tx:
                    if tx.connection.execute(WAITS).scalar_one():
                        break
            return started

        yield start


def held(world: World, users: range) -> int:
    """One run over these people, of one rule that lets nobody go without a word."""
    world.pages += 1
    page = a_batch(*(a_flag(f"user-{n}") for n in users))
    return world.intake(page, name=f"feed-{world.pages}").run()["held_for_approval"]


def guarded(store: Store) -> World:
    rule = a_rule(limits=Limits(max_users=1), expires=timedelta(hours=1))
    return World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))


def test_nobody_joins_an_approval_in_the_moment_it_is_answered(store: Store) -> None:
    world = guarded(store)
    held(world, range(3))
    (asked,) = world.rows(approvals)

    with meanwhile(store, lambda: held(world, range(10, 13))) as start:
        with store.begin() as tx:
            answer(tx, asked.id, Word("ann", "approved", "", NOW))
            other = start()
        assert other.result() == 1

    open_ones = {a.id for a in world.rows(approvals) if a.state == "asked"}
    assert {o.approval for o in world.rows(outreaches) if o.state == "held"} == open_ones
    assert len(open_ones) == 1


def test_a_word_that_meets_the_end_of_what_expired_waits_its_turn(store: Store) -> None:
    world = guarded(store)
    held(world, range(3))
    (asked,) = world.rows(approvals)

    def say() -> End:
        with store.begin() as tx:
            return answer(tx, asked.id, Word("ann", "approved", "", NOW)).end

    with meanwhile(store, say) as start:
        with store.begin() as tx:  # as the stage of the ramps: first the people, then their approval
            take_turn(tx)
            tx.connection.execute(update(outreaches).values(lease_until=None))
            other = start()
            tx.connection.execute(update(approvals).values(users=3))
        assert other.result() is End.RELEASED


def test_of_two_people_who_say_yes_at_once_one_word_counts(store: Store) -> None:
    world = guarded(store)
    held(world, range(3))
    (asked,) = world.rows(approvals)

    def say(actor: str) -> End:
        with store.begin() as tx:
            return answer(tx, asked.id, Word(actor, "approved", "", NOW)).end

    with ThreadPoolExecutor(4) as pool:
        ends = Counter(pool.map(say, ("ann", "bob", "ann", "eve")))

    assert ends == {End.RELEASED: 1, End.ANSWERED: 3}


def test_two_processes_may_begin_the_same_ramp_at_once(store: Store) -> None:
    world = World(store, book=a_ramped())

    def other_begins() -> object:
        with store.begin() as tx:
            return begin(tx, world.book, world.clock)

    with meanwhile(store, other_begins) as start:
        with store.begin() as tx:
            ours = begin(tx, world.book, world.clock)
            other = start()
        assert other.result() == ours

    assert len(world.rows(ramps)) == 1


def test_a_run_that_was_taken_for_dead_and_goes_on_is_no_run_that_nobody_watches(store: Store) -> None:
    world = World(store)
    tools = world.intake().tools
    with store.begin() as tx:
        runs.begin_run(tx, "1" * 32, world.book.sha256, NOW, NOW)
    pulling = Pulling(stage=tools, book=world.book, plan=plan(world.book), run="1" * 32)
    world.clock.now += 2 * DEAD_AFTER  # it slept, and another process ended it
    assert world.intake().release_dead() == 1
    list(pulling.drain(FakeFeed([a_batch(a_flag("user-1"))], "late"), lambda: False))
    world.clock.now += 2 * DEAD_AFTER  # now it is dead

    assert world.intake().release_dead() == 1
    assert [o.state for o in world.rows(outreaches)] == ["climbing"]


def test_a_ramp_whose_steps_were_cut_short_still_stops_and_hinders_no_other(store: Store) -> None:
    longer = Ramp(
        steps=(Decimal("0.1"), Decimal("0.2"), Decimal("0.5"), Decimal(1)),
        wait=timedelta(hours=2),
        stop_at=Decimal("0.5"),
        least=4,
    )
    world = World(store, book=a_ramped(ramp=longer))
    flagged(world, range(2))
    for _ in range(2):
        world.clock.tick(hours=2)
        looked(world)
    flagged(world, range(10, 26))
    world.book = a_ramped(ramp=HALF)
    climbing = [o for o in world.rows(outreaches) if o.state == "climbing"]
    with store.begin() as tx:
        for o in climbing:
            said = {"person": o.person, "outreach": o.id, "message": None, "answer": "it_is_mine"}
            tx.insert(acknowledgments, [{"id": tx.new_id(), **said, "via": "page", "at": world.clock()}])
    looked(world)

    assert [r.state for r in world.rows(ramps)] == ["stopped"]


def test_a_step_that_widens_lets_nobody_past_the_limits_of_a_run_that_goes_on(store: Store) -> None:
    world = World(store, book=a_ramped(limits=Limits(max_users=10)))
    flagged(world, range(100, 102))
    rows = [a_flag(f"user-{n}", identity=str(n)) for n in range(16)]
    intake = world.intake(a_batch(*rows[:8]), a_batch(*rows[8:]), name="night")
    tools = replace(intake.tools, place=by_end)

    def progress(lines: int) -> None:
        world.clock.tick(hours=1)
        looked(world)

    replace(intake, tools=tools).run(progress)

    assert Counter(o.state for o in world.rows(outreaches) if o.approval) == {"held": 16}


def test_a_step_that_widens_keeps_to_the_days_budget(store: Store) -> None:
    world = World(store, book=a_ramped())
    waiting = flagged(world, range(16))["ramped"]
    world.clock.tick(hours=2)
    counts = Ramping(
        store=store,
        rulebook=lambda: world.book,
        place=by_end,
        clock=world.clock,
        bounds=BlastPolicy(messages_per_day=16 - 1),
    ).run()

    assert counts["let_in"] == 0
    assert states(world)["held", None] == waiting
    (asked,) = world.rows(approvals)
    assert (asked.kinds, asked.users) == ("messages", waiting)


def test_an_approval_whose_people_have_all_gone_another_way_is_asked_no_more(store: Store) -> None:
    sets = (
        a_rule_set("job_task", a_rule("job", limits=Limits(max_users=1)), severity=Severity.MEDIUM),
        a_rule_set("pig_butchering", a_rule(urgency=Urgency.SOON), severity=Severity.HIGH),
    )
    world = World(store, book=a_rulebook(*sets))
    flagged(world, range(3), pattern="job_task")
    assert [a.state for a in world.rows(approvals)] == ["asked"]
    flagged(world, range(3))
    looked(world)

    assert [a.state for a in world.rows(approvals)] == ["expired"]
    assert {o.close_reason for o in world.rows(outreaches)} == {"overtaken", None}


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2)])
def test_a_clock_that_went_back_widens_no_ramp_and_loses_nobody(store: Store, back: timedelta) -> None:
    world = World(store, book=a_ramped())
    waiting = flagged(world, range(16))["ramped"]
    world.clock.now -= back
    assert looked(world)["let_in"] == 0
    world.clock.now += back + timedelta(hours=2)

    assert looked(world)["let_in"] == waiting


def test_who_waited_for_a_ramp_when_a_copy_was_made_waits_for_a_word_after_its_restore(store: Store) -> None:
    world = World(store, book=a_ramped())
    flagged(world, range(16))
    with store.begin() as tx:
        mark_restored(tx, "ann", world.clock())
    world.clock.tick(hours=2)

    assert looked(world)["let_in"] == 0
    assert states(world) == {("held", None): 16}


def test_a_no_ends_also_what_was_being_tried_again_before_a_restore_held_it(store: Store) -> None:
    world = World(store)
    for sender in world.senders.values():
        sender.results = [Unavailable("down")] * 3
    world.flag(a_flag("user-1"))
    world.dispatch().run()
    assert {m.status for m in world.rows(messages)} == {"retrying"}
    world.clock.tick(hours=1)
    with store.begin() as tx:
        mark_restored(tx, "ann", world.clock())
        (asked,) = tx.connection.execute(approvals.select()).all()
        answer(tx, asked.id, Word("ann", "rejected", "sent before", world.clock()))

    assert {m.status for m in world.rows(messages)} == {"cancelled"}
