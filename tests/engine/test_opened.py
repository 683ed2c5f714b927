"""Signs of opening: machines are labelled so, and a link that goes round changes nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.opened import AT_ONCE, Opener
from outreach.domain.scale import Channel
from outreach.store.database import Store
from outreach.store.tables import acknowledgments, core_calls, evidence, tasks
from tests.build import a_flag
from tests.engine.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def warned(world: World) -> str:
    """A person was warned a while ago; the message's id."""
    world.flag(a_flag())
    world.dispatch().run()
    world.clock.tick(minutes=5)
    return world.senders[Channel.PUSH].sent[-1].id


def opened(world: World, message: str, found: Opener = Opener.PAGE, at: datetime | None = None) -> None:
    world.feedback().seen(message, Grade.MACHINE_OPENED, at or world.clock(), found)


def sources(world: World) -> list[str]:
    return [row.source for row in world.rows(evidence)]


def test_a_fetch_within_seconds_of_arrival_is_labelled_a_machines(world: World) -> None:
    world.flag(a_flag())
    world.dispatch().run()
    message = world.senders[Channel.PUSH].sent[-1].id
    opened(world, message)
    world.clock.tick(seconds=AT_ONCE.total_seconds())
    opened(world, message)

    assert sources(world) == ["at_once", "page"]


def test_a_fetch_right_after_a_head_is_labelled_with_it(world: World) -> None:
    message = warned(world)
    opened(world, message, Opener.HEAD)
    world.clock.tick(seconds=1)
    opened(world, message)

    assert sources(world) == ["head", "after_head"]


def test_all_links_of_a_person_within_seconds_are_labelled_a_machines(world: World) -> None:
    first = warned(world)
    world.clock.tick(hours=1)
    world.dispatch().run()
    world.clock.tick(minutes=5)
    second = world.senders[Channel.SMS].sent[-1].id
    opened(world, first)
    world.clock.tick(seconds=1)
    opened(world, second)

    assert sources(world) == ["page", "several"]


def test_a_machine_that_comes_for_ever_leaves_one_sign_a_minute(world: World) -> None:
    message = warned(world)
    for _ in range(50):
        opened(world, message, Opener.SCANNER)
    world.clock.tick(seconds=61)
    opened(world, message, Opener.SCANNER)

    assert sources(world) == ["scanner", "scanner"]


def everything_that_follows(world: World) -> tuple[list[tuple[str, str]], ...]:
    return (
        [(a.answer, a.via) for a in world.rows(acknowledgments)],
        sorted((c.act, c.state) for c in world.rows(core_calls)),
        sorted((t.kind, t.state) for t in world.rows(tasks)),
    )


def test_whoever_posts_again_what_was_posted_changes_nothing_more(store: Store) -> None:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        posts=st.lists(st.sampled_from(Answer), min_size=1, max_size=4),
        replays=st.lists(st.integers(0, 3), max_size=6),
    )
    def replayed(posts: list[Answer], replays: list[int]) -> None:
        world.clock.tick(hours=1)
        message = next(messages)
        for answer in posts:
            world.feedback().answer(message, answer, Via.PAGE, world.clock())
        before = everything_that_follows(world)
        for n in replays:
            again = posts[n % len(posts)]
            later = world.clock() + timedelta(minutes=n)
            result = world.feedback().answer(message, again, Via.PAGE, later)
            assert result is not None
            assert (result.answer, result.is_first) == (posts[0], False)
        assert everything_that_follows(world) == before

    world = World(store)
    world.flag(*(a_flag(f"user-{n}", line=n) for n in range(60)))
    world.dispatch().run()
    messages = iter([message.id for message in world.senders[Channel.PUSH].sent])
    replayed()
