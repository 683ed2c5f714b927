"""Due steps out: what is promised of sending, on a real store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outreach.domain.delivery import Accepted, Refused, Unavailable, Unknown
from outreach.domain.gate import GatePolicy
from outreach.domain.message import Message, Rendered
from outreach.domain.scale import Channel, Urgency
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.dispatch import LEASE, TRIES
from outreach.engine.errands import plan
from outreach.errors import StoreError
from outreach.store.database import Store, Tx
from outreach.store.tables import attempts, bars, halts, messages, outreaches, suppressions, tasks
from tests.build import NOW, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World
from tests.fakes import FakeRenderer


class ProcessDied(BaseException):
    """What `kill -9` looks like from inside: nothing after it runs."""


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def die(_messages: Sequence[Message]) -> None:
    raise ProcessDied


def test_an_attempt_is_committed_before_the_provider_is_called(world: World) -> None:
    seen = []
    world.senders[Channel.PUSH].before = lambda sent: seen.extend(
        (row.message, row.finished_at) for row in world.rows(attempts)
    )
    world.flag(a_flag())

    world.dispatch().run()

    assert seen == [(world.senders[Channel.PUSH].sent[0].id, None)]


def test_no_transaction_is_open_during_a_call(world: World) -> None:
    def write(_messages: Sequence[Message]) -> None:
        with world.store.begin() as tx:  # would wait for ever, or fail, if the round held the database
            tx.connection.exec_driver_sql("UPDATE people SET created_at = created_at")

    world.senders[Channel.PUSH].before = write
    world.flag(a_flag())

    counts = world.dispatch().run()

    assert counts["result.push.accepted"] == 1


def test_a_crash_in_the_call_leaves_an_open_attempt(world: World) -> None:
    world.senders[Channel.PUSH].before = die
    world.flag(a_flag())

    with pytest.raises(ProcessDied):
        world.dispatch().run()

    assert [row.finished_at for row in world.rows(attempts)] == [None]


def test_after_a_crash_in_the_call_the_message_is_in_doubt_and_not_repeated_blindly(world: World) -> None:
    world.senders[Channel.PUSH].before = die
    world.flag(a_flag())
    with pytest.raises(ProcessDied):
        world.dispatch().run()
    world.senders[Channel.PUSH].before = lambda sent: None
    world.clock.tick(seconds=LEASE.total_seconds())

    world.dispatch().run()

    assert world.senders[Channel.PUSH].sent == []
    assert [row.status for row in world.rows(messages)] == ["in_doubt"]
    assert [(row.n, row.result) for row in world.rows(attempts)] == [(1, "unknown")]


def test_where_a_repeat_replaces_the_first_a_message_in_doubt_is_sent_again(world: World) -> None:
    world.senders[Channel.PUSH].before = die
    world.senders[Channel.PUSH].repeats_safely = True
    world.flag(a_flag())
    with pytest.raises(ProcessDied):
        world.dispatch().run()
    world.senders[Channel.PUSH].before = lambda sent: None
    world.clock.tick(seconds=LEASE.total_seconds())

    world.dispatch().run()

    assert [m.attempt for m in world.senders[Channel.PUSH].sent] == [2]
    assert [row.status for row in world.rows(messages)] == ["accepted"]
    assert sorted((row.n, row.result) for row in world.rows(attempts)) == [(1, "unknown"), (2, "accepted")]


def test_nothing_is_taken_over_while_a_lease_runs(world: World) -> None:
    world.senders[Channel.PUSH].before = die
    world.flag(a_flag())
    with pytest.raises(ProcessDied):
        world.dispatch().run()

    assert world.dispatch().round() is None


def test_a_process_that_slept_past_its_lease_sends_nothing(world: World) -> None:
    world.flag(a_flag())
    sleeper, other = world.dispatch(), world.dispatch()
    claimed, grounds = sleeper._claim("sleeper")
    world.clock.tick(seconds=LEASE.total_seconds())
    other.run()
    late = [plan(c, grounds[c.id], world.renderer, world.policy, NOW) for c in claimed]

    started = sleeper._start(late, "sleeper", world.clock())

    assert started == []
    assert len(world.rows(messages)) == 1


def test_two_processes_send_each_message_once(world: World) -> None:
    world.flag(*(a_flag(f"user-{n}") for n in range(40)))
    one, other = replace(world.dispatch(), batch=7), replace(world.dispatch(), batch=7)
    while (one.round() is not None) | (other.round() is not None):
        pass

    ids = [m.thread for m in world.senders[Channel.PUSH].sent]

    assert len(ids) == len(set(ids)) == 40


def test_a_three_day_ladder_falls_through_until_it_is_exhausted(store: Store) -> None:
    steps = [a_step(c, wait=timedelta(days=1)) for c in (Channel.PUSH, Channel.SMS, Channel.EMAIL)]
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=a_ladder(*steps)))))
    world.flag(a_flag())
    days = []
    for _ in range(4):
        world.dispatch().run()
        days.append([channel for channel, _ in world.sent()])
        world.clock.tick(days=1)

    assert days == [
        [Channel.PUSH],
        [Channel.PUSH, Channel.SMS],
        [Channel.PUSH, Channel.SMS, Channel.EMAIL],
        [Channel.PUSH, Channel.SMS, Channel.EMAIL],
    ]
    assert [(o.state, o.close_reason) for o in world.rows(outreaches)] == [("closed", "exhausted")]


def test_a_refused_step_falls_through_at_once_and_its_dead_address_is_forgotten(world: World) -> None:
    world.senders[Channel.PUSH].results = [Refused("UNREGISTERED", forget_contact=True)]
    world.flag(a_flag())

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.SMS]
    assert [(row.channel, row.reason) for row in world.rows(suppressions)] == [("push", "UNREGISTERED")]


def test_an_unavailable_provider_is_tried_again_later_with_the_same_words(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unavailable("503")]
    world.flag(a_flag())
    world.dispatch().run()

    assert world.dispatch().round() is None

    world.clock.tick(seconds=6)
    world.dispatch().run()
    first, second = world.senders[Channel.PUSH].sent

    assert (first.id, first.content, first.attempt, second.attempt) == (second.id, second.content, 1, 2)
    assert [row.status for row in world.rows(messages)] == ["accepted"]


def test_a_provider_that_stays_unavailable_is_given_up_for_the_next_step(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unavailable("503")] * 50
    world.flag(a_flag())
    for _ in range(20):
        world.dispatch().run()
        world.clock.tick(minutes=6)

    assert [c for c, _ in world.sent()].count(Channel.PUSH) == 6
    assert Channel.SMS in {c for c, _ in world.sent()}


def test_a_retry_after_is_never_undercut(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unavailable("429", timedelta(minutes=4))]
    world.flag(a_flag())
    world.dispatch().run()
    world.clock.tick(minutes=3, seconds=59)

    assert world.dispatch().round() is None


def test_an_unknown_result_is_not_repeated_blindly(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unknown("reset")]
    world.flag(a_flag())
    world.dispatch().run()
    world.clock.tick(minutes=30)
    world.dispatch().run()

    assert len(world.senders[Channel.PUSH].sent) == 1


def test_a_sender_that_breaks_leaves_its_messages_in_doubt_and_the_rest_sent(world: World) -> None:
    def explode(_messages: Sequence[Message]) -> None:
        raise RuntimeError("a bug")

    world.senders[Channel.PUSH].before = explode
    world.flag(a_flag("a"), a_flag("b", push_token=None))

    world.dispatch().run()

    assert sorted(row.status for row in world.rows(messages)) == ["accepted", "in_doubt"]


def test_a_step_that_cannot_be_sent_is_passed_over_with_its_reason(world: World) -> None:
    world.flag(a_flag(push_token=None, consent_sms=False))

    world.dispatch().run()

    assert [(b.channel, b.verdict, b.reason) for b in world.rows(bars)] == [
        ("push", "barred", "no_contact"),
        ("sms", "barred", "opted_out"),
    ]
    assert [channel for channel, _ in world.sent()] == [Channel.EMAIL]


def test_a_person_nobody_can_reach_becomes_a_task(world: World) -> None:
    world.flag(a_flag(push_token=None, phone=None, email=None))

    counts = world.dispatch().run()

    assert counts["closed.unreachable"] == 1
    assert [row.kind for row in world.rows(tasks)] == ["unreachable"]


def test_a_call_step_becomes_a_task_with_its_script(store: Store) -> None:
    book = a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=a_ladder(a_step(Channel.CALL)))))
    world = World(store, book=book)
    world.flag(a_flag())

    world.dispatch().run()
    (task,) = world.rows(tasks)

    assert (task.kind, task.state) == ("call", "open")
    assert store.vault.open(task.text_enc).startswith("pig_butchering/leaving")


def test_quiet_hours_hold_a_step_until_morning_in_the_persons_own_zone(store: Store) -> None:
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(urgency=Urgency.SOON))))
    world.flag(a_flag(time_zone="Pacific/Auckland"))  # 01:00 there

    world.dispatch().run()
    (bar,) = world.rows(bars)

    assert world.sent() == []
    assert (bar.verdict, bar.reason, bar.until) == ("held", "quiet_hours", NOW + timedelta(hours=7))


def test_a_critical_warning_passes_quiet_hours_and_says_so(world: World) -> None:
    world.flag(a_flag(time_zone="Pacific/Auckland"))

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH]
    assert [(b.verdict, b.reason) for b in world.rows(bars)] == [("overridden", "quiet_hours")]


def test_an_expired_warning_is_cancelled_with_its_reason(store: Store) -> None:
    book = a_rulebook(a_rule_set("pig_butchering", a_rule(expires=timedelta(hours=1))))
    world = World(store, book=book)
    world.flag(a_flag())
    world.clock.tick(hours=2)

    world.dispatch().run()

    assert world.sent() == []
    assert [o.close_reason for o in world.rows(outreaches)] == ["expired"]


def test_a_cancelled_transfer_ends_the_climb(world: World) -> None:
    world.core.known["transfer-of-user-1"] = Transfer(
        ref="transfer-of-user-1", status=TransferStatus.CANCELLED
    )
    world.flag(a_flag())

    world.dispatch().run()

    assert world.sent() == []
    assert [o.close_reason for o in world.rows(outreaches)] == ["transfer_gone"]


def test_once_the_money_has_left_the_after_loss_message_takes_over(world: World) -> None:
    world.core.known["transfer-of-user-1"] = Transfer(ref="transfer-of-user-1", status=TransferStatus.SENT)
    world.flag(a_flag())

    world.dispatch().run()

    assert world.sent() == [(Channel.PUSH, "pig_butchering/after_loss")]


def test_a_retry_whose_words_are_no_longer_true_is_cancelled_not_sent(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unavailable("503")]
    world.flag(a_flag())
    world.dispatch().run()
    world.core.known["transfer-of-user-1"] = Transfer(ref="transfer-of-user-1", status=TransferStatus.SENT)
    world.clock.tick(minutes=1)

    world.dispatch().run()

    assert world.sent() == [
        (Channel.PUSH, "pig_butchering/leaving"),
        (Channel.SMS, "pig_butchering/after_loss"),
    ]
    assert sorted(row.status for row in world.rows(messages)) == ["accepted", "cancelled"]


def test_a_hold_is_spoken_of_only_where_the_core_confirms_one(world: World) -> None:
    held = Transfer(ref="transfer-of-a", status=TransferStatus.HELD, hold_expires_at=NOW)
    world.core.known["transfer-of-a"] = held
    world.flag(a_flag("a", transfer_state="held"), a_flag("b", transfer_state="held"))

    world.dispatch().run()
    said = {m.content.text.split()[-1] for m in world.senders[Channel.PUSH].sent}

    assert said == {"transfer=held", "transfer=unknown"}


def test_the_most_urgent_is_sent_first(store: Store) -> None:
    book = a_rulebook(
        a_rule_set("pig_butchering", a_rule(urgency=Urgency.ROUTINE)),
        a_rule_set("job_task", a_rule("job", urgency=Urgency.CRITICAL)),
    )
    world = World(store, book=book)
    world.flag(a_flag("slow"), a_flag("fast", pattern="job_task"))
    replace(world.dispatch(), batch=1).round()

    assert [m.to for m in world.senders[Channel.PUSH].sent] == ["token-of-fast"]


@pytest.mark.parametrize(
    ("scope", "object"), [("all", ""), ("pattern", "pig_butchering"), ("channel", "push")]
)
def test_a_halt_stops_sending_until_it_is_lifted(world: World, scope: str, object: str) -> None:
    world.flag(a_flag())
    halt = {"id": "1" * 32, "scope": scope, "object": object, "reason": "drill", "actor": "x", "at": NOW}
    with world.store.begin() as tx:
        tx.insert(halts, [{**halt, "lifted_at": None}])
    world.dispatch().run()

    assert world.sent() == []

    with world.store.begin() as tx:
        tx.connection.execute(halts.update().values(lifted_at=NOW))
    world.clock.tick(minutes=2)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH]


@pytest.mark.parametrize(("scope", "object"), [("all", ""), ("pattern", "pig_butchering")])
def test_a_halt_in_the_middle_of_a_round_stops_that_round(world: World, scope: str, object: str) -> None:
    halt = {"id": "1" * 32, "scope": scope, "object": object, "reason": "drill", "actor": "x", "at": NOW}

    class Halting(FakeRenderer):
        def render(self, *asked: Any) -> Rendered:
            with world.store.begin() as tx:
                tx.insert_new(halts, [{**halt, "lifted_at": None}])
            return super().render(*asked)

    world.renderer = Halting()
    world.flag(a_flag())
    world.dispatch().round()

    assert world.sent() == []
    assert world.rows(messages) == []


def test_a_step_that_is_held_for_a_day_leaves_one_row_and_not_one_a_minute(world: World) -> None:
    world.flag(a_flag())
    halt = {"id": "1" * 32, "scope": "channel", "object": "push", "reason": "x", "actor": "x", "at": NOW}
    with world.store.begin() as tx:
        tx.insert(halts, [{**halt, "lifted_at": None}])
    for _ in range(5):
        world.dispatch().run()
        world.clock.tick(minutes=1)

    (bar,) = world.rows(bars)

    assert (bar.reason, bar.at, bar.until) == ("halted", NOW, NOW + timedelta(minutes=5))


def away_once_something_was_sent(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The database takes no more after the first message, so many times."""
    begin, left = world.store.begin, iter(range(times))

    def begin_or_not() -> AbstractContextManager[Tx]:
        if world.sent() and next(left, None) is not None:
            raise StoreError("the database cannot be used: gone")
        return begin()

    monkeypatch.setattr(world.store, "begin", begin_or_not)


