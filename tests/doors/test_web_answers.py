"""The answer page: a GET shows, a POST answers, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.opened import Opener
from outreach.domain.transfer import TransferStatus
from tests.doors.web_world import FORM, WORDS, MemoryFeedback, client, page_facts, token

SCANNERS = [
    ("HEAD", {}),
    ("GET", {}),
    ("GET", {"Purpose": "prefetch"}),
    ("GET", {"Sec-Purpose": "prefetch;prerender"}),
    ("GET", {"User-Agent": "link scanner"}),
    ("OPTIONS", {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}),
    ("GET", {"X-HTTP-Method-Override": "POST"}),
    ("GET", {"Content-Type": FORM["Content-Type"]}),
]


def test_scanners_that_open_the_link_never_answer_and_leave_only_machine_evidence() -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    for method, headers in SCANNERS * 3:
        web.request(method, f"/a/{token()}?answer=stop_transfer", headers=headers)
    assert feedback.answers == []
    assert set(feedback.evidence) == {Grade.MACHINE_OPENED}


@pytest.mark.parametrize("answer", Answer)
def test_a_post_answers_and_says_what_happens_next(answer: Answer) -> None:
    feedback = MemoryFeedback()
    page = client(feedback).post(f"/a/{token()}", data={"answer": answer.value})
    assert page.status_code == 200
    assert feedback.answers == [(answer, Via.PAGE)]
    assert feedback.evidence == [Grade.HUMAN_OPENED]
    assert "We have your answer" in page.text


def test_a_second_post_shows_the_first_answer() -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    web.post(f"/a/{token()}", data={"answer": "help_me"})
    page = web.post(f"/a/{token()}", data={"answer": "it_is_mine"})
    assert "You have already answered" in page.text
    assert "I would like help" in page.text
    assert "I checked, it is mine" not in page.text


def test_once_answered_the_page_offers_no_button() -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    assert web.get(f"/a/{token()}").text.count("<button") == len(Answer)
    web.post(f"/a/{token()}", data={"answer": "help_me"})
    assert "<button" not in web.get(f"/a/{token()}").text


def test_only_answers_that_apply_are_offered_and_taken() -> None:
    feedback = MemoryFeedback(facts=page_facts(answers=(Answer.HELP_ME, Answer.NOT_ME)))
    web = client(feedback)
    assert "Stop the transfer" not in web.get(f"/a/{token()}").text
    assert web.post(f"/a/{token()}", data={"answer": "stop_transfer"}).status_code == 409
    assert feedback.answers == []


def test_who_asks_to_stop_what_has_just_left_is_told_so_and_asked_again() -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    assert "Stop the transfer" in web.get(f"/a/{token()}").text
    feedback.facts = page_facts(transfer=TransferStatus.SENT, answers=(Answer.ALREADY_SENT, Answer.HELP_ME))
    page = web.post(f"/a/{token()}", data={"answer": "stop_transfer"}).text
    assert "The transfer has left." in page
    assert page.count("<button") == 2
    assert feedback.answers == []


@pytest.mark.parametrize(
    "status", [TransferStatus.PENDING, TransferStatus.UNKNOWN, TransferStatus.RELEASED, TransferStatus.SENT]
)
def test_nothing_is_called_held_or_stopped_that_the_core_has_not_confirmed(status: TransferStatus) -> None:
    feedback = MemoryFeedback(facts=page_facts(transfer=status))
    page = client(feedback).post(f"/a/{token()}", data={"answer": "stop_transfer"}).text
    assert "The transfer is on hold" not in page
    assert "cancelled" not in page
    assert ("We have asked for the transfer to be stopped" in page) is (status is not TransferStatus.SENT)


def test_a_confirmed_hold_is_told() -> None:
    feedback = MemoryFeedback(facts=page_facts(transfer=TransferStatus.HELD))
    assert "The transfer is on hold." in client(feedback).get(f"/a/{token()}").text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"answer=",
        b"answer=nonsense",
        b"answer=help_me&answer=not_me",
        b"{}",
        b"\xff\x00=\x01",
        b"answer=help_me&pad=" + b"x" * 5000,
    ],
    ids=["empty", "no answer", "no such answer", "two answers", "json", "bytes", "too long"],
)
def test_an_unclear_post_changes_nothing_and_says_so(body: bytes) -> None:
    feedback = MemoryFeedback()
    page = client(feedback).post(f"/a/{token()}", content=body, headers=FORM)
    assert page.status_code == 400
    assert "nothing was changed" in page.text
    assert feedback.answers == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_a_post_from_another_site_is_refused(headers: dict[str, str]) -> None:
    feedback = MemoryFeedback()
    page = client(feedback).post(f"/a/{token()}", data={"answer": "it_is_mine"}, headers=headers)
    assert page.status_code == 403
    assert feedback.answers == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
    ids=["old browser", "own origin", "no referrer", "no referrer, new browser"],
)
def test_a_post_from_our_own_page_is_taken_whatever_the_browser_sends_along(headers: dict[str, str]) -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    assert web.post(f"/a/{token()}", data={"answer": "help_me"}, headers=headers).status_code == 200


@given(answer=st.sampled_from(Answer), others=st.lists(st.sampled_from(Answer), max_size=4))
def test_the_first_answer_stands_whatever_follows(answer: Answer, others: list[Answer]) -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    pages = [web.post(f"/a/{token()}", data={"answer": a.value}) for a in [answer, *others]]
    stands = WORDS["en"].texts[f"answers.{answer}"]
    assert all(page.text.split("<blockquote>")[1].startswith(stands) for page in pages)
    assert feedback.answers[0][0] is answer


HEARD = [a for a in Answer if a is not Answer.IT_IS_MINE]


@pytest.mark.parametrize("second", HEARD)
@pytest.mark.parametrize("first", Answer)
def test_a_second_other_answer_is_told_to_be_heard_and_the_first_to_stand(
    first: Answer, second: Answer
) -> None:
    web = client(MemoryFeedback())
    web.post(f"/a/{token()}", data={"answer": first.value})
    page = web.post(f"/a/{token()}", data={"answer": second.value}).text
    assert "Your first answer counts" in page
    assert ("We have also noted" in page) is (first is not second)
    assert WORDS["en"].texts[f"answers.{second}"] in page


def test_a_second_answer_that_changes_nothing_is_not_told_to_be_noted() -> None:
    web = client(MemoryFeedback())
    web.post(f"/a/{token()}", data={"answer": "stop_transfer"})
    page = web.post(f"/a/{token()}", data={"answer": "it_is_mine"}).text
    assert "We have also noted" not in page
    assert "I checked, it is mine" not in page


@pytest.mark.parametrize(
    "headers", [{"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"X-Moz": "prefetch"}]
)
def test_a_post_ahead_of_a_person_answers_nothing(headers: dict[str, str]) -> None:
    feedback = MemoryFeedback()
    assert (
        client(feedback).post(f"/a/{token()}", data={"answer": "help_me"}, headers=headers).status_code == 403
    )
    assert (feedback.answers, feedback.evidence) == ([], [])


def test_the_door_says_what_each_fetch_told_of_itself() -> None:
    feedback = MemoryFeedback()
    web = client(feedback)
    for method, headers in SCANNERS[:5]:
        web.request(method, f"/a/{token()}", headers={"User-Agent": "Mozilla/5.0"} | headers)
    assert feedback.openers == [Opener.HEAD, Opener.PAGE, Opener.PREFETCH, Opener.PREFETCH, Opener.SCANNER]
