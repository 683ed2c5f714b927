"""The tasks desk: what is promised of calls, of their outcomes, and of messages that a person settles."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from outreach.domain.answer import Answer
from outreach.domain.calling import ANSWERS, CallOutcome, CallPolicy
from outreach.domain.delivery import CannotSay, Status, Unknown
from outreach.domain.ladder import Announced, announced
from outreach.domain.ruleset import InDoubt
from outreach.domain.scale import Channel, Urgency
from outreach.domain.tasking import Desk, TaskState
from outreach.engine.task_ends import Ended, Report
from outreach.engine.tasks import Refusal, Tasks
from outreach.store import tasklist
from outreach.store.contacts import profiles_of
from outreach.store.database import Store
from outreach.store.desk import stop_person
from outreach.store.tables import (
    acknowledgments,
    attempts,
    audit,
    calls,
    messages,
    outreaches,
    silences,
    tasks,
)
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World

HOUR = timedelta(hours=1)
ANNOUNCED = announced(a_step(Channel.CALL), Announced.APP)


class ProcessDied(BaseException):
    """What `kill -9` looks like from inside."""


def a_world(store: Store, people: int = 1, **options: object) -> World:
    """People who are called at once, after it was announced; an email an hour later."""
    ladder = a_ladder(*ANNOUNCED, a_step(Channel.EMAIL))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=ladder, **options))))
    world.flag(*(a_flag(f"user-{n}", line=n, phone=f"+1555010{n:04}") for n in range(people)))
    world.dispatch().run()
    return world


def a_desk(world: World, **policy: object) -> Tasks:
    """The desk over this world."""
    desk = Desk(calls=CallPolicy(**policy))  # type: ignore[arg-type]
    return Tasks(store=world.store, feedback=world.feedback(), clock=world.clock, desk=desk)


def taken(desk: Tasks, actor: str = "ana") -> str:
    got = desk.take(None, actor)
    assert isinstance(got, str), got
    return got


def told(desk: Tasks, outcome: str, **options: object) -> Ended:
    """One task taken and ended so."""
    task = taken(desk)
    ended = desk.done(Report(task=task, outcome=outcome, actor="ana", **options))  # type: ignore[arg-type]
    assert isinstance(ended, Ended), ended
    return ended


def test_a_call_is_announced_in_the_app_before_its_task_and_each_is_one_message(store: Store) -> None:
    world = a_world(store)
    said = [(m.step, m.channel, m.template.partition(".")[0]) for m in world.rows(messages)]

    assert said == [(0, "inbox", "calls/coming"), (2, "call", "pig_butchering/leaving")]
    assert [(t.kind, t.step) for t in world.rows(tasks)] == [("call", 2)]
    assert world.sent() == []  # the push was not needed


def test_where_the_inbox_may_not_be_written_to_the_push_announces_the_call(store: Store) -> None:
    world = World(
        store,
        book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=a_ladder(*ANNOUNCED)))),
    )
    world.policy = type(world.policy)(senders=frozenset(Channel) - {Channel.INBOX})
    world.flag(a_flag())
    world.dispatch().run()

    assert world.sent() == [(Channel.PUSH, "calls/coming")]
    assert [(m.step, m.channel) for m in world.rows(messages)] == [(1, "push"), (2, "call")]


def test_two_who_ask_at_once_never_get_the_same_task(store: Store) -> None:
    world = a_world(store, people=6)
    desk, start = a_desk(world), threading.Barrier(8)
    got: list[str | Refusal] = []

    def ask(actor: str) -> None:
        start.wait()
        got.append(desk.take(None, actor))

    agents = [threading.Thread(target=ask, args=(f"agent-{n}",)) for n in range(8)]
    for agent in agents:
        agent.start()
    for agent in agents:
        agent.join()
    ids = [each for each in got if isinstance(each, str)]

    assert len(ids) == len(set(ids)) == 6
    assert sorted(ids) == [row.id for row in world.rows(tasks)]
    assert len([row for row in world.rows(audit) if row.act == "task.take"]) == 6


def test_what_somebody_has_is_nobody_elses_until_their_lease_ends(store: Store) -> None:
    world = a_world(store)
    desk = a_desk(world)
    task = taken(desk)

    assert isinstance(desk.take(task, "ben"), Refusal)
    assert isinstance(desk.done(Report(task=task, outcome="busy", actor="ben")), Refusal)
    assert isinstance(desk.give_back(task, "ben"), Refusal)

    world.clock.tick(minutes=31)

    assert desk.take(None, "ben") == task


def test_a_task_that_is_given_back_is_anybodys_again(store: Store) -> None:
    desk = a_desk(a_world(store))
    task = taken(desk)

    assert desk.give_back(task, "ana") is None
    assert taken(desk, "ben") == task


@pytest.mark.parametrize(("outcome", "answer"), ANSWERS.items())
def test_what_a_person_said_on_the_phone_is_their_answer(
    store: Store, outcome: CallOutcome, answer: Answer
) -> None:
    world = a_world(store)
    ended = told(a_desk(world), outcome)
    (kept,) = world.rows(acknowledgments)

    assert (kept.answer, kept.via) == (answer, "agent")
    assert ended == Ended(state=TaskState.DONE, answer=answer)
    assert [row.close_reason for row in world.rows(outreaches)] == ["acknowledged"]


def test_a_warning_that_was_heard_is_no_answer_and_the_ladder_goes_on(store: Store) -> None:
    world = a_world(store)
    told(a_desk(world), "reached_warned")
    world.clock.tick(hours=1)
    world.dispatch().run()

    assert world.rows(acknowledgments) == []
    assert [channel for channel, _ in world.sent()] == [Channel.EMAIL]


def test_an_answer_is_kept_once_where_a_process_died_after_the_outcome_was_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = a_world(store)
    desk = a_desk(world)
    task = taken(desk)

    def die(*_: object) -> None:
        raise ProcessDied

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.feedback), "answer", die)
        with pytest.raises(ProcessDied):
            desk.done(Report(task=task, outcome="reached_stopped", actor="ana"))
    again = desk.done(Report(task=task, outcome="reached_mine", actor="ana"))

    assert isinstance(again, Refusal)
    assert world.rows(acknowledgments) == []
    assert [a_desk(world).run()["answered"], a_desk(world).run()["answered"]] == [1, 0]
    assert [row.answer for row in world.rows(acknowledgments)] == ["stop_transfer"]
    assert [(row.n, row.outcome) for row in world.rows(calls)] == [(1, "reached_stopped")]


def test_whoever_does_not_answer_is_called_again_and_at_most_so_often(store: Store) -> None:
    world = a_world(store)
    desk = a_desk(world, tries=3)
    for wait in (timedelta(minutes=30), timedelta(hours=2)):
        ended = told(desk, "no_answer")
        assert ended.again_at == world.clock() + wait
        assert isinstance(desk.take(None, "ana"), Refusal)
        world.clock.tick(seconds=wait.total_seconds())
    last = told(desk, "busy")

    assert (last.state, last.again_at) == (TaskState.DONE, None)
    assert [row.n for row in world.rows(calls)] == [1, 2, 3]


def test_nobody_is_called_at_night_unless_it_is_critical(store: Store) -> None:
    world = World(store)
    ladder = a_ladder(a_step(Channel.CALL))
    world.book = a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=ladder, urgency=Urgency.SOON)))
    world.flag(a_flag(time_zone="Pacific/Auckland"))  # 01:00 there
    world.dispatch().run()
    desk = a_desk(world)

    assert isinstance(desk.take(None, "ana"), Refusal)
    assert desk.run() == {"placed": 1}
    (row,) = world.rows(tasks)
    assert row.due_at == row.not_before + timedelta(hours=1) == world.clock() + timedelta(hours=8)

    world.clock.tick(hours=7)
    assert taken(desk) == row.id


@pytest.mark.parametrize("outcome", ["unsafe_to_talk", "reached_coached"])
def test_nothing_is_sent_to_somebody_who_cannot_talk_until_they_are_called_again(
    store: Store, outcome: str
) -> None:
    world = a_world(store)
    agreed = world.clock() + timedelta(hours=5)
    ended = told(a_desk(world), outcome, again_at=agreed)
    world.flag(a_flag("user-0", identity="other", beneficiary="elsewhere", transfer_ref="t-2"))
    for _ in range(9):
        world.clock.tick(minutes=33)
        world.dispatch().run()

    assert ended.again_at == agreed
    assert world.sent() == []
    assert len(world.rows(messages)) == 2

    world.clock.tick(hours=1)
    world.dispatch().run()

    assert world.sent() != []
    assert [row.until for row in world.rows(silences)] == [agreed]


def test_a_number_that_is_somebody_elses_is_not_used_again_and_another_way_is_looked_for(
    store: Store,
) -> None:
    world = a_world(store)
    told(a_desk(world), "wrong_number")
    (call,) = world.rows(calls)
    with store.read() as tx:
        profile = profiles_of(tx, [call.person], "en")[call.person]

    assert profile.suppressed == {Channel.SMS}
    assert [(row.kind, row.state) for row in world.rows(tasks)] == [("call", "done"), ("unreachable", "open")]


def test_a_call_that_nobody_could_make_in_time_is_dropped_with_its_reason(store: Store) -> None:
    world = a_world(store, expires=timedelta(minutes=20))
    world.clock.tick(minutes=20)
    desk = a_desk(world)

    assert [r.at for r in desk.ranked()] == [None]
    assert isinstance(desk.take(None, "ana"), Refusal)
    assert desk.run()["dropped"] == 1
    assert desk.run()["dropped"] == 0
    assert [(row.state, row.outcome) for row in world.rows(tasks)] == [("dropped", "too_late")]
    assert [row.reason for row in world.rows(audit) if row.act == "task.dropped"] == [
        "nobody could call before it was too late to be of use"
    ]


def test_a_stop_drops_the_call_also_of_who_is_on_the_line_and_what_they_learnt_is_kept(store: Store) -> None:
    world = a_world(store)
    desk = a_desk(world)
    task = taken(desk)
    with store.begin() as tx:
        found = tasklist.whole(tx, task)
        assert found is not None
        assert stop_person(tx, found.task.person, "asked to", "ben", world.clock()).calls == 1
    ended = desk.done(Report(task=task, outcome="reached_sent_already", actor="ana"))

    assert isinstance(ended, Ended)
    assert [(row.state, row.outcome) for row in world.rows(tasks) if row.kind == "call"] == [
        ("dropped", "stopped")
    ]
    assert [row.outcome for row in world.rows(calls)] == ["reached_sent_already"]
    assert [row.answer for row in world.rows(acknowledgments)] == ["already_sent"]


def test_two_daemons_that_place_and_drop_at_once_do_each_once(store: Store) -> None:
    world = a_world(store, people=4, expires=timedelta(minutes=20))
    world.clock.tick(minutes=30)
    daemons = [threading.Thread(target=a_desk(world).run) for _ in range(2)]
    for daemon in daemons:
        daemon.start()
    for daemon in daemons:
        daemon.join()

    assert [row.state for row in world.rows(tasks)] == ["dropped"] * 4
    assert len([row for row in world.rows(audit) if row.act == "task.dropped"]) == 4


def in_doubt(store: Store) -> World:
    """A person whose SMS nobody can account for: its task is open, and the email waits."""
    wait = timedelta(hours=6)
    ladder = a_ladder(a_step(Channel.SMS, wait=wait), a_step(Channel.EMAIL, wait=wait))
    rule = a_rule(ladder=ladder, in_doubt=InDoubt.HOLD_FOR_HUMAN, expires=timedelta(days=1))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(a_flag())
    sender = world.senders[Channel.SMS]
    sender.results = [Unknown("time-out")]
    sender.findings = [CannotSay("cannot be asked", for_good=True)] * 4
    for _ in range(2):
        world.dispatch().run()
        world.clock.tick(minutes=3)
        world.settle().run()
    sender.findings.clear()
    assert [row.kind for row in world.rows(tasks)] == ["in_doubt"]
    return world


def test_a_person_who_found_a_message_delivered_settles_its_doubt(store: Store) -> None:
    world = in_doubt(store)
    told(a_desk(world), "delivered")

    assert [row.status for row in world.rows(messages)] == [Status.ACCEPTED]
    assert [row.settled for row in world.rows(attempts)] == ["told"]


def test_what_a_person_found_not_delivered_is_sent_again_once(store: Store) -> None:
    world = in_doubt(store)
    ended = told(a_desk(world), "not_delivered")
    before = len(world.senders[Channel.SMS].sent)
    world.dispatch().run()
    world.dispatch().run()

    assert "sent again" in ended.says
    assert len(world.senders[Channel.SMS].sent) == before + 1
    assert [row.status for row in world.rows(messages)] == [Status.ACCEPTED]
    assert [row.settled for row in world.rows(attempts)] == ["not_taken", None]


def test_what_was_not_delivered_is_not_repeated_once_another_step_was_said(store: Store) -> None:
    world = in_doubt(store)
    task = taken(a_desk(world))
    world.clock.tick(hours=7)
    world.dispatch().run()
    before = len(world.senders[Channel.SMS].sent)
    ended = a_desk(world).done(Report(task=task, outcome="not_delivered", actor="ana"))
    world.dispatch().run()

    assert isinstance(ended, Ended)
    assert "not sent again" in ended.says
    assert len(world.senders[Channel.SMS].sent) == before
    assert [row.status for row in world.rows(messages)] == [Status.CANCELLED, Status.ACCEPTED]


def test_an_outcome_that_does_not_fit_its_task_is_refused_in_words(store: Store) -> None:
    world = a_world(store)
    desk = a_desk(world)
    task = taken(desk)
    refused = [
        desk.done(Report(task=task, outcome="delivered", actor="ana")),
        desk.done(
            Report(task=task, outcome="busy", actor="ana", again_at=world.clock() + timedelta(hours=1))
        ),
        desk.done(
            Report(
                task=task, outcome="unsafe_to_talk", actor="ana", again_at=world.clock() - timedelta(hours=1)
            )
        ),
        desk.done(Report(task="f" * 32, outcome="busy", actor="ana")),
    ]

    assert all(isinstance(each, Refusal) and each.reason for each in refused)
    assert world.rows(calls) == []
