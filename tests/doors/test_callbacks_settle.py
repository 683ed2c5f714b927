"""From the provider's call to the next step: a signed callback settles a doubt, and the climb goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from outreach.domain.delivery import Unknown
from outreach.domain.scale import Channel
from outreach.store.database import Store
from outreach.store.tables import attempts, evidence, messages, outreaches, receipts
from outreach.web import Addresses, Callbacks, create_app
from outreach.wiring.callbacks import callbacks
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.doors.callback_world import EVENTS, PUBLIC, Provider, callback_settings
from tests.doors.web_world import KEYS, WORDS
from tests.engine.world import World
from tests.signing import an_event, sendgrid_request, status_form

WAIT = timedelta(minutes=10)
Post = Callable[[Provider, World, str, str], int]


def by_twilio(provider: Provider, world: World, message: str, word: str) -> int:
    return provider.status(status_form(word), message=message)


def by_sendgrid(provider: Provider, world: World, message: str, word: str) -> int:
    said = [an_event(word, id=f"{message}-{word}", message=message), an_event(message="not-ours"), None]
    return provider.post(EVENTS, *sendgrid_request(said, world.clock())).status_code


def in_doubt(store: Store) -> tuple[World, Provider]:
    """One person, two steps; nobody knows whether the provider has the first message."""
    ladder = a_ladder(a_step(Channel.SMS, wait=WAIT), a_step(Channel.EMAIL, wait=WAIT))
    rule = a_rule(ladder=ladder, expires=timedelta(days=1))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(a_flag())
    world.senders[Channel.SMS].results = [Unknown("the connection broke")]
    world.dispatch().run()
    assert [row.state for row in world.rows(outreaches)] == ["settling"]
    taken = Callbacks(
        doors=callbacks(callback_settings()),
        receive=world.feedback().receive,
        count=lambda party, outcome, times: None,
        addresses=Addresses(public_url=PUBLIC),
    )
    return world, Provider(taken.mount(create_app(world.feedback(), world.clock, KEYS, WORDS), world.clock))


def go_on(world: World, wait: timedelta) -> list[Channel]:
    world.clock.tick(seconds=wait.total_seconds())
    for stage in (world.dispatch, world.settle, world.dispatch):
        stage().run()
    assert world.senders[Channel.SMS].asked == []
    return [channel for channel, _ in world.sent()]


@pytest.mark.parametrize("post", [by_twilio, by_sendgrid])
def test_a_doubt_is_settled_by_a_callback_without_asking(store: Store, post: Post) -> None:
    world, provider = in_doubt(store)
    (message,) = (row.id for row in world.rows(messages))
    words = (
        ("delivered", "sent", "delivered") if post is by_twilio else ("delivered", "processed", "delivered")
    )

    assert [post(provider, world, message, word) for word in words] == [204] * 3
    assert go_on(world, timedelta(seconds=1)) == [Channel.SMS]
    assert [row.status for row in world.rows(messages)] == ["delivered"]
    assert [row.settled for row in world.rows(attempts)] == ["receipt"]
    assert len(world.rows(receipts)) == 2
    assert go_on(world, WAIT) == [Channel.SMS, Channel.EMAIL]


@pytest.mark.parametrize(("post", "word"), [(by_twilio, "undelivered"), (by_sendgrid, "dropped")])
def test_a_callback_that_says_not_delivered_lets_the_next_step_follow_at_once(
    store: Store, post: Post, word: str
) -> None:
    world, provider = in_doubt(store)
    (message,) = (row.id for row in world.rows(messages))

    assert post(provider, world, message, word) == 204
    assert go_on(world, timedelta(seconds=1)) == [Channel.SMS, Channel.EMAIL]


def test_a_forged_callback_settles_nothing(store: Store) -> None:
    world, provider = in_doubt(store)
    (message,) = (row.id for row in world.rows(messages))

    assert provider.status(status_form(), base="https://evil.example", message=message) == 403
    assert [row.state for row in world.rows(outreaches)] == ["settling"]
    assert world.rows(receipts) == []


def test_a_clicked_mail_is_evidence_of_a_machine_and_ends_no_climb(store: Store) -> None:
    world, provider = in_doubt(store)
    (message,) = (row.id for row in world.rows(messages))

    assert [by_sendgrid(provider, world, message, "click") for _ in range(2)] == [204, 204]
    assert [row.grade for row in world.rows(evidence)] == ["machine_opened"]
    assert go_on(world, WAIT) == [Channel.SMS, Channel.EMAIL]
