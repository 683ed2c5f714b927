"""Emails share requests: everybody reads their own words, and nobody is written to twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.sendgrid import SendGridEmail, body_of_group
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Content, Message
from outreach.mime import one_line
from tests.adapters.conformance import BODIES, BROKEN, HASTY, act_for, line
from tests.adapters.loopback import Seen, loopback, reply
from tests.adapters.subjects import FIRM, SUBJECTS, email_made, sendgrid_account

SUBJECT = SUBJECTS["sendgrid"]
TAKEN = httpx.Response(202, headers={"X-Message-Id": "sg1"})
BAD_ADDRESS = {"errors": [{"message": "no", "field": "personalizations.0.to.0.email", "help": None}]}


def email(number: int, text: str = "Stop the transfer.", html: str = "<p>Stop.</p>", **more: str) -> Message:
    words = Content(text=text, title=f"Stop {number}", html=html)
    return replace(SUBJECT.message(number), to=f"p{number}@people.example", content=words, **more)


class Post:
    """Keeps what SendGrid would have been sent."""

    def __init__(self, *answers: httpx.Response | Unavailable | Unknown) -> None:
        self.bodies: list[Mapping[str, object]] = []
        self._answers = list(answers)

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[httpx.Response | Unavailable | Unknown]:
        self.bodies += [json.loads(request.content) for request in requests]
        return [self._answers.pop(0) if self._answers else TAKEN for _ in requests]

    def ids(self) -> list[list[str]]:
        return [[p["custom_args"]["message"] for p in body["personalizations"]] for body in self.bodies]


def sent(messages: Sequence[Message], post: Post, **more: object) -> Sequence[SendResult]:
    return SendGridEmail(sendgrid_account(**more), post).send_many(messages)


def read(body: Mapping[str, object], place: int, order: int) -> tuple[str, ...]:
    """Subject, text and HTML as SendGrid makes them: plain replacement, tag after tag, in any order."""
    person = body["personalizations"][place]
    orders = list(permutations(person["substitutions"].items()))
    parts = [person["subject"], *(part["value"] for part in body["content"])]
    for tag, words in orders[order % len(orders)]:
        parts = [part.replace(tag, words) for part in parts]
    return tuple(parts)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60) | st.sampled_from(
    ["-text--", "-html-0123456789abcdef--", "text goes here", "html goes here", '"},{"', "%20 {{x}} <% %>"]
)


@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=5), st.integers(0, 1))
def test_what_is_read_is_what_was_rendered(group: list[tuple[str, str, str]], order: int) -> None:
    messages = [
        replace(email(n), content=Content(title=title, text=text, html=html))
        for n, (title, text, html) in enumerate(group)
    ]
    body = json.loads(body_of_group(messages, FIRM))
    for place, (title, text, html) in enumerate(group):
        assert read(body, place, order) == (one_line(title), text, html)


def test_words_that_hold_the_markers_get_others() -> None:
    group = [email(1), email(2)]
    tags = json.loads(body_of_group(group, FIRM))["personalizations"][0]["substitutions"]
    group[1] = email(2, text=" ".join(tags), html="".join(tags))
    body = json.loads(body_of_group(group, FIRM))
    for order in (0, 1):
        assert read(body, 1, order)[1:] == (" ".join(tags), "".join(tags))


def test_a_request_carries_a_hundred_each_with_our_id_and_address() -> None:
    messages = [email(n) for n in range(250)]
    post = Post()
    assert sent(messages, post) == [Accepted("sg1")] * 250
    assert [len(ids) for ids in post.ids()] == [100, 100, 50]
    people = [person for body in post.bodies for person in body["personalizations"]]
    assert [person["custom_args"]["message"] for person in people] == [m.id for m in messages]
    assert [person["to"] for person in people] == [[{"email": m.to}] for m in messages]
    assert {person["headers"]["Auto-Submitted"] for person in people} == {"auto-generated"}
    assert [person["headers"]["References"] for person in people[:1]] == ["<outreach-0@firm.example>"]


def test_a_group_says_the_rest_as_a_single_email_does() -> None:
    post = Post()
    sent([email(1), email(2)], post)
    sent([email(3)], post)
    group, single = post.bodies
    for name in ("from", "tracking_settings"):
        assert group[name] == single[name]
    assert [part["type"] for part in group["content"]] == [part["type"] for part in single["content"]]
    assert group.keys() == single.keys() - {"subject"}


def test_languages_and_kinds_of_content_do_not_share_a_request() -> None:
    mixed = [
        email(1, locale="en"),
        email(2, locale="ar"),
        email(3, locale="en"),
        email(4, html="", locale="en"),
    ]
    post = Post()
    sent(mixed, post)
    assert sorted(map(len, post.ids())) == [1, 1, 2]


def test_words_over_sendgrids_measure_go_singly_as_they_are() -> None:
    long = "ح" * 5_000
    post = Post()
    sent([email(1), email(2, html=long), email(3), email(4, text='"' * 5_001)], post)
    assert sorted(map(len, post.ids())) == [1, 1, 2]
    whole = [body["content"][1]["value"] for body in post.bodies if "subject" in body]
    assert long in whole


@settings(max_examples=25)
@given(st.text(st.sampled_from('a"ح🙂\n'), min_size=1_500, max_size=4_000))
def test_no_personalization_is_over_sendgrids_measure(text: str) -> None:
    post = Post()
    sent([email(1, text=text, html=text), email(2, text=text, html=text)], post)
    for body in post.bodies:
        for person in body["personalizations"]:
            assert len(json.dumps(person.get("substitutions", {}), ensure_ascii=False).encode()) <= 10_010


def test_one_bad_address_spoils_nobody_elses_warning() -> None:
    refused = httpx.Response(400, json=BAD_ADDRESS)
    post = Post(refused, TAKEN, refused, TAKEN)
    results = sent([email(n) for n in range(3)], post)
    assert [type(result) for result in results] == [Accepted, Refused, Accepted]
    assert [len(ids) for ids in post.ids()] == [3, 1, 1, 1]


def test_an_odd_message_is_refused_before_it_spoils_a_group() -> None:
    odd = [
        replace(email(1), to="no address"),
        email(2, text="\ud800"),
        replace(email(4), to="a\ud800@b.example"),
    ]
    post = Post()
    results = sent([email(0), *odd, email(3)], post)
    assert [type(result) for result in results] == [Accepted, Refused, Refused, Refused, Accepted]
    assert [len(ids) for ids in post.ids()] == [2]


@pytest.mark.parametrize(
    "answer",
    [
        Unknown("connection lost"),
        Unavailable("no connection"),
        httpx.Response(500, json=BAD_ADDRESS),
        httpx.Response(503, json=BAD_ADDRESS),
        httpx.Response(408, json=BAD_ADDRESS),
        httpx.Response(429, json=BAD_ADDRESS),
        httpx.Response(302),
        httpx.Response(202),
        httpx.Response(400, text="<html>a firewall"),
        httpx.Response(401, json=BAD_ADDRESS),
        httpx.Response(400, json={"errors": [{"message": "no", "field": "from.email"}]}),
    ],
)
def test_only_a_refusal_takes_a_group_apart(answer: httpx.Response | Unavailable | Unknown) -> None:
    post = Post(answer)
    results = sent([email(n) for n in range(3)], post)
    assert len(post.bodies) == 1
    assert len(set(results)) == 1
    assert not isinstance(results[0], Accepted | Refused)


@pytest.mark.parametrize("body", BODIES)
def test_nobody_is_in_two_requests_of_which_the_first_may_have_been_taken(body: str) -> None:
    statuses = (200, 202, 204, 301, 400, 401, 404, 408, 413, 422, 429, 500, 502, 503)
    groups = {f"l{status}": [email(n, locale=f"l{status}") for n in range(2)] for status in statuses}
    messages = [
        replace(m, id=f"{status:06d}{m.id[6:]}", content=replace(m.content, title=f"Stop {status}"))
        for status, group in zip(statuses, groups.values(), strict=True)
        for m in group
    ]

    def choose(seen: Seen):
        status = int(seen.message[:6])
        return act_for(SUBJECT, status, body, seen.message)

    with loopback(choose) as server, line(4) as exchange:
        results = SendGridEmail(sendgrid_account(server.url), exchange).send_many(messages)
    seen = Counter(json.loads(s.body)["personalizations"][0]["custom_args"]["message"] for s in server.seen)
    for message, result in zip(messages, results, strict=True):
        if not isinstance(result, Refused):
            assert seen[message.id] <= 1, (message.id[:6], body)


@pytest.mark.parametrize("act", [act for act in BROKEN if act.when == "body" and act.then != "stall"])
def test_a_group_whose_answer_is_lost_is_in_doubt_whole_and_not_posted_again(act) -> None:
    with loopback(lambda seen: email_made(seen.message), [act]) as server, line(1, HASTY) as exchange:
        results = SendGridEmail(sendgrid_account(server.url), exchange).send_many([email(1), email(2)])
    assert [type(result) for result in results] == [Unknown, Unknown]
    assert len(server.seen) == 1


def test_a_broken_refusal_takes_no_group_apart() -> None:
    with loopback(lambda seen: reply(400, b'{"errors": [', cut=9)) as server, line() as exchange:
        results = SendGridEmail(sendgrid_account(server.url), exchange).send_many([email(1), email(2)])
    assert [type(result) for result in results] == [Unavailable, Unavailable]
    assert len(server.seen) == 1
