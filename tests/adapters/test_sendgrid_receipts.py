"""SendGrid's events: one signature a body, the good part kept, the rest counted, and never an exception."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.sendgrid import SendGridReceipts
from outreach.adapters.sendgrid.receipts import OPENED, SIGNATURE, STATUSES, TIMESTAMP
from outreach.domain.callback import Called, Heard, Outcome, TurnedAway
from outreach.domain.delivery import Status
from outreach.errors import SettingsError
from tests.signing import MESSAGE, SIGNED_AT, an_event, public_key, sendgrid_headers, sendgrid_request

WINDOW = timedelta(minutes=5)


def read(body: bytes, headers: dict[str, str], late: timedelta = timedelta()) -> Heard | TurnedAway:
    return SendGridReceipts(public_key(), WINDOW)(
        Called(urls=(), headers=headers, body=body), SIGNED_AT + late
    )


def heard(*said: object) -> Heard:
    told = read(*sendgrid_request(list(said)))
    assert isinstance(told, Heard), told
    return told


@pytest.mark.parametrize("word", STATUSES)
def test_every_word_of_sendgrid_becomes_a_receipt_with_our_id_and_theirs(word: str) -> None:
    (receipt,) = heard(an_event(word)).receipts

    assert (receipt.provider, receipt.id, receipt.message) == ("sendgrid", "e1", MESSAGE)
    assert (receipt.status, receipt.word) == (STATUSES[word], word)
    assert receipt.at == SIGNED_AT - timedelta(seconds=10)
    assert receipt.is_opened is (word in {"open", "click"})


def test_that_something_was_fetched_never_outweighs_a_bounce() -> None:
    assert all(STATUSES[word].rank < Status.UNDELIVERED.rank for word in OPENED)


@pytest.mark.parametrize("late", [-300, 0, 300])
def test_within_the_window_the_clocks_may_differ(late: int) -> None:
    assert isinstance(read(*sendgrid_request([an_event()]), timedelta(seconds=late)), Heard)


@pytest.mark.parametrize("late", [-301, 301, 86_400])
def test_outside_the_window_a_good_signature_is_played_again(late: int) -> None:
    assert read(*sendgrid_request([an_event()]), timedelta(seconds=late)) == TurnedAway(Outcome.STALE)


@pytest.mark.parametrize(
    "header",
    [
        {SIGNATURE: "not base64!"},
        {SIGNATURE: "abc"},
        {SIGNATURE: "é"},
        {SIGNATURE: "AAAA"},
        {TIMESTAMP: "1803902401"},
        {TIMESTAMP: "١٨٠٣٩٠٢٤٠٠"},
        {TIMESTAMP: "1803902400.0"},
        {TIMESTAMP: "9" * 400},
        {TIMESTAMP: "-180390240"},
    ],
)
def test_a_header_that_does_not_fit_is_a_forgery(header: dict[str, str]) -> None:
    body, headers = sendgrid_request([an_event()])

    assert read(body, {**headers, **header}) == TurnedAway(Outcome.FORGED)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body + b" ",
        lambda body: body.rstrip(),
        lambda body: body.replace(b"delivered", b"bounce"),
        lambda body: b"\xff",
    ],
)
def test_a_changed_body_is_a_forgery_even_by_its_last_line_end(change: Callable[[bytes], bytes]) -> None:
    body, headers = sendgrid_request([an_event()])

    assert read(change(body), headers) == TurnedAway(Outcome.FORGED)


@pytest.mark.parametrize("missing", [SIGNATURE, TIMESTAMP])
def test_without_a_signature_or_its_time_it_is_unsigned(missing: str) -> None:
    body, headers = sendgrid_request([an_event()])
    del headers[missing]

    assert read(body, headers) == TurnedAway(Outcome.UNSIGNED)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b'"a"', b"[", b"[" * 100_000, b"\xef\xbb\xbf7", b"1" * 10_000, b'[{"a":' * 50_000],
    ids=range(9),
)
def test_what_is_signed_and_no_array_is_unreadable_as_a_whole(body: bytes) -> None:
    assert read(body, sendgrid_headers(body)) == TurnedAway(Outcome.UNREADABLE)


def test_of_an_array_the_good_part_is_kept_and_the_bad_is_counted() -> None:
    told = heard(
        an_event(id="good"),
        None, 7, "text", [an_event()],
        an_event("teleported"), an_event(id=""), an_event(id="x" * 129), an_event(id="a\x00b"),
        {**an_event(), "sg_event_id": 7},
        an_event(message="not-ours"), an_event(message=MESSAGE.upper()), an_event(message=""),
        {"event": "open"},
        an_event("bounce", id="good2", sg_message_id="\ud800", timestamp="soon"),
        an_event(id="good3", timestamp=10**30),
        an_event(id="good4", timestamp=True, sg_message_id=None),
    )  # fmt: skip

    assert [receipt.id for receipt in told.receipts] == ["good", "good2", "good3", "good4"]
    assert {receipt.at for receipt in told.receipts[1:]} == {SIGNED_AT}
    assert {receipt.ref for receipt in told.receipts[1:]} == {"", an_event()["sg_message_id"]}
    assert dict(told.left_out) == {Outcome.UNREADABLE: 9, Outcome.NOT_OURS: 4}


def test_ten_thousand_events_are_one_body() -> None:
    assert len(heard(*(an_event(id=f"e{n}") for n in range(10_000))).receipts) == 10_000


@pytest.mark.parametrize("key", ["", "nonsense", "QUJD", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"])
def test_a_key_that_is_none_is_told_before_anything_is_taken(key: str) -> None:
    with pytest.raises(SettingsError, match="event_key"):
        SendGridReceipts(key, WINDOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda deeper: (
        st.lists(deeper, max_size=4)
        | st.dictionaries(
            st.sampled_from(["event", "message", "sg_event_id", "timestamp", "x"]), deeper, max_size=5
        )
    ),
    max_leaves=20,
)


@given(said=st.lists(JSON, max_size=5))
def test_whatever_json_is_signed_nothing_is_lost_without_a_count(said: list[object]) -> None:
    told = heard(*json.loads(json.dumps(said)))

    assert len(told.receipts) + sum(told.left_out.values()) == len(said)


@given(
    body=st.binary(max_size=200),
    signature=st.text(max_size=60),
    at=st.text(max_size=14) | st.just("1803902400"),
)
def test_no_garbage_is_believed_and_none_breaks_the_reader(body: bytes, signature: str, at: str) -> None:
    assert isinstance(read(body, {SIGNATURE: signature, TIMESTAMP: at}), TurnedAway)
