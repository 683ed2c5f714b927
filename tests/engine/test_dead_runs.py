"""A run that lives is left alone however long it takes; what a dead one opened is let go within a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from structlog.testing import capture_logs

from outreach.domain.ruleset import Limits
from outreach.engine.intake import DEAD_AFTER, Intake
from outreach.errors import FeedError
from outreach.store.database import Store
from outreach.store.tables import approvals, looks, outreaches, runs
from outreach.wiring.beating import beating
from tests.build import NOW, a_batch, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World

BEAT = timedelta(seconds=5)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


class Died(BaseException):
    """The process is gone: nothing of it runs any more."""


def dying(world: World) -> None:
    """A run that opens outreaches for three people and then dies with its process."""
    intake = world.intake(a_batch(*(a_flag(f"user-{n}") for n in range(3))), name="risk")

    class Dying(Intake):
        def _finish(self, *_: object) -> None:
            raise Died

    with pytest.raises(Died):
        Dying(feeds=intake.feeds, rulebook=intake.rulebook, tools=intake.tools).run()


def states(world: World) -> set[str]:
    return {outreach.state for outreach in world.rows(outreaches)}


def test_what_a_dead_run_opened_is_let_go_by_another_process_within_a_minute(world: World) -> None:
    dying(world)
    assert states(world) == {"pending"}
    world.clock.tick(seconds=DEAD_AFTER.total_seconds() - 1)
    assert world.intake(name="risk").release_dead() == 0

    world.clock.tick(seconds=2)
    with capture_logs() as lines:
        assert world.intake(name="risk").release_dead() == 1

    assert states(world) == {"climbing"}
    assert [line["event"] for line in lines] == ["run.died"]
    assert {run.state for run in world.rows(runs)} == {"failed"}
    assert DEAD_AFTER + timedelta(seconds=10) + BEAT < timedelta(minutes=1)


def test_a_dead_run_is_let_go_by_the_next_run_too(world: World) -> None:
    dying(world)
    world.clock.tick(seconds=31)
    world.flag(a_flag("later"))

    assert states(world) == {"climbing"}


def test_a_dead_run_over_a_rules_limits_is_held_once_whoever_finds_it(store: Store) -> None:
    rule = a_rule(limits=Limits(max_users=2))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    dying(world)
    world.clock.tick(minutes=1)
    finders = [world.intake(name="risk") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda finder: finder.release_dead(), finders))

    assert sorted(found) == [0, 0, 0, 1]
    assert [(a.users, a.state) for a in world.rows(approvals)] == [(3, "asked")]
    assert states(world) == {"held"}


def test_a_run_that_lives_is_left_alone_however_long_it_takes(world: World) -> None:
    """A quarter of an hour for each batch, a beat every twenty seconds, and another daemon that looks."""
    other = world.intake(name="elsewhere")
    taken: list[int] = []

    @contextmanager
    def heart(beat: Callable[[], None]) -> Iterator[None]:
        beats.append(beat)
        yield

    beats: list[Callable[[], None]] = []

    def a_while(lines: int) -> None:
        for _ in range(45):
            world.clock.tick(seconds=20)
            beats[0]()
            taken.append(other.release_dead())

    pages = [a_batch(a_flag("a")), a_batch(a_flag("b"), cursor="2")]
    slow = world.intake(*pages, name="risk")
    counts = replace(slow, tools=replace(slow.tools, beating=heart)).run(progress=a_while)

    assert (sum(taken), len(taken)) == (0, 90)
    assert counts["opened"] == 2
    assert [run.state for run in world.rows(runs)] == ["finished"]


def test_the_heart_beats_until_the_work_ends_and_a_missed_beat_does_not_stop_it() -> None:
    beaten: list[int] = []
    third = Event()

    def beat() -> None:
        beaten.append(1)
        if len(beaten) == 3:
            third.set()
        if len(beaten) < 3:
            raise OSError

    with capture_logs() as lines, beating(beat, seconds=0.001):
        assert third.wait(30)

    assert [line["event"] for line in lines] == ["beat.missed"] * 2


def test_each_look_at_a_feed_is_kept_with_what_came_of_it(world: World) -> None:
    intake = world.intake(a_batch(a_flag()), name="risk")
    intake.run()
    world.clock.tick(minutes=1)
    intake.run()
    (look,) = world.rows(looks)

    assert (look.feed, look.brought_at, look.looked_at) == ("risk", NOW, NOW + timedelta(minutes=1))


def test_a_feed_that_brings_only_what_was_pulled_before_brings_nothing(world: World) -> None:
    world.intake(a_batch(a_flag()), name="risk").run()
    world.clock.tick(minutes=1)
    world.intake(a_batch(a_flag()), a_batch(a_flag(), cursor="2"), name="risk").run()

    assert world.rows(looks)[0].brought_at == NOW


def test_a_feed_that_cannot_be_read_fails_since_the_first_time(world: World) -> None:
    intake = world.intake(name="risk")

    def no_file(cursor: str | None) -> Iterator[object]:
        raise FeedError("risk: no such file")
        yield

    intake.feeds(world.book)[0].batches = no_file  # type: ignore[method-assign,assignment]
    for _ in range(3):
        intake.run()
        world.clock.tick(minutes=1)
    (look,) = world.rows(looks)

    assert (look.failing_since, look.reason) == (NOW, "risk: no such file")
    assert look.looked_at == NOW + timedelta(minutes=2)
