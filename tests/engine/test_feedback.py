"""What people answer: the first answer stands, ends the climb at once, and asks for what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.domain.answer import Answer, AnswerResult, Grade, Via
from outreach.domain.delivery import Unavailable
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.errands import plan
from outreach.store.database import Store
from outreach.store.tables import (
    acknowledgments,
    attempts,
    core_calls,
    evidence,
    messages,
    outreaches,
    people,
    tasks,
)
from tests.build import NOW, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World
from tests.fakes import FakeCore

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def warned(world: World, **flag: object) -> str:
    """The id of the message that a person was warned with."""
    world.flag(a_flag(**flag))  # type: ignore[arg-type]
    world.dispatch().run()
    return world.senders[Channel.PUSH].sent[-1].id


def answer(world: World, message: str, said: Answer) -> AnswerResult | None:
    """An answer on the page."""
    return world.feedback().answer(message, said, Via.PAGE, LATER)


def test_the_first_answer_stands_whatever_comes_later(world: World) -> None:
    message = warned(world)
    first = answer(world, message, Answer.HELP_ME)
    second = answer(world, message, Answer.IT_IS_MINE)

    (by,) = [task.due_at for task in world.rows(tasks)]
    assert first == AnswerResult(answer=Answer.HELP_ME, is_first=True, call_by=by)
    assert second == AnswerResult(answer=Answer.HELP_ME, is_first=False, call_by=by)
    assert [row.answer for row in world.rows(acknowledgments)] == ["help_me"]


def test_somebody_who_said_it_is_mine_and_then_stop_is_heard(world: World) -> None:
    message = warned(world)
    answer(world, message, Answer.IT_IS_MINE)
    answer(world, message, Answer.STOP_TRANSFER)
    answer(world, message, Answer.STOP_TRANSFER)

    assert [call.act for call in world.rows(core_calls)] == ["hold"]
    assert [row.answer for row in world.rows(acknowledgments)] == ["it_is_mine"]


def test_an_answer_to_any_message_of_an_outreach_is_the_answer_of_the_outreach(world: World) -> None:
    first = warned(world)
    world.clock.tick(hours=1)
    world.dispatch().run()
    second = world.senders[Channel.SMS].sent[-1].id
    answer(world, first, Answer.HELP_ME)

    again = answer(world, second, Answer.NOT_ME)
    assert again is not None
    assert (again.answer, again.is_first) == (Answer.HELP_ME, False)


def test_an_answer_stops_the_ladder_at_once(world: World) -> None:
    message = warned(world)
    answer(world, message, Answer.IT_IS_MINE)
    world.clock.tick(days=2)
    world.dispatch().run()

    assert [(o.state, o.close_reason) for o in world.rows(outreaches)] == [("closed", "acknowledged")]
    assert [channel for channel, _ in world.sent()] == [Channel.PUSH]


def test_an_answer_between_claim_and_start_stops_the_step_that_was_about_to_go(world: World) -> None:
    message = warned(world)
    world.clock.tick(hours=1)
    round = world.dispatch()
    claimed, grounds = round._claim("holder")
    answer(world, message, Answer.IT_IS_MINE)
    errands = [plan(one, grounds[one.id], world.renderer, world.policy, world.clock()) for one in claimed]

    assert len(errands) == 1
    assert round._start(errands, "holder", world.clock()) == []
    assert len(world.rows(messages)) == 1


def test_an_answer_during_a_call_is_not_undone_by_the_calls_result(world: World) -> None:
    first = warned(world)
    world.clock.tick(hours=1)
    world.senders[Channel.SMS].before = lambda sent: answer(world, first, Answer.IT_IS_MINE) and None
    world.dispatch().run()
    world.clock.tick(days=1)
    world.dispatch().run()

    assert [o.close_reason for o in world.rows(outreaches)] == ["acknowledged"]
    assert sorted(m.status for m in world.rows(messages)) == ["accepted", "accepted"]


def test_an_answer_cancels_what_was_to_be_tried_again(store: Store) -> None:
    world = World(store)
    message = warned(world)
    world.senders[Channel.SMS].results = [Unavailable("503")]
    world.clock.tick(hours=1)
    world.dispatch().run()
    assert sorted(m.status for m in world.rows(messages)) == ["accepted", "retrying"]

    answer(world, message, Answer.IT_IS_MINE)

    assert sorted(m.status for m in world.rows(messages)) == ["accepted", "cancelled"]


def test_an_answer_drops_the_call_that_nobody_needs_to_make(store: Store) -> None:
    ladder = a_ladder(a_step(Channel.PUSH), a_step(Channel.CALL), a_step(Channel.EMAIL))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=ladder))))
    message = warned(world)
    world.clock.tick(hours=1)
    world.dispatch().run()
    answer(world, message, Answer.IT_IS_MINE)

    assert [(t.kind, t.state) for t in world.rows(tasks)] == [("call", "dropped")]


def test_a_stop_is_asked_of_the_core_exactly_once_however_often_it_is_said(world: World) -> None:
    message = warned(world)
    for _ in range(3):
        answer(world, message, Answer.STOP_TRANSFER)
    for _ in range(3):
        world.recovery().run()
        world.clock.tick(hours=1)

    assert world.core.asked == [("hold", "transfer-of-user-1")]
    assert [(c.act, c.state) for c in world.rows(core_calls)] == [("hold", "asked")]


def test_a_stop_is_kept_while_the_core_is_down_and_asked_when_it_is_back(world: World) -> None:
    message = warned(world)
    world.core.is_down = True
    result = answer(world, message, Answer.STOP_TRANSFER)
    world.clock.tick(minutes=5)
    world.recovery().run()
    assert [c.tries for c in world.rows(core_calls)] == [1]

    assert result == AnswerResult(answer=Answer.STOP_TRANSFER, is_first=True)
    assert world.core.asked == []

    world.core.is_down = False
    world.clock.tick(minutes=1)
    world.recovery().run()

    assert world.core.asked == [("hold", "transfer-of-user-1")]


class DeafCore(FakeCore):
    """A core whose line is cut: not even a question gets through."""

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        raise ConnectionError("cut")


def test_an_answer_is_kept_and_confirmed_though_the_core_says_nothing_of_the_transfer(store: Store) -> None:
    world = World(store)
    message = warned(world)
    world.core = DeafCore()
    result = answer(world, message, Answer.STOP_TRANSFER)
    page = world.feedback().seen(message, Grade.HUMAN_OPENED, LATER)

    assert result == AnswerResult(answer=Answer.STOP_TRANSFER, is_first=True)
    assert page is not None
    assert page.transfer is TransferStatus.UNKNOWN


def test_stopping_asks_for_the_transfer_that_the_warning_was_about(world: World) -> None:
    warned(world, identity="1", transfer_ref="first")
    world.clock.tick(hours=1)
    message = warned(world, identity="2", transfer_ref="second", transfer_state="sent")  # warned again
    answer(world, message, Answer.STOP_TRANSFER)
    world.recovery().run()

    assert world.core.asked == [("hold", "second")]


def test_stopping_where_no_transfer_is_known_becomes_a_call_for_a_person(world: World) -> None:
    message = warned(world, transfer_ref=None)
    answer(world, message, Answer.STOP_TRANSFER)

    assert world.rows(core_calls) == []
    assert [(t.kind, t.state) for t in world.rows(tasks)] == [("help", "open")]


@pytest.mark.parametrize(
    ("said", "acts", "kinds"),
    [
        (Answer.STOP_TRANSFER, ["hold"], []),
        (Answer.ALREADY_SENT, ["freeze"], ["recovery"]),
        (Answer.HELP_ME, [], ["help"]),
        (Answer.NOT_ME, ["hold", "freeze"], ["takeover"]),
        (Answer.IT_IS_MINE, [], []),
    ],
)
def test_each_answer_asks_the_core_and_opens_the_tasks_it_needs(
    world: World, said: Answer, acts: list[str], kinds: list[str]
) -> None:
    message = warned(world)
    answer(world, message, said)
    answer(world, message, said)

    assert [call.act for call in world.rows(core_calls)] == acts
    assert [task.kind for task in world.rows(tasks)] == kinds
    assert [(e.grade, e.source) for e in world.rows(evidence)] == [("answered", "page")]


def test_seeing_appends_evidence_and_never_moves_a_ladder(world: World) -> None:
    message = warned(world)
    before = world.rows(outreaches)
    for grade in (Grade.MACHINE_OPENED, Grade.HUMAN_OPENED, Grade.ANSWERED):
        world.feedback().seen(message, grade, LATER)

    assert world.rows(outreaches) == before
    assert world.rows(acknowledgments) == []
    assert len(world.rows(evidence)) == 3

    world.clock.tick(hours=1)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.SMS]


def test_the_page_knows_the_transfer_as_the_core_sees_it_now(world: World) -> None:
    message = warned(world)
    world.core.known["transfer-of-user-1"] = Transfer(ref="transfer-of-user-1", status=TransferStatus.SENT)
    page = world.feedback().seen(message, Grade.HUMAN_OPENED, LATER)

    assert page is not None
    assert (page.transfer, page.answered) == (TransferStatus.SENT, None)
    assert Answer.STOP_TRANSFER not in page.answers


def test_an_unknown_message_and_a_forgotten_person_answer_nothing_and_write_nothing(world: World) -> None:
    message = warned(world)
    with world.store.begin() as tx:
        tx.connection.execute(people.delete())

    for unknown in ("f" * 32, "", message):
        assert world.feedback().seen(unknown, Grade.HUMAN_OPENED, LATER) is None
        assert answer(world, unknown, Answer.STOP_TRANSFER) is None
    assert [world.rows(table) for table in (evidence, acknowledgments, core_calls)] == [[], [], []]


def test_eight_threads_answering_fifty_times_come_to_one_acknowledgment(world: World) -> None:
    message = warned(world)
    answers = [Answer.STOP_TRANSFER, Answer.ALREADY_SENT, Answer.HELP_ME, Answer.NOT_ME]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: answer(world, message, answers[n % 4]), range(50)))

    (kept,) = world.rows(acknowledgments)
    assert sum(result is not None and result.is_first for result in results) == 1
    assert {result.answer.value for result in results if result is not None} == {kept.answer}
    assert sorted(call.act for call in world.rows(core_calls)) == ["freeze", "hold"]
    assert sorted(task.kind for task in world.rows(tasks)) == ["help", "recovery", "takeover"]
    assert [o.state for o in world.rows(outreaches)] == ["closed"]


def test_an_answer_is_never_logged_with_the_person(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    message = warned(world)
    answer(world, message, Answer.NOT_ME)
    said = "".join(capfd.readouterr())

    assert not any(word in said for word in ("user-1", "+1555", "token-of"))


def test_a_feedback_over_another_firms_name_says_that_name(world: World) -> None:
    message = warned(world)
    page = replace(world.feedback(), firm="Bank of Ys").seen(message, Grade.HUMAN_OPENED, LATER)

    assert page is not None
    assert (page.firm, page.pattern, page.locale) == ("Bank of Ys", "pig_butchering", "en")


def test_who_answers_before_their_piece_is_handed_over_is_sent_nothing(world: World) -> None:
    world.flag(*(a_flag(f"user-{n:03}") for n in range(150)))
    world.dispatch().run()
    first = {m.thread: m.id for m in world.senders[Channel.PUSH].sent}
    world.clock.tick(hours=1)
    answered: list[str] = []

    def answer_all_others(piece: Sequence[Message]) -> None:
        if answered:
            return
        answered.extend(first.keys() - {m.thread for m in piece})
        world.clock.tick(seconds=1)
        for outreach in answered:
            answer(world, first[outreach], Answer.IT_IS_MINE)

    world.senders[Channel.SMS].before = answer_all_others
    world.dispatch().run()
    reached = {m.thread for m in world.senders[Channel.SMS].sent}

    assert (len(answered), len(reached)) == (50, 100)
    assert reached.isdisjoint(answered)
    late = [m.status for m in world.rows(messages) if m.outreach in answered and m.channel == "sms"]
    assert set(late) == {"cancelled"}
    assert all(row.finished_at is not None for row in world.rows(attempts))
