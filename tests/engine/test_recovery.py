"""Requests to the core: asked until they are heard, and handed to a person where they never are."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from outreach.domain.answer import Answer, Via
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.errors import CoreBusy, CoreRefused, OutreachError
from outreach.store import letters
from outreach.store.core_calls import MOST_TRIES
from outreach.store.database import Store
from outreach.store.tables import audit, cases, core_calls, tasks
from tests.build import a_flag
from tests.engine.world import World
from tests.fakes import FakeCore


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def stop(world: World, *users: str) -> None:
    """These people were warned, and want their transfers stopped."""
    world.flag(*(a_flag(user) for user in users))
    world.dispatch().run()
    for message in world.senders[Channel.PUSH].sent:
        world.feedback().answer(message.id, Answer.STOP_TRANSFER, Via.PAGE, world.clock())


def test_a_request_that_was_heard_is_asked_and_no_more_than_that(world: World) -> None:
    stop(world, "ann")
    counts = world.recovery().run()
    (call,) = world.rows(core_calls)

    assert counts == {"asked": 1, "unanswered": 0}
    assert (call.state, call.tries, call.asked_at, call.answered_at) == ("asked", 1, world.clock(), None)


def test_a_silent_core_is_asked_again_after_longer_and_longer_then_a_person_must(world: World) -> None:
    stop(world, "ann")
    world.core.is_down = True
    start, asked = world.clock(), []
    for _ in range(100):
        if world.recovery().run()["unanswered"]:
            asked.append((world.clock() - start).total_seconds())
        world.clock.tick(seconds=60)
    waits = [later - sooner for sooner, later in pairwise(asked)]
    (call,), (task,) = world.rows(core_calls), world.rows(tasks)

    assert len(asked) == MOST_TRIES == 8
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    assert (call.state, call.tries) == ("dead", 8)
    assert (task.kind, task.state) == ("ask_core", "open")
    assert "hold" in world.store.vault.open(task.text_enc)


def test_a_core_that_comes_back_for_the_last_try_is_heard(world: World) -> None:
    stop(world, "ann")
    world.core.is_down = True
    while world.rows(core_calls)[0].tries < MOST_TRIES - 1:
        world.recovery().run()
        world.clock.tick(minutes=22)
    world.core.is_down = False
    world.recovery().run()
    world.clock.tick(hours=1)
    world.recovery().run()

    assert [(c.state, c.tries) for c in world.rows(core_calls)] == [("asked", MOST_TRIES)]
    assert "ask_core" not in [task.kind for task in world.rows(tasks)]


class PickyCore(FakeCore):
    """Breaks on one person's transfer, and takes the others."""

    failure: Exception = OutreachError("its call file cannot be written")

    def request_hold(self, ref: str, reason: str, call_id: str) -> None:
        if ref == "transfer-of-bad":
            raise self.failure
        super().request_hold(ref, reason, call_id)


@pytest.mark.parametrize(
    "failure", [ConnectionError("x"), TimeoutError("x"), OutreachError("x"), KeyError("a bug")]
)
def test_one_request_that_breaks_costs_no_other_its_try(world: World, failure: Exception) -> None:
    world.core = PickyCore()
    world.core.failure = failure
    stop(world, "bad", "good", "better")
    counts = world.recovery().run()

    assert counts == {"asked": 2, "unanswered": 1}
    assert sorted(ref for _, ref in world.core.asked) == ["transfer-of-better", "transfer-of-good"]
    assert sorted(c.state for c in world.rows(core_calls)) == ["asked", "asked", "due"]


def test_two_processes_ask_each_request_once(world: World) -> None:
    stop(world, "ann", "bob")
    other = world.recovery()
    heard = world.core._ask

    def let_the_other_run_meanwhile(act: str, ref: str) -> None:
        world.core._ask = heard  # type: ignore[method-assign]
        other.run()
        heard(act, ref)

    world.core._ask = let_the_other_run_meanwhile  # type: ignore[method-assign]
    world.recovery().run()

    assert sorted(world.core.asked) == [("hold", "transfer-of-ann"), ("hold", "transfer-of-bob")]


def test_a_crash_after_the_asking_asks_the_same_request_again(world: World) -> None:
    class Died(BaseException):
        pass

    stop(world, "ann")
    heard, ids = world.core.request_hold, []

    def die(ref: str, reason: str, call_id: str) -> None:
        ids.append(call_id)
        heard(ref, reason, call_id)
        if len(ids) == 1:
            raise Died

    world.core.request_hold = die  # type: ignore[method-assign]
    with pytest.raises(Died):
        world.recovery().run()
    assert world.recovery().run() == {"asked": 0, "unanswered": 0}
    world.clock.tick(seconds=timedelta(seconds=11).total_seconds())
    world.recovery().run()

    assert ids == [ids[0]] * 2  # the core knows a repeat by its id
    assert [c.state for c in world.rows(core_calls)] == ["asked"]


