"""Doubts: what is promised of a message that a provider may or may not have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from outreach.domain.answer import Answer, Via
from outreach.domain.delivery import (
    Accepted,
    CannotSay,
    Found,
    Has,
    HasNot,
    Question,
    Receipt,
    Refused,
    SendResult,
    Status,
    Unavailable,
    Unknown,
)
from outreach.domain.message import Message
from outreach.domain.ruleset import InDoubt
from outreach.domain.scale import Channel
from outreach.domain.settling import PATIENCE
from outreach.engine.dispatch import LEASE
from outreach.engine.settle import GRACE
from outreach.store.database import Store
from outreach.store.tables import attempts, messages, outreaches, receipts, tasks
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World
from tests.fakes import FakeSender

WINDOW = timedelta(minutes=2)


class ProcessDied(BaseException):
    """What `kill -9` looks like from inside."""


@pytest.fixture
def world(store: Store) -> World:
    return a_world(store)


def a_world(store: Store, policy: InDoubt = InDoubt.REPEAT) -> World:
    """One person, an SMS, an email ten minutes later."""
    wait = timedelta(minutes=10)
    ladder = a_ladder(a_step(Channel.SMS, wait=wait), a_step(Channel.EMAIL, wait=wait))
    rule = a_rule(ladder=ladder, in_doubt=policy, expires=timedelta(days=1))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(a_flag())
    return world


def turn(world: World, **length: float) -> None:
    """Let time pass, then let every stage work."""
    world.clock.tick(**length)
    world.dispatch().run()
    world.settle().run()
    world.dispatch().run()


def die_before(world: World) -> None:
    """The process dies before the provider is called."""

    def die(_messages: Sequence[Message]) -> None:
        raise ProcessDied

    world.senders[Channel.SMS].before = die
    with pytest.raises(ProcessDied):
        world.dispatch().run()
    world.senders[Channel.SMS].before = lambda sent: None


def die_after(world: World) -> None:
    """The process dies when the provider has the message and before we hear of it."""
    sender = world.senders[Channel.SMS]
    sender.sent.clear()

    def take_and_die(sent: Sequence[Message]) -> None:
        sender.sent.extend(sent)
        raise ProcessDied

    sender.before = take_and_die
    with pytest.raises(ProcessDied):
        world.dispatch().run()
    sender.before = lambda sent: None


def state(world: World) -> tuple[list[str], list[tuple[int, str, str | None]]]:
    """The statuses of messages, and of attempts their number, result and how a doubt was settled."""
    tried = sorted((row.n, row.result, row.settled) for row in world.rows(attempts))
    return [row.status for row in world.rows(messages)], tried


def test_a_message_the_provider_has_is_not_sent_again_and_the_climb_goes_on(world: World) -> None:
    die_after(world)
    turn(world, seconds=LEASE.total_seconds())

    assert len(world.senders[Channel.SMS].sent) == 1
    assert state(world) == (["accepted"], [(1, "unknown", "asked")])

    turn(world, minutes=10)

    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]


def test_the_wait_for_the_next_step_is_counted_from_the_attempt_not_from_the_news_of_it(world: World) -> None:
    begun = world.clock()
    die_after(world)
    turn(world, seconds=LEASE.total_seconds())

    (row,) = world.rows(outreaches)
    assert (row.state, row.step, row.sent) == ("climbing", 1, 1)
    assert row.due_at == begun + timedelta(minutes=10)


def test_a_message_the_provider_has_not_is_sent_once_its_no_counts_and_not_before(world: World) -> None:
    die_before(world)
    noticed = LEASE.total_seconds()
    turn(world, seconds=noticed)
    turn(world, seconds=WINDOW.total_seconds() - 1)

    assert world.senders[Channel.SMS].sent == []
    assert state(world)[0] == ["in_doubt"]

    turn(world, seconds=31)

    assert [m.attempt for m in world.senders[Channel.SMS].sent] == [2]
    assert state(world) == (["accepted"], [(1, "unknown", "not_taken"), (2, "accepted", None)])


@pytest.mark.parametrize(
    ("said", "becomes"),
    [(Refused("21211"), ("in_doubt", "unknown")), (Accepted("SM1"), ("accepted", "unknown"))],
)
def test_what_a_sleeper_says_of_what_was_given_up_leaves_no_doubt_behind(
    world: World, said: SendResult, becomes: tuple[str, str]
) -> None:
    def answered_while_it_sleeps(sent: Sequence[Message]) -> None:
        world.feedback().answer(sent[0].id, Answer.HELP_ME, Via.PAGE, world.clock())
        world.clock.tick(seconds=(LEASE + GRACE).total_seconds())
        world.settle().run()  # given up: the climb has ended, and nobody claims it

    world.senders[Channel.SMS].before = answered_while_it_sleeps
    world.senders[Channel.SMS].results = [said]
    world.dispatch().run()

    (status,), ((_, result, _),) = state(world)
    assert (status, result) == becomes

    turn(world, seconds=PATIENCE.total_seconds())

    assert [how for _, _, how in state(world)[1]] != [None]


def test_what_becomes_visible_late_is_found_before_the_no_counts(world: World) -> None:
    die_after(world)
    world.senders[Channel.SMS].findings = [HasNot()] * 6  # asked at 0, 2, 4, 8, 16, 32 s: not shown yet
    for _ in range(40):
        turn(world, seconds=LEASE.total_seconds() / 4)

    assert len(world.senders[Channel.SMS].sent) == 1
    assert state(world)[1] == [(1, "unknown", "asked")]


def test_an_unknown_result_is_settled_like_a_crash(world: World) -> None:
    sender = world.senders[Channel.SMS]
    sender.results = [Unknown("reset")]
    sender.findings = [Has("SM1")]
    world.dispatch().run()

    assert world.rows(outreaches)[0].state == "settling"

    turn(world, seconds=3)

    assert state(world) == (["accepted"], [(1, "unknown", "asked")])
    assert [row.provider_ref for row in world.rows(attempts)] == ["SM1"]
    assert len(sender.sent) == 1


def test_nothing_is_decided_by_a_provider_that_cannot_say_until_patience_ends(world: World) -> None:
    die_before(world)
    world.senders[Channel.SMS].findings = [CannotSay("down")] * 100
    turn(world, seconds=LEASE.total_seconds())
    for _ in range(6):
        turn(world, seconds=(WINDOW + PATIENCE).total_seconds() / 6 - 1)

    assert world.senders[Channel.SMS].sent == []
    assert state(world)[0] == ["in_doubt"]

    turn(world, seconds=40)

    assert [m.attempt for m in world.senders[Channel.SMS].sent] == [2]
    assert state(world)[1] == [(1, "unknown", "repeated"), (2, "accepted", None)]


def test_a_doubt_that_nobody_can_settle_is_repeated_once_and_then_given_to_a_person(world: World) -> None:
    sender = world.senders[Channel.SMS]
    sender.settles_after = timedelta()
    sender.findings = [CannotSay("never", for_good=True)] * 2
    sender.results = [Unknown("reset"), Unknown("reset")]
    world.dispatch().run()
    turn(world, seconds=3)
    turn(world, seconds=3)

    assert len(sender.sent) == 2
    assert state(world) == (
        ["in_doubt"],
        [(1, "unknown", "repeated"), (2, "unknown", "held_for_human")],
    )
    assert [task.kind for task in world.rows(tasks)] == ["in_doubt"]


def test_a_doubt_with_a_provider_that_was_taken_out_of_the_settings_is_for_a_person(world: World) -> None:
    die_after(world)
    gone = world.senders[Channel.SMS]
    world.senders[Channel.SMS] = FakeSender(Channel.SMS, provider="another")
    turn(world, seconds=LEASE.total_seconds())
    turn(world, seconds=60)

    assert len(gone.sent) == 1
    assert world.senders[Channel.SMS].sent == []  # it may be there: nobody else repeats it
    assert state(world) == (["in_doubt"], [(1, "unknown", "held_for_human")])
    assert [task.kind for task in world.rows(tasks)] == ["in_doubt"]


def test_hold_for_human_repeats_nothing_opens_a_task_and_lets_the_ladder_go_on(store: Store) -> None:
    world = a_world(store, InDoubt.HOLD_FOR_HUMAN)
    sender = world.senders[Channel.SMS]
    sender.settles_after = timedelta()
    sender.findings = [CannotSay("never", for_good=True)]
    sender.results = [Unknown("reset")]
    world.dispatch().run()
    turn(world, seconds=3)

    assert len(sender.sent) == 1
    assert state(world) == (["in_doubt"], [(1, "unknown", "held_for_human")])
    assert [task.kind for task in world.rows(tasks)] == ["in_doubt"]

    turn(world, minutes=10)

    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]


def test_a_receipt_with_our_id_settles_a_doubt_without_asking(world: World) -> None:
    die_after(world)
    world.clock.tick(seconds=LEASE.total_seconds())
    world.dispatch().run()
    (message,) = world.rows(messages)
    receipt = Receipt(
        provider="fake-sms", id="e1", message=message.id, status=Status.DELIVERED, at=world.clock()
    )
    feedback = world.feedback()

    assert [
        feedback.receive([receipt, receipt], world.clock()),
        feedback.receive([receipt], world.clock()),
    ] == [1, 0]
    turn(world, seconds=1)

    assert world.senders[Channel.SMS].asked == []
    assert state(world) == (["delivered"], [(1, "unknown", "receipt")])
    assert len(world.rows(receipts)) == 1
    turn(world, minutes=10)
    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]


def test_a_receipt_that_comes_while_the_attempt_is_under_way_is_not_undone_by_its_end(world: World) -> None:
    def deliver(sent: Sequence[Message]) -> None:
        receipt = Receipt(
            provider="fake-sms", id="e1", message=sent[0].id, status=Status.DELIVERED, at=world.clock()
        )
        world.feedback().receive([receipt], world.clock())

    world.senders[Channel.SMS].before = deliver
    world.dispatch().run()

    assert state(world)[0] == ["delivered"]


def test_a_receipt_for_a_message_that_waits_for_its_retry_stops_the_retry(world: World) -> None:
    world.senders[Channel.SMS].results = [Unavailable("busy")]
    world.dispatch().run()
    (message,) = world.rows(messages)
    receipt = Receipt(provider="fake-sms", id="e1", message=message.id, status=Status.SENT, at=world.clock())
    world.feedback().receive([receipt], world.clock())
    turn(world, minutes=1)

    assert len(world.senders[Channel.SMS].sent) == 1
    assert state(world)[0] == ["sent"]
    turn(world, minutes=10)
    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]


def test_a_receipt_that_says_undelivered_lets_the_next_step_follow_at_once(world: World) -> None:
    die_after(world)
    turn(world, seconds=LEASE.total_seconds() - 1)
    (message,) = world.rows(messages)
    receipt = Receipt(
        provider="fake-sms", id="e1", message=message.id, status=Status.UNDELIVERED, at=world.clock()
    )
    world.feedback().receive([receipt], world.clock())
    turn(world, seconds=1)

    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]


def test_a_process_that_was_only_slow_settles_the_doubt_with_its_own_word(world: World) -> None:
    sender = world.senders[Channel.SMS]

    def sleep_past_the_lease(_messages: Sequence[Message]) -> None:
        sender.before = lambda sent: None
        world.clock.tick(seconds=LEASE.total_seconds() + 1)
        world.dispatch().run()  # another process finds the open attempt, and is in doubt

    sender.before = sleep_past_the_lease
    world.dispatch().run()

    assert state(world) == (["accepted"], [(1, "unknown", "late")])
    assert len(sender.sent) == 1
    turn(world, minutes=10)
    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]


@pytest.mark.parametrize("word", [Unavailable("busy"), Refused("no"), Unknown("reset")])
def test_what_else_a_slow_process_hears_changes_nothing_of_what_its_successor_does(
    world: World, word: Unavailable | Refused | Unknown
) -> None:
    sender = world.senders[Channel.SMS]
    sender.results = [word]

    def sleep(_messages: Sequence[Message]) -> None:
        sender.before = lambda sent: None
        world.clock.tick(seconds=LEASE.total_seconds() + 1)
        world.dispatch().run()
        sender.findings = [HasNot()]
        world.clock.tick(seconds=WINDOW.total_seconds())
        world.settle().run()
        sender.results, kept = [Accepted("second")], sender.results
        world.dispatch().run()
        sender.results = kept

    sender.before = sleep
    world.dispatch().run()

    assert state(world)[0] == ["accepted"]
    assert world.rows(outreaches)[0].step == 1


def test_an_answer_ends_what_is_in_doubt(world: World) -> None:
    die_after(world)
    world.clock.tick(seconds=LEASE.total_seconds())
    world.dispatch().run()
    (message,) = world.rows(messages)
    world.feedback().answer(message.id, Answer.IT_IS_MINE, Via.PAGE, world.clock())
    turn(world, minutes=10)

    assert world.rows(outreaches)[0].close_reason == "acknowledged"
    assert len(world.senders[Channel.SMS].sent) == 1
    assert world.senders[Channel.EMAIL].sent == []


def test_what_expires_in_doubt_is_told_as_in_doubt_and_never_repeated(world: World) -> None:
    sender = world.senders[Channel.SMS]
    sender.settles_after = timedelta()
    sender.findings = [CannotSay("never", for_good=True)]
    sender.results = [Unknown("reset")]
    world.dispatch().run()
    world.clock.tick(seconds=3)
    world.settle().run()  # to be repeated, says the rule
    turn(world, days=2)

    assert len(sender.sent) == 1
    assert state(world)[0] == ["in_doubt"]
    assert world.rows(outreaches)[0].close_reason == "expired"


def test_two_processes_ask_about_a_doubt_once(world: World) -> None:
    die_after(world)
    world.clock.tick(seconds=LEASE.total_seconds())
    world.dispatch().run()
    first, second = world.settle(), world.settle()

    assert first.round() is not None
    assert second.round() is None


def test_a_message_its_provider_was_too_slow_to_be_asked_for_has_made_no_attempt(world: World) -> None:
    world.senders[Channel.SMS].results = [Unavailable("not tried", is_tried=False)] * 9
    for _ in range(9):
        turn(world, seconds=2)
    turn(world, seconds=2)

    assert state(world) == (["accepted"], [(1, "accepted", None)])


def test_a_crash_after_a_step_was_passed_over_finds_its_message_again(world: World) -> None:
    world.flag(a_flag("no-phone", phone=None), a_flag("other"))
    sender = world.senders[Channel.EMAIL]

    def die(_messages: Sequence[Message]) -> None:
        raise ProcessDied

    sender.before = die
    with pytest.raises(ProcessDied):
        world.dispatch().run()
    sender.before = lambda sent: None
    turn(world, seconds=LEASE.total_seconds())
    turn(world, seconds=WINDOW.total_seconds())

    assert [m.attempt for m in sender.sent] == [2]


def test_what_a_process_left_open_when_its_climb_ended_is_asked_about_and_told_and_not_sent(
    world: World,
) -> None:
    die_after(world)
    (message,) = world.rows(messages)
    world.feedback().answer(message.id, Answer.IT_IS_MINE, Via.PAGE, world.clock())
    turn(world, minutes=2)
    turn(world, minutes=3)

    assert state(world) == (["accepted"], [(1, "unknown", "asked")])
    assert len(world.senders[Channel.SMS].sent) == 1


def test_what_never_left_when_its_climb_ended_is_told_as_cancelled(world: World) -> None:
    die_before(world)
    (message,) = world.rows(messages)
    world.feedback().answer(message.id, Answer.IT_IS_MINE, Via.PAGE, world.clock())
    turn(world, minutes=2)
    turn(world, minutes=3)

    assert state(world) == (["cancelled"], [(1, "unknown", "not_taken")])
    assert world.senders[Channel.SMS].sent == []


def test_an_answer_during_a_retry_does_not_call_cancelled_what_the_provider_takes(world: World) -> None:
    sender = world.senders[Channel.SMS]
    sender.results = [Unavailable("busy")]
    world.dispatch().run()
    (message,) = world.rows(messages)
    sender.before = lambda sent: world.feedback().answer(
        message.id, Answer.IT_IS_MINE, Via.PAGE, world.clock()
    )
    turn(world, minutes=1)

    assert state(world)[0] == ["accepted"]


def test_a_retry_nobody_waits_for_any_more_is_cancelled(world: World) -> None:
    sender = world.senders[Channel.SMS]
    sender.results = [Unavailable("busy")]
    sender.before = lambda sent: world.feedback().answer(
        sent[0].id, Answer.IT_IS_MINE, Via.PAGE, world.clock()
    )
    world.dispatch().run()

    assert state(world)[0] == ["cancelled"]


@pytest.mark.parametrize("end", [Refused("no"), Unavailable("busy", timedelta(days=2))])
def test_a_message_that_may_be_there_is_never_called_refused(
    world: World, end: Refused | Unavailable
) -> None:
    sender = world.senders[Channel.SMS]
    sender.settles_after = timedelta()
    sender.findings = [CannotSay("never", for_good=True)]
    sender.results = [Unknown("reset"), end]
    world.dispatch().run()
    turn(world, seconds=3)

    assert len(sender.sent) == 2
    assert [row.status for row in world.rows(messages) if row.channel == "sms"] == ["in_doubt"]
    assert [channel for channel, _ in world.sent()][-1] is Channel.EMAIL


def test_what_ends_while_its_provider_is_asked_is_not_left_waiting_for_a_retry(world: World) -> None:
    die_before(world)
    turn(world, seconds=LEASE.total_seconds())
    world.clock.tick(seconds=WINDOW.total_seconds())
    sender = world.senders[Channel.SMS]
    (message,) = world.rows(messages)
    ask = sender.ask

    def answered_meanwhile(questions: Sequence[Question]) -> Sequence[Found]:
        world.feedback().answer(message.id, Answer.IT_IS_MINE, Via.PAGE, world.clock())
        return ask(questions)

    sender.ask = answered_meanwhile  # type: ignore[method-assign]
    world.settle().run()

    assert state(world) == (["cancelled"], [(1, "unknown", "not_taken")])


def test_an_attempt_that_somebody_ended_meanwhile_is_never_deleted(world: World) -> None:
    sender = world.senders[Channel.SMS]
    sender.results = [Unavailable("not tried", is_tried=False)]

    def sleep(sent: Sequence[Message]) -> None:
        world.feedback().answer(sent[0].id, Answer.IT_IS_MINE, Via.PAGE, world.clock())
        world.clock.tick(minutes=5)
        world.settle().run()

    sender.before = sleep
    world.dispatch().run()

    assert [row.n for row in world.rows(attempts)] == [1]
