"""The gate in the whole engine: wordings that wear out, budgets, and the core's word at send time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from outreach.domain.delivery import Unavailable
from outreach.domain.gate import Budget, GatePolicy, Pace
from outreach.domain.ladder import Close
from outreach.domain.scale import Channel, Urgency
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.store.database import Store
from outreach.store.tables import bars, messages, outreaches, tasks
from tests.build import NOW, a_flag
from tests.engine.gate_world import SOON, TEMPLATE, a_book, steps, told, warned_again
from tests.engine.world import World


def test_a_second_warning_of_the_same_kind_is_worded_otherwise(store: Store) -> None:
    world = World(store, book=a_book(urgency=SOON))
    world.renderer.wordings = {TEMPLATE: (TEMPLATE, f"{TEMPLATE}@b")}
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    for _ in range(2):
        warned_again(world, pattern="job_task", days=7.1)

    assert [title for _, title in world.sent()] == [
        "job_task/leaving",
        "job_task/leaving@b",
        "job_task/leaving",
    ]
    assert told(world) == []


def test_where_every_wording_is_worn_a_warning_that_can_wait_is_spared_and_nobody_is_asked_to_find_a_way(
    store: Store,
) -> None:
    world = World(store, book=a_book(urgency=SOON))
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    warned_again(world, pattern="job_task")

    assert len(world.sent()) == 1
    assert told(world) == [("push", "barred", "cool_down")]
    assert Close.SPARED in {o.close_reason for o in world.rows(outreaches)}
    assert world.rows(tasks) == []


def test_where_every_wording_is_worn_a_critical_warning_goes_all_the_same_and_says_so(store: Store) -> None:
    world = World(store, book=a_book(urgency=Urgency.CRITICAL))
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    warned_again(world, pattern="job_task")

    assert len(world.sent()) == 2
    assert told(world) == [("push", "overridden", "cool_down")]


def test_what_to_do_after_a_loss_is_never_kept_from_a_person(store: Store) -> None:
    ladder = steps(Channel.PUSH, template="job_task/after_loss")
    world = World(store, book=a_book(ladder, urgency=SOON))
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    warned_again(world, pattern="job_task")

    assert len(world.sent()) == 2
    assert told(world) == [("push", "overridden", "cool_down")]


def test_after_the_cool_down_the_same_words_may_go_again(store: Store) -> None:
    world = World(store, book=a_book(urgency=SOON))
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    warned_again(world, pattern="job_task", days=15)

    assert len(world.sent()) == 2


def test_a_retry_keeps_its_words_and_is_not_worn_by_itself(store: Store) -> None:
    world = World(store, book=a_book(urgency=SOON))
    world.senders[Channel.PUSH].results = [Unavailable("503")]
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    world.clock.tick(minutes=1)
    world.dispatch().run()

    assert len(world.sent()) == 2
    assert [row.status for row in world.rows(messages)] == ["accepted"]
    assert told(world) == []


def test_a_ladder_says_the_same_words_on_every_step(store: Store) -> None:
    world = World(store, book=a_book(ladder=steps(Channel.PUSH, Channel.SMS, Channel.EMAIL), urgency=SOON))
    world.renderer.wordings = {TEMPLATE: (TEMPLATE, f"{TEMPLATE}@b")}
    world.flag(a_flag(pattern="job_task"))
    for _ in range(3):
        world.dispatch().run()
        world.clock.tick(hours=1)

    assert world.sent() == [(c, TEMPLATE) for c in (Channel.PUSH, Channel.SMS, Channel.EMAIL)]


def test_over_their_budget_a_person_is_left_in_peace_until_there_is_room(store: Store) -> None:
    pace = Pace(spacing=timedelta(), cool_down=timedelta(), budget=Budget(a_day=2, a_week=9))
    world = World(store, book=a_book(urgency=SOON), policy=GatePolicy(pace=pace))
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    for _ in range(2):
        warned_again(world, pattern="job_task", days=1 / 24)
    (bar,) = world.rows(bars)

    assert (bar.verdict, bar.reason, bar.until) == ("held", "fatigue", NOW + timedelta(days=1))
    assert len(world.sent()) == 2

    world.clock.now = bar.until
    world.dispatch().run()

    assert len(world.sent()) == 3


def test_over_their_budget_until_it_is_too_late_the_next_channel_is_tried(store: Store) -> None:
    pace = Pace(spacing=timedelta(), cool_down=timedelta(), budget=Budget(a_day=1))
    ladder = steps(Channel.PUSH, Channel.EMAIL)
    book = a_book(ladder=ladder, urgency=SOON, expires=timedelta(hours=3))
    world = World(store, book=book, policy=GatePolicy(pace=pace))
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    warned_again(world, pattern="job_task", days=3 / 24)

    assert [c for c, _ in world.sent()].count(Channel.PUSH) == 1
    assert ("push", "barred", "fatigue") in told(world)
    assert Channel.EMAIL in {c for c, _ in world.sent()}


def test_a_hold_that_ran_out_is_not_spoken_of(store: Store) -> None:
    world = World(store, book=a_book())
    over = NOW - timedelta(seconds=1)
    held = Transfer(ref="transfer-of-user-1", status=TransferStatus.HELD, hold_expires_at=over)
    world.core.known["transfer-of-user-1"] = held
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    (message,) = world.senders[Channel.PUSH].sent

    assert message.content.text.endswith("transfer=unknown")


def test_a_warning_that_lasts_as_long_as_the_hold_is_not_sent_after_the_hold_was_cut_short(
    store: Store,
) -> None:
    ladder = steps(Channel.PUSH, Channel.SMS)
    world = World(store, book=a_book(ladder=ladder, expires="hold_expires_at"))
    cut = NOW + timedelta(minutes=30)
    held = Transfer(ref="transfer-of-user-1", status=TransferStatus.HELD, hold_expires_at=cut)
    world.flag(a_flag(pattern="job_task", hold_expires_at=NOW + timedelta(hours=6)))
    world.core.known["transfer-of-user-1"] = held
    world.dispatch().run()
    world.clock.now = cut
    world.clock.tick(hours=1)
    world.core.known["transfer-of-user-1"] = replace(held, hold_expires_at=world.clock.now)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH]
    assert [o.close_reason for o in world.rows(outreaches)] == ["expired"]
