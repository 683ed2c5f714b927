"""What SendGrid's answers mean, as a table; and what it is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from outreach.adapters.sendgrid import SendGridAccount, SendGridEmail, mail_of
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Content, Message
from tests.adapters.subjects import EMAIL, FIRM, SENDGRID_KEY, SUBJECTS

MESSAGE = SUBJECTS["sendgrid"].message(7)
ACCOUNT = SendGridAccount(key=SENDGRID_KEY, sender=FIRM)
TO_FIELD = "personalizations.0.to.0.email"


def answered(response: httpx.Response, message: Message = MESSAGE) -> SendResult:
    return SendGridEmail(ACCOUNT, lambda requests: [response] * len(requests)).send_many([message])[0]


@pytest.mark.parametrize(
    ("status", "field", "expected"),
    [
        (400, TO_FIELD, Refused("sendgrid: the recipient's address was refused", forget_contact=True)),
        (400, "content.0.value", Refused("sendgrid: HTTP 400")),
        (413, None, Refused("sendgrid: HTTP 413")),
        (400, "from.email", Unavailable("sendgrid: our sender cannot be used: check the sending address")),
        (401, None, Unavailable("sendgrid: HTTP 401, the credentials were turned away: check them")),
        (403, "from", Unavailable("sendgrid: HTTP 403, the account may not do this: check its rights")),
        (429, None, Unavailable("sendgrid: too many requests", timedelta(seconds=9))),
        (500, None, Unknown("sendgrid: HTTP 500")),
        (503, TO_FIELD, Unknown("sendgrid: HTTP 503")),
        (408, TO_FIELD, Unknown("sendgrid: HTTP 408")),
    ],
)
def test_an_error_of_sendgrid_means(status: int, field: str | None, expected: SendResult) -> None:
    said = {"errors": [{"message": f"{EMAIL} is wrong", "field": field, "help": None}]}
    headers = {"Retry-After": "9"} if status == 429 else {}
    assert answered(httpx.Response(status, json=said, headers=headers)) == expected


def test_the_sandbox_which_sends_nothing_is_no_acceptance() -> None:
    assert type(answered(httpx.Response(200, headers={"X-Message-Id": "1"}))) is Unknown


def test_acceptance_without_an_id_is_in_doubt() -> None:
    assert type(answered(httpx.Response(202))) is Unknown
    assert answered(httpx.Response(202, headers={"X-Message-Id": "abc"})) == Accepted("abc")


def test_the_body_carries_our_id_no_tracking_and_no_category() -> None:
    body = mail_of(MESSAGE, FIRM)
    assert body["personalizations"][0]["custom_args"] == {
        "message": MESSAGE.id,
        "reference": MESSAGE.reference,
    }
    assert body["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
    }
    assert "categories" not in body
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["from"] == {"name": "Firm", "email": "warnings@firm.example"}


def test_right_to_left_html_arrives_as_it_was_written() -> None:
    html = '<html dir="rtl" lang="ar"><p>أوقف التحويل ⚠️</p></html>'
    sent: list[bytes] = []

    def exchange(requests):
        sent.extend(request.content for request in requests)
        return [httpx.Response(202, headers={"X-Message-Id": "1"}) for _ in requests]

    SendGridEmail(ACCOUNT, exchange).send_many(
        [replace(MESSAGE, content=Content(text="ت", title="ت", html=html))]
    )
    assert json.loads(sent[0])["content"][1]["value"] == html


def test_an_odd_message_is_refused_and_the_others_go() -> None:
    odd = [replace(MESSAGE, to="two@a.example, more@b.example"), replace(MESSAGE, to="no address")]
    made = httpx.Response(202, headers={"X-Message-Id": "1"})
    sender = SendGridEmail(ACCOUNT, lambda requests: [made] * len(requests))
    kinds = [type(result) for result in sender.send_many([odd[0], MESSAGE, odd[1]])]
    assert kinds == [Refused, Accepted, Refused]


def test_the_key_is_in_no_repr() -> None:
    assert SENDGRID_KEY not in repr(ACCOUNT)
