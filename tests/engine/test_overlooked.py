"""Coached users: the session's facts keep warnings off the screen, the words quiet and the page dumb."""

from __future__ import annotations

import pytest

from outreach.domain.answer import QUIET, Answer, Grade, Via
from outreach.domain.facts import FactType
from outreach.domain.overlooked import SIGNS
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.store.database import Store
from outreach.store.tables import bars, tasks
from tests.build import CATALOGUE, a_fact, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World

QUIETLY = "remote_access/leaving"


@pytest.fixture
def world(store: Store, monkeypatch: pytest.MonkeyPatch) -> World:
    for sign in SIGNS:
        monkeypatch.setitem(CATALOGUE, sign, a_fact(sign, FactType.BOOLEAN))
    steps = [a_step(channel) for channel in (Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.CALL)]
    rules = [a_rule_set(p, a_rule(ladder=a_ladder(*steps))) for p in ("pig_butchering", "remote_access")]
    return World(store, book=a_rulebook(*rules))


def climbed(world: World, **flag: object) -> None:
    """A person is flagged, and every step of the ladder has its hour."""
    world.flag(a_flag(**flag))  # type: ignore[arg-type]
    for _ in range(4):
        world.dispatch().run()
        world.clock.tick(hours=1)


@pytest.mark.parametrize("sign", SIGNS)
def test_who_is_read_along_with_gets_quiet_words_by_sms_and_a_call_and_nothing_on_the_screen(
    world: World, sign: str
) -> None:
    climbed(world, **{sign: True})

    assert world.sent() == [(Channel.SMS, QUIETLY)]
    assert [(b.channel, b.verdict, b.reason) for b in world.rows(bars)] == [
        ("push", "barred", "overlooked"),
        ("email", "barred", "overlooked"),
    ]
    assert [task.kind for task in world.rows(tasks)] == ["call"]


def test_remote_access_itself_needs_no_fact_for_it(world: World) -> None:
    climbed(world, pattern="remote_access")

    assert world.sent() == [(Channel.SMS, QUIETLY)]


@pytest.mark.parametrize("known", [False, None])
def test_who_is_alone_or_of_whom_nobody_knows_is_warned_as_the_rule_says(
    world: World, known: bool | None
) -> None:
    climbed(world, **dict.fromkeys(SIGNS, known))

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.SMS, Channel.EMAIL]
    assert world.rows(bars) == []


def test_after_the_loss_the_quiet_words_are_those_for_after_the_loss(world: World) -> None:
    world.core.known["transfer-of-user-1"] = Transfer(ref="transfer-of-user-1", status=TransferStatus.SENT)
    climbed(world, on_call=True)

    assert world.sent() == [(Channel.SMS, "remote_access/after_loss")]


def test_the_page_of_who_is_read_along_with_says_nothing_and_takes_help(world: World) -> None:
    world.core.known["transfer-of-user-1"] = Transfer(ref="transfer-of-user-1", status=TransferStatus.HELD)
    climbed(world, screen_shared=True)
    message = world.senders[Channel.SMS].sent[-1].id
    page = world.feedback().seen(message, Grade.MACHINE_OPENED, world.clock())
    helped = world.feedback().answer(message, Answer.HELP_ME, Via.PAGE, world.clock())

    assert page is not None
    assert helped is not None
    assert (page.is_overlooked, page.answers, page.transfer) == (True, QUIET, TransferStatus.UNKNOWN)
    assert helped.transfer is TransferStatus.UNKNOWN
    assert "help" in [task.kind for task in world.rows(tasks)]
