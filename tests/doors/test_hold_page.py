"""The page under a hold, as its reader sees it: three ways, each with what follows, and the questions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.domain.hold import AtEnd
from outreach.domain.questionnaire import Reply
from outreach.domain.scale import Channel
from outreach.domain.transfer import TransferStatus
from outreach.store import feedback
from outreach.store import questions as kept
from outreach.store.database import Store
from outreach.store.tables import (
    acknowledgments,
    core_calls,
    messages,
    question_answers,
    questionings,
    tasks,
    texts,
)
from tests.build import NOW, a_step
from tests.engine.net_world import DAY, NetWorld, a_book, cooled

RELEASING = (("met", "yes"), ("withdrawn", "everything"), ("why", "For my own account"))


@pytest.fixture
def net(store: Store) -> NetWorld:
    return NetWorld.over(store)


def test_three_ways_stand_on_the_page_each_with_what_follows_from_it(net: NetWorld) -> None:
    page = net.warn()
    net.world.clock.tick(hours=1)
    shown = net.browser().get(page).text

    assert "The transfer is on hold until" in shown
    assert "23 hr" in shown or "23 hours" in shown
    assert "<dt>Stop it</dt>" in shown
    assert 'href="?page=questions"' in shown
    assert "After that the transfer goes to where you sent it." in shown
    assert shown.count("<dt>") == 3


@pytest.mark.parametrize(
    ("at_end", "words"),
    [(AtEnd.GOES, "the transfer goes"), (AtEnd.RETURNED, "is returned"), (AtEnd.UNSAID, "may go")],
)
def test_what_doing_nothing_means_is_what_the_firm_says_of_its_core(
    net: NetWorld, at_end: AtEnd, words: str
) -> None:
    net.at_end = at_end
    assert words in net.browser().get(net.warn()).text


@pytest.mark.parametrize(
    "trouble", ["silent", "pending", "released", "past", "no_end", "never_asked", "unknown"]
)
def test_without_the_cores_word_no_page_says_anything_of_a_hold(net: NetWorld, trouble: str) -> None:
    page, ref = net.warn(), "transfer-of-ann"
    match trouble:
        case "silent":
            net.core.is_silent = True
        case "past":
            net.core.says(ref, TransferStatus.HELD, NOW - timedelta(hours=1))
        case "no_end":
            net.core.says(ref, TransferStatus.UNKNOWN)
        case "never_asked":
            net.core.known.clear()
        case _:
            net.core.says(ref, TransferStatus(trouble))
    shown = net.browser().get(page).text + net.browser().get(f"{page}?page=questions").text

    assert "is on hold" not in shown
    assert "hold ends" not in shown
    assert "There is nothing to ask here now." in shown


def test_a_hold_that_ended_is_told_as_ended(net: NetWorld) -> None:
    page = net.warn()
    net.world.clock.tick(hours=25)
    net.core.says("transfer-of-ann", TransferStatus.PENDING)
    net.world.recovery().run()
    shown = net.browser().get(page).text

    assert "no longer on hold" in shown
    assert "ended" in shown
    assert "is on hold" not in shown


def test_one_who_answers_well_has_the_release_asked_for_and_not_promised(net: NetWorld) -> None:
    page = net.warn()
    last = net.walk(page, *RELEASING)
    net.world.recovery().run()
    shown = net.browser().get(page).text

    assert "ask for the transfer to go on" in last
    assert "Until that is confirmed nothing changes" in last
    assert [c[:2] for c in net.core.calls] == [("hold", "transfer-of-ann"), ("release", "transfer-of-ann")]
    assert [a.answer for a in net.world.rows(acknowledgments)] == ["it_is_mine"]
    assert "no longer on hold" not in shown
    net.core.says("transfer-of-ann", TransferStatus.RELEASED)
    net.world.recovery().run()
    assert "no longer on hold" in net.browser().get(page).text
    assert {c.act: c.state for c in net.world.rows(core_calls)} == {
        "hold": "confirmed",
        "release": "confirmed",
    }


def test_an_answer_that_asks_for_a_person_becomes_a_task_with_the_words_and_releases_nothing(
    net: NetWorld,
) -> None:
    page = net.warn()
    last = net.walk(page, ("met", "no"), ("told", "yes"))
    net.world.recovery().run()
    (task,) = net.world.rows(tasks)

    assert "A person at" in last
    assert (task.kind, task.state) == ("questions", "open")
    assert "told: yes" in net.world.store.vault.open(task.text_enc)
    assert [c[0] for c in net.core.calls] == ["hold"]


def test_an_answer_of_somebody_who_is_losing_money_suggests_to_stop_and_asks_for_nothing(
    net: NetWorld,
) -> None:
    page = net.warn()
    last = net.walk(page, ("met", "yes"), ("withdrawn", "nothing"), ("fee", "yes"))

    assert 'value="stop_transfer"' in last
    assert "Nothing was changed by your answers" in last
    assert net.world.rows(acknowledgments) == []
    answered = net.browser().post(page, data={"answer": "stop_transfer"}).text
    assert "asked for the transfer to be stopped" in answered


def test_looking_answers_nothing_and_changes_nothing(net: NetWorld) -> None:
    page = net.warn()
    for method in ("GET", "HEAD", "GET"):
        net.browser().request(method, f"{page}?page=questions")
    shown = net.browser().get(f"{page}?page=questions")

    assert "face to face" in shown.text
    assert net.world.rows(questionings) == []
    assert net.world.rows(question_answers) == []


def test_going_back_pressing_twice_and_coming_again_change_no_answer(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, ("met", "yes"), ("met", "yes"), ("met", "no"))
    again = net.browser().get(f"{page}?page=questions").text  # another day, another browser
    net.walk(page, ("withdrawn", "nothing"), ("met", "no"), ("withdrawn", "everything"))

    assert "taken money out" in again
    assert [(a.question, a.answer) for a in net.world.rows(question_answers)] == [
        ("met", "yes"),
        ("withdrawn", "nothing"),
    ]


def test_a_second_press_of_the_last_answer_asks_for_no_second_release(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, *RELEASING, RELEASING[-1], RELEASING[-1])
    for _ in range(3):
        net.world.recovery().run()

    assert [c[0] for c in net.core.calls] == ["hold", "release"]


def test_free_words_are_sealed_and_an_empty_answer_is_asked_again(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, *RELEASING[:2])
    empty = net.browser().post(
        f"{page}?page=questions", data={"question": "why", "option": "said", "words": "  "}
    )
    net.walk(page, ("why", "For <b>my</b> house"))
    (last,) = [a for a in net.world.rows(question_answers) if a.question == "why"]

    assert (empty.status_code, "Please write a few words" in empty.text) == (422, True)
    assert b"house" not in last.text_enc
    assert net.world.store.vault.open(last.text_enc) == "For <b>my</b> house"


@pytest.mark.parametrize(
    "body",
    ["", "question=met", "option=yes", "question=met&option=maybe", "question=x&option=yes", "q" * 9_000,
     "question=met&option=yes&option=no"],
)  # fmt: skip
def test_whatever_else_is_posted_changes_nothing(net: NetWorld, body: str) -> None:
    page = net.warn()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    done = net.browser().post(f"{page}?page=questions", content=body, headers=form)

    assert done.status_code in (303, 400)
    assert net.world.rows(question_answers) == []


def test_no_answer_of_somebody_who_is_read_along_releases_anything_or_says_why(store: Store) -> None:
    net = NetWorld.over(store, a_book(a_step(Channel.SMS), pattern="remote_access"))
    page = net.warn(pattern="remote_access")
    first = net.browser().get(page).text
    last = net.walk(page, ("alone", "yes"), ("when", "now"))
    net.world.recovery().run()

    assert "Two short questions" in first
    assert "hold" not in first
    assert "hold" not in last
    assert [c[0] for c in net.core.calls] == ["hold"]
    assert "Somebody may read along" in net.world.store.vault.open(net.world.rows(tasks)[0].text_enc)


def test_nothing_is_released_before_the_cooling_off_is_over(store: Store) -> None:
    net = NetWorld.over(store, a_book(*cooled(DAY).steps, hold=timedelta(hours=1)))
    page = net.warn()
    net.world.clock.tick(minutes=6)
    net.world.dispatch().run()  # the cooling-off
    net.world.recovery().run()
    shown = net.browser().get(page).text
    last = net.walk(page, *RELEASING)
    asked = []
    for _ in range(30):
        net.world.recovery().run()
        asked.append("release" in [c[0] for c in net.core.calls])
        net.world.clock.tick(hours=1)

    assert "at the earliest" in shown
    assert "at the earliest" in last
    assert asked.index(True) in (24, 25)


@pytest.mark.parametrize("answer", ["stop_transfer", "not_me", "already_sent"])
def test_who_stops_after_all_withdraws_the_release_that_waits(store: Store, answer: str) -> None:
    net = NetWorld.over(store, a_book(*cooled(DAY).steps))
    page = net.warn()
    net.world.clock.tick(minutes=6)
    net.world.dispatch().run()
    net.world.recovery().run()
    net.walk(page, *RELEASING)
    net.browser().post(page, data={"answer": answer})
    net.world.clock.tick(hours=30)
    net.world.recovery().run()

    assert "release" not in [c[0] for c in net.core.calls]
    assert ("release", "withdrawn") in [(c.act, c.state) for c in net.world.rows(core_calls)]


@pytest.mark.parametrize("then", ["stop_transfer", "not_me", "already_sent"])
def test_who_said_it_is_mine_and_then_took_it_back_has_nothing_released_by_the_questions(
    net: NetWorld, then: str
) -> None:
    page = net.warn()
    for answer in ("it_is_mine", then):
        net.browser().post(page, data={"answer": answer})
    net.walk(page, *RELEASING)
    net.world.recovery().run()

    assert "release" not in [c.act for c in net.world.rows(core_calls)]


@pytest.mark.parametrize("before", [(), ("it_is_mine",)])
def test_a_stop_while_the_last_question_is_answered_wins_and_a_person_looks(
    net: NetWorld, monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...]
) -> None:
    page = net.warn()
    for answer in before:
        net.browser().post(page, data={"answer": answer})
    net.walk(page, *RELEASING[:2])
    with net.world.store.read() as tx:
        (message,) = [m.id for m in net.world.rows(messages)]
        seen = feedback.told(tx, message)
        assert seen is not None
        stale = kept.questioned(tx, seen)
    net.browser().post(page, data={"answer": "stop_transfer"})
    monkeypatch.setattr(feedback, "told", lambda tx, message: seen)  # as it was read a moment before
    monkeypatch.setattr(kept, "questioned", lambda tx, told: stale)
    net.questions().reply(
        message, Reply(question="why", option="said", words="For my own account"), net.world.clock()
    )

    assert "release" not in [c.act for c in net.world.rows(core_calls)]
    assert [q.outcome for q in net.world.rows(questionings)] == ["person"]


def test_a_climb_keeps_the_questions_that_it_was_opened_under(net: NetWorld) -> None:
    page = net.warn()
    newer = a_book(a_step())
    net.world.book = newer  # whatever is in force now
    net.walk(page, ("met", "yes"))
    (row,) = net.world.rows(questionings)

    assert row.name == "pig_butchering"
    assert row.sha256 in {t.sha256 for t in net.world.rows(texts)}


def test_words_of_self_harm_go_to_a_person_and_release_nothing(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, *RELEASING[:2], ("why", "I want to kill myself"))
    net.world.recovery().run()

    assert "welfare" in [t.kind for t in net.world.rows(tasks)]
    assert [c[0] for c in net.core.calls] == ["hold"]


@pytest.mark.parametrize("when", ["the hold is over", "the questions ended", "it is another question"])
def test_words_of_self_harm_are_heard_when_the_answer_itself_comes_too_late(net: NetWorld, when: str) -> None:
    page = net.warn()
    if when == "the hold is over":
        net.world.clock.tick(hours=100)
    elif when == "the questions ended":
        net.walk(page, *RELEASING)
    net.walk(page, ("why", "I want to kill myself"))

    assert "welfare" in [t.kind for t in net.world.rows(tasks)]


def test_words_of_self_harm_are_heard_however_much_was_written_before_them(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, *RELEASING[:2], ("why", f"{'It was so much. ' * 40} I want to kill myself"))
    net.world.recovery().run()

    assert "welfare" in [t.kind for t in net.world.rows(tasks)]
    assert [c[0] for c in net.core.calls] == ["hold"]