@pytest.mark.parametrize(
    ("status", "state"),
    [(None, "asked"), (TransferStatus.PENDING, "asked"), (TransferStatus.HELD, "confirmed")],
)
def test_a_hold_is_confirmed_by_nothing_but_the_cores_own_word(
    world: World, status: TransferStatus | None, state: str
) -> None:
    stop(world, "ann")
    world.recovery().run()
    if status is not None:
        world.core.known["transfer-of-ann"] = Transfer(ref="transfer-of-ann", status=status)

    world.recovery().run()

    assert [call.state for call in world.rows(core_calls)] == [state]


def test_a_hold_on_a_transfer_that_was_cancelled_needs_nobody(world: World) -> None:
    stop(world, "ann")
    world.recovery().run()
    now_is(world, TransferStatus.CANCELLED)
    world.clock.tick(hours=2)
    world.recovery().run()

    assert [call.state for call in world.rows(core_calls)] == ["confirmed"]
    assert world.rows(tasks) == []


def now_is(world: World, status: TransferStatus, user: str = "ann") -> None:
    """What the core says of somebody's transfer from now on."""
    ref = f"transfer-of-{user}"
    world.core.known[ref] = Transfer(ref=ref, status=status)


def test_a_refusal_is_a_dead_letter_at_once_and_a_task_and_is_not_asked_again(world: World) -> None:
    world.core = PickyCore()
    world.core.failure = CoreRefused("http_422")
    stop(world, "bad")
    counts = [world.recovery().run(), world.recovery().run()]
    world.clock.tick(days=1)
    counts.append(world.recovery().run())
    (call,), (task,) = world.rows(core_calls), world.rows(tasks)

    assert [c["unanswered"] for c in counts] == [1, 0, 0]
    assert (call.state, call.tries, call.trouble) == ("refused", 1, "http_422")
    assert (task.kind, task.state) == ("ask_core", "open")


def test_a_busy_core_is_left_alone_for_as_long_as_it_asks(world: World) -> None:
    world.core = PickyCore()
    world.core.failure = CoreBusy("http_503", 600.0)
    stop(world, "bad")
    world.recovery().run()
    (call,) = world.rows(core_calls)

    assert (call.state, call.trouble) == ("due", "http_503")
    assert call.due_at == world.clock() + timedelta(seconds=600)


def test_a_dead_letter_is_sent_again_under_its_own_id_by_somebody_with_a_name(world: World) -> None:
    world.core = PickyCore()
    world.core.failure = CoreRefused("http_403")
    stop(world, "bad", "good")
    world.recovery().run()
    (dead,) = [call for call in world.rows(core_calls) if call.state == "refused"]
    with world.store.begin() as tx:
        seen = letters.letters(tx)
        again = letters.replay(tx, [call.id for call in world.rows(core_calls)], "ann", world.clock())
    world.core.failure = AssertionError("never raised: the core has changed its mind")
    heard: list[str] = []
    world.core.request_hold = lambda ref, reason, call_id: heard.append(call_id)  # type: ignore[method-assign]
    world.recovery().run()
    with world.store.read() as tx:
        assert letters.letters(tx) == []

    assert [(one.id, one.act, one.trouble, one.tries) for one in seen] == [(dead.id, "hold", "http_403", 1)]
    assert again == heard == [dead.id]  # of the two only the one that was dead
    assert {call.state for call in world.rows(core_calls)} == {"asked"}
    assert [(a.actor, a.act, a.object) for a in world.rows(audit)] == [("ann", "replay_letter", dead.id)]


def test_a_stop_that_nothing_follows_becomes_one_reminder_for_the_firm(world: World) -> None:
    stop(world, "ann")
    now_is(world, TransferStatus.RELEASED)
    for _ in range(12):
        world.recovery().run()
        world.clock.tick(minutes=5)
    (task,) = world.rows(tasks)

    assert (task.kind, task.state) == ("reminder", "open")
    assert (
        timedelta(minutes=15) <= task.opened_at - world.rows(core_calls)[0].asked_at < timedelta(minutes=25)
    )
    assert [call.state for call in world.rows(core_calls)] == ["asked"]


@pytest.mark.parametrize("status", [TransferStatus.HELD, TransferStatus.CANCELLED])
def test_a_stop_that_was_followed_reminds_nobody(world: World, status: TransferStatus) -> None:
    stop(world, "ann")
    now_is(world, status)
    for _ in range(12):
        world.recovery().run()
        world.clock.tick(minutes=5)

    assert world.rows(tasks) == []


def test_money_that_left_before_the_hold_opens_a_case_and_asks_for_a_freeze_once(world: World) -> None:
    stop(world, "ann")
    now_is(world, TransferStatus.SENT)
    for _ in range(5):
        world.recovery().run()
        world.clock.tick(minutes=1)

    assert sorted((c.act, c.state) for c in world.rows(core_calls)) == [("freeze", "asked"), ("hold", "late")]
    assert [(c.source, c.state) for c in world.rows(cases)] == [("left_before_the_hold", "open")]
    assert [task.kind for task in world.rows(tasks)] == ["recovery"]
