"""Asking a provider what it has: HasNot is said of a whole answer only, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.outbox import Outbox
from outreach.adapters.safety import AllowListed, Discard
from outreach.adapters.sendgrid import SendGridEmail
from outreach.adapters.smtp import SmtpEmail, SmtpServer
from outreach.adapters.twilio import TwilioSms
from outreach.answers import Answer, Exchange
from outreach.domain.delivery import CannotSay, Found, Has, HasNot, Question, Unavailable, Unknown
from outreach.domain.scale import Channel
from outreach.engine.ports import Sender
from tests.adapters.conformance import BODIES, BROKEN, HASTY, Subject, act_for, line, overheard
from tests.adapters.loopback import Act, Seen, loopback, reply
from tests.adapters.subjects import (
    FIRM,
    NOW,
    PHONE,
    SENDGRID_KEY,
    SUBJECTS,
    TWILIO_SECRET,
    sendgrid_account,
    twilio_account,
)

SINCE = datetime(2026, 11, 22, 10, tzinfo=UTC)
MESSAGE = SUBJECTS["twilio"].message(7)
QUESTION = Question(message=MESSAGE, since=SINCE)
PATH = "/2010-04-01/Accounts/AC1/Messages.json"


def row(body: str, at: str = "Sun, 22 Nov 2026 10:00:05 +0000", **more: object) -> dict[str, object]:
    return {"sid": "SM1", "body": body, "date_created": at, "date_sent": None, "to": PHONE, **more}


OLD = "Sun, 22 Nov 2026 09:50:00 +0000"


def page(*rows: object, following: object = None) -> httpx.Response:
    return httpx.Response(200, json={"messages": list(rows), "next_page_uri": following})


def twilio(*answers: Answer) -> tuple[Found, list[httpx.Request]]:
    seen: list[httpx.Request] = []
    left = list(answers)

    def exchange(requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        seen.extend(requests)
        return [left.pop(0) for _ in requests]

    return TwilioSms(twilio_account(), exchange).ask([QUESTION])[0], seen


ASKS: dict[str, Callable[[str, Exchange], Sender]] = {
    "twilio": lambda url, x: TwilioSms(twilio_account(url), x),
    "sendgrid": lambda url, x: SendGridEmail(sendgrid_account(url, activity=True), x),
}
NOTHING = {
    "twilio": {"messages": [], "next_page_uri": None},
    "sendgrid": {"messages": []},
}


def asked(subject: str, url: str, exchange: Exchange) -> Found:
    with overheard() as heard:
        (found,) = ASKS[subject](url, exchange).ask([replace(QUESTION, message=SUBJECTS[subject].message(7))])
    told = " ".join([repr(found), *heard])
    assert not any(private in told for private in (PHONE, "maria@", TWILIO_SECRET, SENDGRID_KEY, "4200 USDT"))
    return found


@pytest.mark.parametrize("subject", ASKS)
def test_no_status_and_no_body_but_a_whole_good_one_says_that_it_has_not(subject: str) -> None:
    nothing = json.dumps(NOTHING[subject]).encode()
    asks: Subject = replace(SUBJECTS[subject], good=lambda message: reply(200, nothing))
    statuses = (200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504)
    for status, body in product(statuses, BODIES):
        act = act_for(asks, status, body, "")
        with loopback(lambda seen, act=act: act) as server, line() as exchange:
            found = asked(subject, server.url, exchange)
        assert type(found) is (HasNot if (status, body) == (200, "good") else CannotSay), (status, body)


@pytest.mark.parametrize("subject", ASKS)
@pytest.mark.parametrize("act", [act for act in BROKEN if act.then != "stall"])
def test_a_connection_that_breaks_says_nothing(subject: str, act: Act) -> None:
    good = reply(200, json.dumps(NOTHING[subject]).encode())
    with loopback(lambda seen: good, [act]) as server, line(1, HASTY) as exchange:
        assert type(asked(subject, server.url, exchange)) is CannotSay


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda s: (
            st.lists(s, max_size=3)
            | st.dictionaries(
                st.sampled_from(["messages", "next_page_uri", "sid", "body", "date_created", "msg_id"]),
                s,
                max_size=4,
            )
        ),
    )
)
def test_nonsense_in_json_says_that_it_has_not_only_where_it_lists_nothing(said: object) -> None:
    answer = httpx.Response(200, json=said)
    for subject, make in ASKS.items():
        (found,) = make("http://x", lambda requests: [answer] * len(requests)).ask([QUESTION])
        if isinstance(found, HasNot):
            assert isinstance(said, dict)
            assert said["messages"] == []
            assert subject == "sendgrid" or said["next_page_uri"] is None


@pytest.mark.parametrize("answer", [Unknown("connection lost"), Unavailable("no connection")])
def test_no_answer_says_nothing(answer: Unknown | Unavailable) -> None:
    assert twilio(answer)[0] == CannotSay(f"twilio: {answer.reason}")


def test_twilio_is_asked_by_number_and_without_a_date() -> None:
    _, requests = twilio(page())
    assert requests[0].method == "GET"
    assert requests[0].url.path == PATH
    assert dict(requests[0].url.params) == {"To": PHONE, "PageSize": "100"}
    assert httpx.BasicAuth("AC1", TWILIO_SECRET)._auth_header == requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (MESSAGE.content.text, Has("SM1")),
        (f"Sent from a trial account - {MESSAGE.content.text}", Has("SM1")),
        ("R00007", Has("SM1")),
        ("xR00007", HasNot()),
        ("R000070", HasNot()),
        ("R00008", HasNot()),
    ],
)
def test_a_message_is_ours_by_our_whole_reference(body: str, found: Found) -> None:
    assert twilio(page(row("another"), row(body)))[0] == found


def test_pages_are_read_until_one_is_older_throughout() -> None:
    onward = [f"{PATH}?Page={n}&PageToken=PA{n}" for n in range(5)]
    found, requests = twilio(
        page(row("a"), following=onward[1]),
        page(row("b", OLD), row("c"), following=onward[2]),
        page(row("d", OLD), following=onward[3]),
    )
    assert found == HasNot()
    assert [str(r.url.query, "ascii") for r in requests[1:]] == [
        "Page=1&PageToken=PA1",
        "Page=2&PageToken=PA2",
    ]
    found, _ = twilio(page(row("a"), following=onward[1]), page(row("R00007"), following=onward[2]))
    assert found == Has("SM1")


def test_what_was_made_shortly_before_by_their_clock_may_be_ours() -> None:
    near = "Sun, 22 Nov 2026 09:58:30 +0000"
    found, requests = twilio(page(row("a", near), following=f"{PATH}?Page=1"), page(row("R00007", near)))
    assert found == Has("SM1")
    assert len(requests) == 2


@pytest.mark.parametrize(
    "second",
    [
        httpx.Response(500),
        httpx.Response(200, text="{"),
        httpx.Response(429),
        Unknown("lost"),
        httpx.Response(404),
    ],
)
def test_a_page_that_fails_says_nothing(second: Answer) -> None:
    assert type(twilio(page(row("a"), following=f"{PATH}?Page=1"), second)[0]) is CannotSay


@pytest.mark.parametrize(
    "first",
    [
        page(row(""), following=None),  # a redacted text may be ours
        page({"sid": "SM1", "date_created": None}),
        page(row("a"), "no row"),
        page(row("a"), following=5),
        page(row("a"), following="https://elsewhere.example/steal"),
        page(row("a"), following="//elsewhere.example/steal"),
        page(row("a"), following="/2010-04-01/Accounts/AC2/Messages.json?Page=1"),
        httpx.Response(200, json={"messages": []}),
        httpx.Response(200, json={"messages": None, "next_page_uri": None}),
    ],
)
def test_a_list_that_cannot_be_trusted_says_nothing_and_leads_nowhere(first: httpx.Response) -> None:
    found, requests = twilio(first)
    assert type(found) is CannotSay
    assert len(requests) == 1


def test_a_date_that_cannot_be_read_ends_no_search() -> None:
    found, requests = twilio(page(row("a", "soon"), following=f"{PATH}?Page=1"), page(row("R00007")))
    assert found == Has("SM1")
    assert len(requests) == 2


def test_a_list_without_an_end_says_nothing() -> None:
    endless = page(row("a"), following=f"{PATH}?Page=1")
    assert twilio(*[endless] * 20)[0] == CannotSay("twilio: too many pages")


def test_a_text_without_our_reference_cannot_be_asked_after() -> None:
    bare = replace(MESSAGE, content=replace(MESSAGE.content, text="Stop the transfer."))
    sender = TwilioSms(twilio_account(), lambda requests: pytest.fail("asked"))
    assert type(sender.ask([replace(QUESTION, message=bare)])[0]) is CannotSay


def test_findings_come_in_the_order_of_the_questions() -> None:
    questions = [Question(message=SUBJECTS["twilio"].message(n), since=SINCE) for n in range(30)]

    def list_of(seen: Seen) -> Act:
        return reply(200, json.dumps({"messages": [row("R00003 R00021")], "next_page_uri": None}).encode())

    with loopback(list_of) as server, line(4) as exchange:
        found = TwilioSms(twilio_account(server.url), exchange).ask(questions)
    assert [n for n, one in enumerate(found) if isinstance(one, Has)] == [3, 21]
    assert {type(one) for n, one in enumerate(found) if n not in (3, 21)} == {HasNot}


def test_every_sender_says_whether_a_repeat_is_safe_and_can_be_asked(tmp_path: Path) -> None:
    quiet: Exchange = lambda requests: []  # noqa: E731
    outbox = Outbox(tmp_path, Channel.SMS, FIRM, lambda: NOW)
    mail = SmtpEmail(SmtpServer(host="x", port=1, sender=FIRM), lambda: NOW)
    push = SUBJECTS["fcm"].make("http://x", quiet)
    safe = {"fcm": push, "outbox": outbox, "discard": Discard(Channel.SMS)}
    unsafe = {"smtp": mail, **{name: make("http://x", quiet) for name, make in ASKS.items()}}
    for name, sender in {**safe, **unsafe}.items():
        assert isinstance(sender, Sender)
        assert sender.repeats_safely is (name in safe)
        for stands_before in (AllowListed(sender, outbox, ["*@x.example"]),):
            assert isinstance(stands_before, Sender)
            assert stands_before.repeats_safely is (name in safe)
            assert stands_before.settles_after == sender.settles_after
        assert sender.settles_after >= timedelta(0)


def test_who_can_never_be_asked_says_so() -> None:
    quiet: Exchange = lambda requests: []  # noqa: E731
    mail = SmtpEmail(SmtpServer(host="x", port=1, sender=FIRM), lambda: NOW)
    for sender in (mail, SUBJECTS["fcm"].make("http://x", quiet), SendGridEmail(sendgrid_account(), quiet)):
        (found,) = sender.ask([QUESTION])
        assert isinstance(found, CannotSay)
        assert found.for_good
    assert mail.settles_after == timedelta(0)  # nothing and nobody will tell


def test_a_question_that_was_only_not_answered_is_asked_again() -> None:
    for answer in (Unknown("lost"), Unavailable("none"), httpx.Response(429), httpx.Response(403)):
        for make in ASKS.values():
            (found,) = make("http://x", lambda requests, a=answer: [a] * len(requests)).ask([QUESTION])
            assert isinstance(found, CannotSay)
            assert not found.for_good


def test_what_is_asked_is_waited_for_at_least_as_long_as_a_provider_may_take_to_show_it() -> None:
    quiet: Exchange = lambda requests: []  # noqa: E731
    lags = {name: make("http://x", quiet).settles_after for name, make in ASKS.items()}
    assert lags["twilio"] > timedelta(seconds=90)  # the longest lag that the settle window was measured with
    assert lags["sendgrid"] >= timedelta(minutes=5)


def test_the_outbox_has_what_lies_in_it(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Channel.SMS, FIRM, lambda: NOW)
    assert outbox.ask([QUESTION]) == [HasNot()]
    outbox.send_many([MESSAGE])
    assert outbox.ask([QUESTION]) == [Has("outbox/sms/R00007.json")]


def test_before_an_allow_list_each_is_asked_after_where_it_went(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Channel.SMS, FIRM, lambda: NOW)
    real = TwilioSms(twilio_account(), lambda requests: [page(row("R00007"))] * len(requests))
    other = Question(message=replace(MESSAGE, to="+15550000000"), since=SINCE + timedelta(0))
    outbox.send_many([other.message])
    found = AllowListed(real, outbox, [PHONE]).ask([other, QUESTION, other])
    assert found == [Has("outbox/sms/R00007.json"), Has("SM1"), Has("outbox/sms/R00007.json")]
