"""Twilio's status callbacks: believed by their signature alone, and each means one status."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.twilio import Signatory, TwilioReceipts
from outreach.adapters.twilio.receipts import SIGNATURE, STATUSES
from outreach.domain.callback import Called, Heard, Outcome, TurnedAway
from outreach.domain.delivery import Receipt, Status
from tests.signing import (
    ACCOUNT,
    MESSAGE,
    SECOND,
    SECOND_TOKEN,
    SID,
    SIGNED_AT,
    TOKEN,
    Fields,
    status_form,
    twilio_request,
)

URL = f"https://warn.firm.example/callbacks/twilio/status?message={MESSAGE}"
READ = TwilioReceipts(
    {
        ACCOUNT: Signatory(provider="twilio", token=TOKEN),
        SECOND: Signatory(provider="twilio2", token=SECOND_TOKEN),
    }
)


def called(
    fields: Fields, url: str = URL, token: str = TOKEN, seen: tuple[str, ...] = ()
) -> Heard | TurnedAway:
    body, headers = twilio_request(url, fields, token)
    return READ(Called(urls=seen or (url,), headers=headers, body=body), SIGNED_AT)


def receipt_of(fields: Fields) -> Receipt:
    heard = called(fields)
    assert isinstance(heard, Heard), heard
    (receipt,) = heard.receipts
    return receipt


@pytest.mark.parametrize("word", STATUSES)
def test_every_word_of_twilio_becomes_a_receipt_with_our_id_and_theirs(word: str) -> None:
    receipt = receipt_of(status_form(word))

    assert (receipt.provider, receipt.message, receipt.ref) == ("twilio", MESSAGE, SID)
    assert (receipt.status, receipt.word, receipt.at) == (STATUSES[word], word, SIGNED_AT)


@pytest.mark.parametrize(
    ("code", "status"),
    [("21610", Status.REFUSED), ("21211", Status.REFUSED), ("30003", Status.UNDELIVERED),
     ("", Status.UNDELIVERED), ("٢١٦١٠", Status.UNDELIVERED), ("21606", Status.UNDELIVERED)],
)  # fmt: skip
def test_what_failed_was_refused_where_its_code_says_so(code: str, status: Status) -> None:
    assert receipt_of(status_form("failed", ErrorCode=code)).status is status


def test_one_id_for_a_message_and_its_status_and_another_for_every_other_status() -> None:
    ids = {word: receipt_of(status_form(word)).id for word in STATUSES}

    assert len(set(ids.values())) == len(STATUSES)
    assert ids["sent"] == receipt_of(status_form("sent", RawDlrDoneDate="2703011200")).id


def test_receipts_are_filed_under_the_account_that_signed_them() -> None:
    heard = called(status_form(account=SECOND), token=SECOND_TOKEN)

    assert isinstance(heard, Heard)
    assert [receipt.provider for receipt in heard.receipts] == ["twilio2"]


@pytest.mark.parametrize(
    "fields",
    [
        list(reversed(status_form())),
        [*status_form(), ("Unknown", "new"), ("Blank", "")],
        [*status_form(), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
        [*status_form(), ("Text", "añoس&=+ %")],
    ],
)
def test_fields_may_be_unsorted_extra_blank_repeated_and_in_any_script(fields: Fields) -> None:
    assert receipt_of(fields).status is Status.DELIVERED


@pytest.mark.parametrize(
    ("told", "seen"),
    [("https://warn.firm.example:443", "https://warn.firm.example"), ("https://warn.firm.example", "https://warn.firm.example:443")],
)  # fmt: skip
def test_the_port_may_be_signed_or_not(told: str, seen: str) -> None:
    rest = f"/callbacks/twilio/status?message={MESSAGE}"

    assert isinstance(called(status_form(), told + rest, seen=(seen + rest,)), Heard)


def test_the_address_that_an_account_was_told_counts_whatever_ours_is() -> None:
    told = "https://hooks.firm.example/tw?tenant=7"
    read = TwilioReceipts({ACCOUNT: Signatory(provider="twilio", token=TOKEN, callback=told)})
    body, headers = twilio_request(f"{told}&message={MESSAGE}", status_form())
    ours = f"https://warn.firm.example/callbacks/twilio/status?tenant=7&message={MESSAGE}"

    assert isinstance(read(Called(urls=(ours,), headers=headers, body=body), SIGNED_AT), Heard)


@pytest.mark.parametrize(
    ("fields", "url", "token", "seen"),
    [
        (status_form(), URL, SECOND_TOKEN, URL),
        (status_form(account=SECOND), URL, TOKEN, URL),
        (status_form(account="AC" + "3" * 32), URL, TOKEN, URL),
        ([*status_form(), ("AccountSid", SECOND)], URL, TOKEN, URL),
        (status_form(), URL, TOKEN, URL.replace(MESSAGE, "0b" * 16)),
        (status_form(), URL, TOKEN, URL.replace("firm", "evil")),
        (status_form(), URL, TOKEN, URL.replace("https", "http")),
        (status_form(), URL, TOKEN, "https://[::1"),
        (status_form(), URL, TOKEN, "https://firm.example:port/"),
    ],
)
def test_another_key_account_or_address_is_a_forgery(fields: Fields, url: str, token: str, seen: str) -> None:
    assert called(fields, url, token, (seen,)) == TurnedAway(Outcome.FORGED)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"delivered", b"failed", 1),
        lambda body: body + b"&a=1",
        lambda body: b"",
    ],
)
def test_a_changed_body_is_a_forgery(change: Callable[[bytes], bytes]) -> None:
    body, headers = twilio_request(URL, status_form())
    told = READ(Called(urls=(URL,), headers=headers, body=change(body)), SIGNED_AT)

    assert told == TurnedAway(Outcome.FORGED)


def test_without_a_signature_it_is_unsigned() -> None:
    body, _ = twilio_request(URL, status_form())

    assert READ(Called(urls=(URL,), headers={}, body=body), SIGNED_AT) == TurnedAway(Outcome.UNSIGNED)


@pytest.mark.parametrize(
    ("url", "fields", "why"),
    [
        (URL.replace(MESSAGE, "not-ours"), status_form(), Outcome.NOT_OURS),
        (URL.replace(MESSAGE, MESSAGE.upper()), status_form(), Outcome.NOT_OURS),
        (URL.partition("?")[0], status_form(), Outcome.NOT_OURS),
        (f"{URL}&message={'0b' * 16}", status_form(), Outcome.NOT_OURS),
        (URL, status_form("teleported"), Outcome.UNREADABLE),
        (URL, status_form(MessageSid="SM\x00", SmsSid=""), Outcome.UNREADABLE),
    ],
)
def test_what_is_signed_and_cannot_be_used_is_left_out_and_counted(
    url: str, fields: Fields, why: Outcome
) -> None:
    heard = called(fields, url)

    assert isinstance(heard, Heard)
    assert (heard.receipts, dict(heard.left_out)) == ((), {why: 1})


@given(
    body=st.binary(max_size=200) | st.text(max_size=80).map(lambda s: s.encode("utf-8", "surrogatepass")),
    signature=st.text(max_size=40),
    url=st.text(max_size=60) | st.just(URL),
)
def test_no_garbage_is_believed_and_none_breaks_the_reader(body: bytes, signature: str, url: str) -> None:
    form = f"AccountSid={ACCOUNT}&".encode() + body
    for each in (body, form):
        told = READ(Called(urls=(url,), headers={SIGNATURE: signature}, body=each), SIGNED_AT)
        assert isinstance(told, TurnedAway)
