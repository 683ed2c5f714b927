"""Forgetting and unreadable fields under a running engine: nobody else waits, and nothing is sent after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from outreach.domain.delivery import Unavailable, Unknown
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.store import tables
from outreach.store.database import Store
from outreach.store.forgetting import Wanted, forget
from tests.build import a_batch, a_flag
from tests.engine.world import World


def person_of(world: World, user: str) -> str:
    hashed = world.store.vault.fingerprint(user)
    return next(row.id for row in world.rows(tables.people) if row.user_ref_hmac == hashed)


def forgets(world: World, person: str) -> None:
    with world.store.begin() as tx:
        forget(tx, Wanted(person=person, plain=frozenset()), "dpo", "asked", world.clock())


def spoil(world: World, person: str, column: str) -> None:
    with world.store.begin() as tx:
        change = update(tables.messages).where(tables.messages.c.person == person)
        tx.connection.execute(change.values(**{column: b"gone\0" + bytes(40)}))


def test_one_message_that_cannot_be_opened_holds_up_nobody_else_and_becomes_a_task(store: Store) -> None:
    world = World(store)
    world.senders[Channel.PUSH].results = [Unavailable("busy", retry_after=timedelta(seconds=30))] * 2
    world.flag(a_flag("one"), a_flag("two"))
    world.dispatch().run()
    spoil(world, person_of(world, "one"), "body_enc")
    world.senders[Channel.PUSH].sent.clear()

    world.clock.tick(minutes=2)
    world.dispatch().run()

    assert len(world.senders[Channel.PUSH].sent) == 1
    (task,) = [task for task in world.rows(tables.tasks) if task.kind == "unreadable"]
    assert task.person == person_of(world, "one")


def test_an_address_that_cannot_be_opened_is_none_and_the_next_channel_is_tried(store: Store) -> None:
    world = World(store)
    world.flag(a_flag("one"))
    with store.begin() as tx:
        points = tables.contact_points
        change = update(points).where(points.c.channel == "push").values(value_enc=b"gone\0" + bytes(40))
        tx.connection.execute(change)

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.SMS]


def test_who_is_forgotten_while_a_message_is_on_its_way_is_sent_nothing_more(store: Store) -> None:
    world = World(store)
    world.flag(a_flag("one"))
    person = person_of(world, "one")

    def forgotten_meanwhile(messages: Sequence[Message]) -> None:
        if world.rows(tables.people):
            forgets(world, person)

    push = world.senders[Channel.PUSH]
    push.before, push.results = forgotten_meanwhile, [Unavailable("busy")]
    world.dispatch().run()
    for _ in range(50):
        world.clock.tick(minutes=30)
        world.dispatch().run()
        world.settle().run()

    assert len(world.sent()) == 1
    assert [row.close_reason for row in world.rows(tables.outreaches)] == ["forgotten"]


def test_a_doubt_about_somebody_forgotten_is_left_and_no_provider_is_asked_about_an_empty_address(
    store: Store,
) -> None:
    world = World(store)
    world.flag(a_flag("one"))
    push = world.senders[Channel.PUSH]
    push.before = lambda messages: (
        forgets(world, person_of(world, "one")) if world.rows(tables.people) else None
    )
    push.results = [Unknown("lost")]
    world.dispatch().run()
    for _ in range(20):
        world.clock.tick(minutes=2)
        world.settle().run()

    assert push.asked == []
    assert [row.settled for row in world.rows(tables.attempts)] == ["left"]
    assert [row.status for row in world.rows(tables.messages)] == ["in_doubt"]


def test_who_is_forgotten_between_the_look_up_and_the_decision_is_warned_as_somebody_new(
    store: Store,
) -> None:
    world = World(store)
    world.flag(a_flag("one"))
    first = person_of(world, "one")
    match = world.intake().tools.matcher.match
    intake = world.intake
    forgot: list[str] = []

    class Forgetful:
        """Forgets the person while their flag is with the matcher."""

        def match(self, *given: object) -> object:
            if not forgot:
                forgets(world, first)
                forgot.append(first)
            return match(*given)  # type: ignore[arg-type]

    stage = intake(a_batch(a_flag("one", identity="second")), name="feed-9")
    replace(stage, tools=replace(stage.tools, matcher=Forgetful())).run()  # type: ignore[arg-type]

    again = person_of(world, "one")
    assert again != first
    assert {row.person for row in world.rows(tables.contact_points)} == {again}
    assert {row.person for row in world.rows(tables.outreaches) if row.state != "closed"} == {again}
