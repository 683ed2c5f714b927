"""SendGrid is asked six questions a minute at most: several ids share one, and each finding is its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.sendgrid import SendGridEmail
from outreach.answers import Answer
from outreach.domain.delivery import CannotSay, Found, Has, HasNot, Question
from tests.adapters.subjects import NOW, SUBJECTS, sendgrid_account


def emails(count: int, **more: str) -> list[Question]:
    made = [replace(SUBJECTS["sendgrid"].message(n), to=f"p{n}@people.example") for n in range(count)]
    return [Question(message=replace(one, **more), since=NOW) for one in made]


class Activity:
    """The activity API over a set of (our id, recipient, its id)."""

    def __init__(self, *has: tuple[str, str, str]) -> None:
        self.has = has
        self.asked: list[list[str]] = []

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        return [self.one(request) for request in requests]

    def one(self, request: httpx.Request) -> httpx.Response:
        ids = re.findall(r"\(unique_args\['message'\]=\"(\w+)\"\)", request.url.params["query"])
        self.asked.append(ids)
        return listed(*[{"to_email": to, "msg_id": ref} for ours, to, ref in self.has if ours in ids])

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        return SendGridEmail(sendgrid_account(activity=True), self).ask(questions)


def listed(*rows: object) -> httpx.Response:
    return httpx.Response(200, json={"messages": list(rows)})


def test_a_group_in_doubt_is_asked_after_with_few_questions_and_each_by_its_own_id() -> None:
    # SendGrid answers six questions a minute.
    questions = emails(100)
    took = Activity(*((q.message.id, q.message.to.upper(), f"sg{n}") for n, q in enumerate(questions[::3])))
    found = took.ask(questions)
    assert len(took.asked) == 2
    assert [one for ids in took.asked for one in ids] == [q.message.id for q in questions]
    assert found == [Has(f"sg{n // 3}") if n % 3 == 0 else HasNot() for n in range(100)]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_whoever_shares_a_question_each_finding_is_of_its_own_message(people: list[tuple[int, bool]]) -> None:
    questions = [
        replace(one, message=replace(one.message, to=f"p{person}@people.example"))
        for one, (person, _) in zip(emails(len(people)), people, strict=True)
    ]
    has = [q.message for q, (_, taken) in zip(questions, people, strict=True) if taken]
    found = Activity(*((m.id, m.to, f"sg-{m.id}") for m in has)).ask(questions)
    ids = {m.id for m in has}
    wanted = [Has(f"sg-{q.message.id}") if q.message.id in ids else HasNot() for q in questions]
    assert list(found) == wanted


@pytest.mark.parametrize(
    "answer",
    [
        listed({"to_email": "stranger@people.example", "msg_id": "x"}),
        listed({"msg_id": "x"}),
        listed({"to_email": "p0@people.example", "msg_id": ""}),
        listed("no row"),
        listed(*[{"to_email": "p0@people.example", "msg_id": "x"}] * 100),
        httpx.Response(429),
    ],
)
def test_rows_that_are_nobodys_say_of_nobody_that_it_has_not(answer: httpx.Response) -> None:
    sender = SendGridEmail(sendgrid_account(activity=True), lambda requests: [answer] * len(requests))
    assert not any(isinstance(one, HasNot) for one in sender.ask(emails(3)))


def test_sendgrid_is_asked_by_our_id_where_the_account_has_the_means() -> None:
    (question,) = emails(1)
    seen: list[httpx.Request] = []

    def exchange(requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        seen.extend(requests)
        return [httpx.Response(200, json={"messages": [{"msg_id": "sg1.0", "status": "delivered"}]})]

    assert SendGridEmail(sendgrid_account(activity=True), exchange).ask([question]) == [Has("sg1.0")]
    assert seen[0].url.params["query"] == f"(unique_args['message']=\"{question.message.id}\")"
    assert type(SendGridEmail(sendgrid_account(), exchange).ask([question])[0]) is CannotSay
    assert len(seen) == 1