def test_a_database_that_is_away_for_seconds_makes_no_doubt_of_what_a_provider_took(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.flag(a_flag())
    away_once_something_was_sent(world, monkeypatch, times=5)

    world.dispatch().run()
    world.clock.tick(seconds=60)
    world.dispatch().run()

    (attempt,) = world.rows(attempts)
    assert (attempt.result, len(world.sent())) == ("accepted", 1)


def test_a_database_that_stays_away_leaves_an_open_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.flag(a_flag())
    away_once_something_was_sent(world, monkeypatch, times=TRIES + 1)

    with pytest.raises(StoreError):
        world.dispatch().run()

    assert [row.result for row in world.rows(attempts)] == [None]


def test_a_template_that_lacks_a_fact_falls_through_to_the_next_channel(world: World) -> None:
    world.renderer.unsayable = frozenset({("pig_butchering/leaving", Channel.PUSH)})
    world.flag(a_flag())

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.SMS]
    assert [b.reason for b in world.rows(bars)] == ["not_sayable"]


def test_a_channel_without_a_sender_is_passed_over(store: Store) -> None:
    senders = frozenset({Channel.SMS, Channel.EMAIL})
    world = World(store, policy=GatePolicy(senders=senders))
    world.flag(a_flag())

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.SMS]


def test_a_message_is_archived_as_it_was_sent_and_sealed(world: World) -> None:
    world.flag(a_flag())
    world.dispatch().run()
    (row,) = world.rows(messages)
    (message,) = world.senders[Channel.PUSH].sent

    assert message.content.text in world.store.vault.open(row.body_enc).replace("\\n", "\n")
    assert b"leaving" not in bytes(row.body_enc)
    assert world.store.vault.open(row.to_enc) == message.to == "token-of-user-1"


def test_an_accepted_message_keeps_the_providers_reference(world: World) -> None:
    world.senders[Channel.PUSH].results = [Accepted("provider-7")]
    world.flag(a_flag())
    world.dispatch().run()

    assert [row.provider_ref for row in world.rows(attempts)] == ["provider-7"]
