"""The doors for providers: what is signed is kept once, what is not changes nothing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.sendgrid.receipts import SIGNATURE as SENDGRID_SIGNATURE
from outreach.adapters.sendgrid.receipts import TIMESTAMP
from outreach.adapters.twilio.receipts import SIGNATURE
from outreach.domain.delivery import Receipt, Status
from outreach.errors import SettingsError
from outreach.web.together import Together
from outreach.wiring.callbacks import callbacks, twilio_callback
from tests.doors.callback_world import (
    EVENTS,
    PROXY,
    PUBLIC,
    STATUS,
    STRANGER,
    Ledger,
    Provider,
    callback_app,
    callback_settings,
)
from tests.signing import (
    ACCOUNT,
    MESSAGE,
    SIGNED_AT,
    TOKEN,
    an_event,
    sendgrid_headers,
    sendgrid_request,
    status_form,
    twilio_request,
)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def provider(ledger: Ledger) -> Provider:
    return Provider(callback_app(ledger))


def test_a_signed_status_is_kept_once_however_often_it_comes(provider: Provider, ledger: Ledger) -> None:
    assert [provider.status(status_form()), provider.status(status_form())] == [204, 204]

    (receipt,) = ledger.kept.values()
    assert (receipt.message, receipt.status) == (MESSAGE, Status.DELIVERED)
    assert ledger.counts == {("twilio", "new"): 1, ("twilio", "repeated"): 1}


def test_ten_thousand_events_in_one_body_are_kept_in_pieces(ledger: Ledger) -> None:
    provider = Provider(callback_app(ledger, most_bytes=8 * 2**20))
    said = [an_event(id=f"e{n}", message=f"{n:032x}") for n in range(10_000)]

    assert provider.events([*said, "garbage", {"event": "open"}]) == 204
    assert (len(ledger.kept), max(ledger.calls)) == (10_000, 1_000)
    assert ledger.counts == {
        ("sendgrid", "new"): 10_000,
        ("sendgrid", "unreadable"): 1,
        ("sendgrid", "not_ours"): 1,
    }


@pytest.mark.parametrize("path", [STATUS, EVENTS])
def test_what_is_unsigned_changes_nothing_and_is_counted(
    provider: Provider, ledger: Ledger, path: str
) -> None:
    answer = provider.post(path, json.dumps([an_event()]).encode())

    assert (answer.status_code, answer.text) == (403, "unsigned\n")
    assert (ledger.calls, list(ledger.counts.values())) == ([], [1])


def test_a_forgery_changes_nothing_and_its_words_are_told_to_nobody(
    provider: Provider, ledger: Ledger
) -> None:
    body, headers = twilio_request(f"{PUBLIC}{STATUS}", status_form(Body="a secret"), "another token")
    with structlog.testing.capture_logs() as lines:
        answers = [provider.post(f"{STATUS}?message={MESSAGE}", body, headers) for _ in range(3)]

    assert {(each.status_code, each.text) for each in answers} == {(403, "forged\n")}
    assert ledger.calls == []
    assert ledger.counts == {("twilio", "forged"): 3}
    told = {
        "event": "callback.refused",
        "party": "twilio",
        "why": "forged",
        "times": 1,
        "log_level": "warning",
    }
    assert lines == [told]  # once a minute: a stranger must not fill the log


@pytest.mark.parametrize(("body", "status"), [(b"{}", 400), (b"[", 400), (b"[" * 100_000, 400), (b"[]", 204)])
def test_what_is_signed_and_no_list_is_told_so(provider: Provider, body: bytes, status: int) -> None:
    assert provider.post(EVENTS, body, sendgrid_headers(body)).status_code == status


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(50):
        yield b" " * 2**20
    raise AssertionError("it was read to its end")


@pytest.mark.parametrize("is_told", [True, False])
def test_fifty_megabytes_are_turned_away_before_they_are_read(
    provider: Provider, ledger: Ledger, is_told: bool
) -> None:
    headers = {SENDGRID_SIGNATURE: "AAAA", TIMESTAMP: "1803902400"}
    more = {"content-length": str(50 * 2**20)} if is_told else {}

    assert provider.post(EVENTS, _endless(), {**headers, **more}).status_code == 413
    assert ledger.counts == {("sendgrid", "too_large"): 1}


def test_a_caller_who_goes_in_the_middle_is_no_fault_of_ours(ledger: Ledger) -> None:
    said: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": EVENTS,
        "raw_path": EVENTS.encode(),
        "query_string": b"",
        "headers": [(SENDGRID_SIGNATURE.encode(), b"AAAA")],
        "client": None,
    }
    asyncio.run(callback_app(ledger)(scope, receive, send))  # type: ignore[arg-type]

    assert said[0]["status"] == 408


def test_what_could_not_be_kept_is_asked_for_again(provider: Provider, ledger: Ledger) -> None:
    ledger.broken = {"e1"}
    answer = provider.post(EVENTS, *sendgrid_request([an_event()]))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert ledger.counts == {("sendgrid", "not_kept"): 1}
    ledger.broken = set()
    assert provider.events([an_event()]) == 204


def test_a_get_is_no_callback(provider: Provider, ledger: Ledger) -> None:
    assert [provider.post(path, b"", method="GET").status_code for path in (STATUS, EVENTS)] == [405, 405]
    assert ledger.calls == []


def test_a_door_without_its_key_is_not_there(ledger: Ledger) -> None:
    provider = Provider(callback_app(ledger, twilio={"account_sid": ACCOUNT}, twilio2={}, sendgrid={}))

    assert [provider.post(path, b"").status_code for path in (STATUS, EVENTS)] == [404, 404]


def test_the_secret_of_an_api_key_signs_nothing() -> None:
    keyed = {"account_sid": ACCOUNT, "auth_token": "a key's secret", "key_sid": "SK1"}

    assert callbacks(callback_settings(twilio=keyed, twilio2={}, sendgrid={})) == {}
    named = callback_settings(twilio={**keyed, "signing_token": TOKEN}, twilio2={}, sendgrid={})
    assert list(callbacks(named)) == [STATUS]


@pytest.mark.parametrize(
    ("public", "own", "told"),
    [
        (PUBLIC, "", f"{PUBLIC}{STATUS}"),
        (f"{PUBLIC}/", "", f"{PUBLIC}{STATUS}"),
        ("http://127.0.0.1:8080", "", ""),
        (PUBLIC, "https://else.example/cb", "https://else.example/cb"),
    ],
)
def test_twilio_is_told_our_address_where_it_can_reach_it(public: str, own: str, told: str) -> None:
    account = {"account_sid": ACCOUNT, "auth_token": TOKEN, "callback": own}
    settings = callback_settings(web={"public_url": public}, twilio=account)

    assert twilio_callback(settings.twilio, settings) == told


def test_a_wrong_key_is_told_at_the_start() -> None:
    with pytest.raises(SettingsError, match="event_key"):
        callbacks(callback_settings(sendgrid={"event_key": "nonsense"}))


FORWARDED = {"x_forwarded_proto": "https", "x_forwarded_host": "hooks.firm.example"}
HOOKS = "https://hooks.firm.example"


@pytest.mark.parametrize(
    ("peer", "base", "headers", "status"),
    [
        (STRANGER, PUBLIC, {}, 204),
        (STRANGER, PUBLIC, FORWARDED, 204),
        (STRANGER, HOOKS, FORWARDED, 403),
        (STRANGER, "http://inside:8080", {}, 403),
        (PROXY, HOOKS, FORWARDED, 204),
        ("::ffff:10.1.2.3", HOOKS, FORWARDED, 204),
        (PROXY, PUBLIC, FORWARDED, 204),
        (PROXY, PUBLIC, {}, 204),
        (PROXY, "https://inside:8443", {"x_forwarded_proto": "https", "x_forwarded_port": "8443"}, 204),
        (PROXY, "https://inside", {"x_forwarded_proto": "HTTPS", "x_forwarded_port": "443"}, 204),
        (PROXY, f"{HOOKS}:8443", {**FORWARDED, "x_forwarded_port": "8443"}, 204),
        (PROXY, HOOKS, {**FORWARDED, "x_forwarded_host": "evil.example, hooks.firm.example"}, 204),
        (PROXY, "https://evil.example", {**FORWARDED, "x_forwarded_host": "evil.example, good.example"}, 403),
        (PROXY, HOOKS, {**FORWARDED, "x_forwarded_host": "evil.example, hooks.firm.example, inner.example",
                        "x_forwarded_for": "198.51.100.1, 10.9.9.9"}, 204),
        (PROXY, HOOKS, {**FORWARDED, "x_forwarded_proto": "gopher"}, 403),
        (PROXY, PUBLIC, {**FORWARDED, "x_forwarded_host": "[::1"}, 204),
        (PROXY, PUBLIC, {**FORWARDED, "x_forwarded_host": "a b/c?d"}, 204),
        (PROXY, PUBLIC, {**FORWARDED, "x_forwarded_port": "99999"}, 204),
    ],
)  # fmt: skip
def test_only_trusted_hops_say_under_which_address_we_were_called(
    ledger: Ledger, peer: str, base: str, headers: dict[str, str], status: int
) -> None:
    assert Provider(callback_app(ledger), peer).status(status_form(), base, **headers) == status


def test_what_comes_together_shares_a_transaction_and_one_bad_apple_spoils_only_itself() -> None:
    gate, started, calls = threading.Event(), threading.Event(), []

    def receive(told: Sequence[Receipt]) -> None:
        calls.append([receipt.id for receipt in told])
        started.set()
        gate.wait(5)
        if any(receipt.id == "bad" for receipt in told):
            raise RuntimeError

    async def drive() -> list[object]:
        together = Together(receive)
        first = asyncio.create_task(together.keep([_receipt("first")]))
        await asyncio.to_thread(started.wait, 5)
        rest = [asyncio.create_task(together.keep([_receipt(id)])) for id in ("a", "bad", "b")]
        gone = asyncio.create_task(together.keep([_receipt("gone")]))
        await asyncio.sleep(0)
        gone.cancel()
        gate.set()
        return await asyncio.gather(first, *rest, return_exceptions=True)

    kept = asyncio.run(drive())

    assert calls[:2] == [["first"], ["a", "bad", "b", "gone"]]
    assert [type(each) for each in kept] == [type(None), type(None), RuntimeError, type(None)]


def _receipt(id: str) -> Receipt:
    return Receipt(provider="p", id=id, message=MESSAGE, status=Status.SENT, at=SIGNED_AT)


NAMES = st.sampled_from(
    [SIGNATURE, SENDGRID_SIGNATURE, TIMESTAMP, "content-type", "content-length", "x-forwarded-host", "host"]
)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@settings(max_examples=60)
@given(
    path=st.sampled_from(
        [STATUS, EVENTS, f"{STATUS}?message={MESSAGE}", f"{STATUS}?bodySHA256=0&message=%00"]
    ),
    method=st.sampled_from(["POST", "POST", "POST", "PUT", "HEAD"]),
    headers=st.dictionaries(NAMES, VALUES, max_size=5),
    body=st.binary(max_size=100) | st.just(f"AccountSid={ACCOUNT}".encode()),
)
def test_no_stranger_gets_in_and_none_gets_a_server_error(
    path: str, method: str, headers: dict[str, str], body: bytes
) -> None:
    ledger = Ledger()
    answer = Provider(callback_app(ledger), PROXY).post(path, body, headers, method=method)

    assert answer.status_code in {403, 405, 413}
    assert ledger.calls == []
