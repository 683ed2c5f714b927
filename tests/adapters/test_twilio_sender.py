"""What Twilio's answers mean, as a table; and what it is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.twilio import CODES, TwilioSms, callback_url
from outreach.adapters.twilio.sender import _form
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from tests.adapters.subjects import PHONE, SUBJECTS, TWILIO_SECRET, twilio_account

MESSAGE = SUBJECTS["twilio"].message(7)
DEAD = "forget"


def answered(response: httpx.Response) -> SendResult:
    return TwilioSms(twilio_account(), lambda requests: [response] * len(requests)).send_many([MESSAGE])[0]


def written(**more: str) -> tuple[httpx.Request, dict[str, list[str]]]:
    seen: list[httpx.Request] = []

    def exchange(requests):
        seen.extend(requests)
        return [httpx.Response(500) for _ in requests]

    TwilioSms(twilio_account(**more), exchange).send_many([MESSAGE])
    return seen[0], parse_qs(seen[0].content.decode())


@pytest.mark.parametrize(
    ("status", "code", "kind", "forget"),
    [
        (400, 21211, Refused, True),
        (400, 21217, Refused, True),
        (400, 21614, Refused, True),
        (400, 21635, Refused, True),
        (400, 21214, Refused, False),
        (400, 21610, Refused, False),
        (403, 21408, Refused, False),
        (400, 21612, Refused, False),
        (400, 21617, Refused, False),
        (400, 21999, Refused, False),  # a code of Twilio's that the table does not know
        (400, 21606, Unavailable, False),
        (400, 21611, Unavailable, False),
        (401, 20003, Unavailable, False),
        (404, 20404, Unavailable, False),
        (429, 20429, Unavailable, False),
        (429, 14107, Unavailable, False),
        (429, 21211, Unavailable, False),  # turned away at the door, whatever it says
        (408, 21211, Unknown, False),
        (500, 20500, Unknown, False),
        (503, 20503, Unknown, False),
        (503, 21211, Unknown, False),
        (302, 21211, Unknown, False),
    ],
)
def test_an_error_of_twilio_means(status: int, code: int, kind: type, forget: bool) -> None:
    said = {"code": code, "message": f"The number {PHONE}", "status": status}
    result = answered(httpx.Response(status, json=said))
    assert type(result) is kind
    assert getattr(result, "forget_contact", False) is forget


def test_only_dead_numbers_are_forgotten() -> None:
    forgotten = {code for code, result in CODES.items() if getattr(result, "forget_contact", False)}
    assert forgotten == {21211, 21217, 21265, 21614, 21635}


def test_an_error_in_the_newer_form_is_read_too() -> None:
    said = {"type": "https://x", "title": "bad", "status": 400, "code": 21211}
    assert answered(httpx.Response(400, json=said)) == Refused(f"twilio 21211: {CODES[21211].reason}", True)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": "21211"}', b'{"code": 34600111222}'])
def test_a_turn_down_without_twilios_own_code_is_tried_again(body: bytes) -> None:
    result = answered(httpx.Response(400, content=body, headers={"Retry-After": "3"}))
    assert result == Unavailable("twilio: HTTP 400 without a reason", timedelta(seconds=3))


@pytest.mark.parametrize("sid", [None, 5, "", "AC123", ["SM1"]])
def test_a_yes_without_a_message_id_is_in_doubt(sid: object) -> None:
    assert type(answered(httpx.Response(201, json={"sid": sid}))) is Unknown


def test_the_sid_is_the_ref() -> None:
    assert answered(httpx.Response(201, json={"sid": "SM1f"})) == Accepted("SM1f")


def test_the_request_carries_number_words_and_our_id_in_the_callback() -> None:
    request, form = written()
    assert str(request.url) == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert form == {
        "To": [PHONE],
        "From": ["+15550001111"],
        "Body": [MESSAGE.content.text],
        "StatusCallback": [f"https://firm.example/cb?message={MESSAGE.id}"],
    }
    assert httpx.BasicAuth("AC1", TWILIO_SECRET)._auth_header == request.headers["authorization"]


@pytest.mark.parametrize("more", [{}, {"callback": ""}, {"sender": "MG" + "0a" * 16}, {"key": "SK9"}])
def test_the_request_is_the_one_that_the_sdk_writes(more: dict[str, str]) -> None:
    account = twilio_account(**more)
    words = {"to": PHONE, "body": MESSAGE.content.text}
    words["messaging_service_sid" if account.sender.startswith("MG") else "from_"] = account.sender
    if account.callback:
        words["status_callback"] = callback_url(account.callback, MESSAGE.id)
    sdk = TwilioSms(account, lambda requests: [])._create(**words).send(None)
    ours, _ = written(**more)
    assert (ours.method, ours.url, ours.content) == (sdk.method, sdk.url, sdk.content)
    assert ours.headers.raw == sdk.headers.raw


def test_a_messaging_service_takes_the_place_of_a_number() -> None:
    _, form = written(sender=SERVICE)
    assert form["MessagingServiceSid"] == [SERVICE]
    assert "From" not in form


def test_an_api_key_signs_for_the_account() -> None:
    request, _ = written(key="SK9")
    assert "/Accounts/AC1/" in str(request.url)
    assert httpx.BasicAuth("SK9", TWILIO_SECRET)._auth_header == request.headers["authorization"]


def test_the_environment_moves_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    assert written()[0].url.host == "api.twilio.com"


def test_a_callback_with_a_query_keeps_it() -> None:
    assert callback_url("https://f.example/cb?k=1", "a b") == "https://f.example/cb?k=1&message=a%20b"


def test_the_secret_is_in_no_repr() -> None:
    assert TWILIO_SECRET not in repr(twilio_account())
    assert json.loads(json.dumps(twilio_account().secret)) == TWILIO_SECRET


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_every_text_arrives_as_it_was_written(text: str) -> None:
    form = parse_qs(_form({"Body": text, "To": PHONE}).decode("ascii"), keep_blank_values=True)
    assert form == {"Body": [text], "To": [PHONE]}


SERVICE = "MG" + "0a" * 16


@pytest.mark.parametrize(
    ("account", "message", "field", "said"),
    [
        ("+15550100009", "", "From", "+15550100009"),
        ("+15550100009", "ACME", "From", "ACME"),
        ("+15550100009", "MGM", "From", "MGM"),
        ("+15550100009", SERVICE, "MessagingServiceSid", SERVICE),
        (SERVICE, "", "MessagingServiceSid", SERVICE),
        (SERVICE, "ACME", "From", "ACME"),
    ],
)
def test_a_sender_registered_in_the_numbers_country_stands_before_the_accounts_own(
    account: str, message: str, field: str, said: str
) -> None:
    seen: list[httpx.Request] = []

    def exchange(requests):
        seen.extend(requests)
        return [httpx.Response(500) for _ in requests]

    sender = TwilioSms(twilio_account(sender=account), exchange)
    sender.send_many([replace(MESSAGE, sender=message)])
    form = parse_qs(seen[0].content.decode())

    assert form[field] == [said]
    assert len({"From", "MessagingServiceSid"} & form.keys()) == 1
