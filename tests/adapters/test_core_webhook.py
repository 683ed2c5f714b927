"""The core over signed webhooks: what is posted, what each answer means, and what never happens."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.core_webhook import WebhookCore, read_secrets, signature
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.errors import CoreBusy, CoreRefused, SettingsError
from tests.adapters.loopback import Act, Seen, certificates, closed_port, loopback, overheard, reply
from tests.build import NOW

OLD, NEW = b"o" * 32, b"n" * 32
CALL = "0123456789abcdef0123456789abcdef"
REASON = "the person asked to stop it"


@dataclass
class Standing:
    """A clock that stands."""

    now: Any = field(default=NOW)

    def __call__(self) -> Any:
        return self.now


def a_core(port: int, *, keys: Sequence[bytes] = (NEW,), scheme: str = "http", **options: Any) -> WebhookCore:
    """A core at this port."""
    address = f"{scheme}://127.0.0.1:{port}"
    usual = {"url": f"{address}/calls", "transfers_url": f"{address}/transfers", "now": Standing()}
    return WebhookCore(keys=keys, **(usual | {"seconds": 2.0, "transfers_seconds": 2.0} | options))


def port_of(server: Any) -> int:
    """Where it listens."""
    return int(server._door.getsockname()[1])


def headers_of(seen: Seen) -> dict[str, str]:
    """Its headers, by lower-case name."""
    lines = seen.head.decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}


def secret(key: bytes) -> str:
    """A key as settings write it."""
    return "whsec_" + base64.b64encode(key).decode()


def test_the_signature_is_the_one_of_the_published_example() -> None:
    (key,) = read_secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "X")
    said = signature([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_hold_is_posted_under_our_call_id_and_signed_by_every_secret() -> None:
    with loopback(lambda seen: reply(202)) as server:
        a_core(port_of(server), keys=(NEW, OLD)).request_hold("t-1", REASON, CALL)
    (seen,) = server.seen
    headers = headers_of(seen)
    wanted = signature([NEW, OLD], CALL, int(NOW.timestamp()), seen.body)

    assert seen.head.startswith(b"POST /calls HTTP/1.1")
    assert json.loads(seen.body) == {
        "type": "transfer.hold",
        "data": {"call_id": CALL, "transfer_ref": "t-1", "reason": REASON},
    }
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (CALL, str(int(NOW.timestamp())))
    assert headers["webhook-signature"] == wanted
    assert len(wanted.split()) == 2


@pytest.mark.parametrize("key", [NEW, OLD])
def test_a_stranger_who_knows_either_secret_believes_it_and_nobody_else(key: bytes) -> None:
    standard = pytest.importorskip("standardwebhooks")
    with loopback(lambda seen: reply(200)) as server:
        clock = Standing(standard.webhooks.datetime.now(standard.webhooks.timezone.utc))
        a_core(port_of(server), keys=(NEW, OLD), now=clock).request_freeze("t-1", REASON, CALL)
    (seen,) = server.seen
    said = standard.Webhook(secret(key)).verify(seen.body, headers_of(seen))

    assert said["type"] == "transfer.freeze"
    with pytest.raises(standard.WebhookVerificationError):
        standard.Webhook(secret(b"x" * 32)).verify(seen.body, headers_of(seen))
    with pytest.raises(standard.WebhookVerificationError):
        standard.Webhook(secret(key)).verify(seen.body.replace(b"t-1", b"t-2"), headers_of(seen))


def test_the_same_request_asked_again_is_the_same_to_the_byte_but_for_its_time() -> None:
    with loopback(lambda seen: reply(200)) as server:
        for minutes in (0, 5):
            core = a_core(port_of(server), now=Standing(NOW + timedelta(minutes=minutes)))
            core.request_release("t-1", REASON, CALL)
    first, second = server.seen

    assert first.body == second.body
    assert headers_of(first)["webhook-id"] == headers_of(second)["webhook-id"] == CALL
    assert headers_of(first)["webhook-signature"] != headers_of(second)["webhook-signature"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_means_that_it_was_heard(status: int) -> None:
    with loopback(lambda seen: reply(status)) as server:
        a_core(port_of(server)).request_hold("t", REASON, CALL)

    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(status: int) -> None:
    with loopback(lambda seen: reply(status)) as server, pytest.raises(CoreBusy) as said:
        a_core(port_of(server)).request_hold("t", REASON, CALL)

    assert (said.value.trouble, said.value.after) == (f"http_{status}", None)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 410, 422, 451])
def test_any_other_answer_is_a_refusal_and_a_redirect_is_never_followed(status: int) -> None:
    away: list[Seen] = []
    with loopback(lambda seen: away.append(seen) or reply(200)) as elsewhere:
        to = ("Location", f"http://127.0.0.1:{port_of(elsewhere)}/")
        with loopback(lambda seen: reply(status, headers=[to])) as server, pytest.raises(CoreRefused) as said:
            a_core(port_of(server)).request_hold("t", REASON, CALL)

    assert said.value.trouble == f"http_{status}"
    assert (len(server.seen), away) == (1, [])


def test_a_core_that_is_gone_is_posted_nothing_more() -> None:
    with loopback(lambda seen: reply(410)) as server:
        core = a_core(port_of(server))
        for _ in range(3):
            with pytest.raises(CoreRefused, match="410"):
                core.request_hold("t", REASON, CALL)

    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999", 3600.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_the_core_says_how_long_to_wait_and_is_believed_up_to_an_hour(said: str, after: float | None) -> None:
    header = [("Retry-After", said.encode().decode("latin-1"))]
    with loopback(lambda seen: reply(503, headers=header)) as server, pytest.raises(CoreBusy) as busy:
        a_core(port_of(server)).request_hold("t", REASON, CALL)

    assert busy.value.after == after


@pytest.mark.parametrize(
    ("act", "trouble"),
    [
        (Act(then="stall"), "timeout"),
        (Act(when="accept", then="close"), "unreachable"),
        (Act(when="head", then="reset"), "unreachable"),
        (Act(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then="close"), "unreachable"),
        (Act(b"garbage\r\n\r\n", then="close"), "unreachable"),
        (Act(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n" + b" " * 60, pause=0.02), "timeout"),
    ],
)
def test_silence_and_broken_answers_are_asked_again(act: Act, trouble: str) -> None:
    with loopback(lambda seen: reply(200), [act]) as server, pytest.raises(CoreBusy) as said:
        a_core(port_of(server), seconds=0.3).request_hold("t", REASON, CALL)

    assert said.value.trouble == trouble


def test_nobody_there_is_not_heard_and_no_error_or_log_holds_address_secret_or_transfer() -> None:
    with overheard() as heard, pytest.raises(CoreBusy) as said:
        a_core(closed_port(), url=f"http://127.0.0.1:{closed_port()}/key-4711").request_hold(
            "t-77", REASON, CALL
        )
    told = " ".join([*heard, str(said.value), repr(said.value), repr(a_core(1))])

    assert not any(word in told for word in ("key-4711", "t-77", repr(NEW), secret(NEW)))


def test_a_certificate_that_nobody_vouches_for_is_spoken_to_by_nobody(tmp_path: Path) -> None:
    trusted, theirs = certificates(tmp_path)
    with loopback(lambda seen: reply(200), tls=theirs) as server:
        with pytest.raises(CoreBusy):
            a_core(port_of(server), scheme="https").request_hold("t", REASON, CALL)
        assert server.seen == []
        verify: ssl.SSLContext = trusted
        a_core(port_of(server), scheme="https", verify=verify).request_hold("t", REASON, CALL)

    assert len(server.seen) == 1


def test_transfers_are_asked_in_one_signed_question_and_only_what_was_asked_is_believed() -> None:
    told = {
        "transfers": {
            "t-1": {"status": "held", "hold_expires_at": "2026-11-23T18:00:00Z"},
            "t-2": {"status": "no such word"},
            "t-9": {"status": "sent"},
        }
    }
    with loopback(lambda seen: reply(200, json.dumps(told).encode())) as server:
        found = a_core(port_of(server)).transfers(["t-2", "t-1", "t-1"])
    (seen,) = server.seen
    headers = headers_of(seen)

    assert found == {
        "t-1": Transfer(ref="t-1", status=TransferStatus.HELD, hold_expires_at=NOW + timedelta(hours=6))
    }
    assert json.loads(seen.body) == {"type": "transfers.read", "data": {"refs": ["t-1", "t-2"]}}
    assert headers["webhook-signature"] == signature(
        [NEW], headers["webhook-id"], int(NOW.timestamp()), seen.body
    )


def test_without_an_address_for_it_nothing_is_known_of_any_transfer() -> None:
    with loopback(lambda seen: reply(200)) as server:
        assert a_core(port_of(server), transfers_url="").transfers(["t"]) == {}
        assert a_core(port_of(server)).transfers([]) == {}

    assert server.seen == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"transfers": 7}', b"[" * 100_000, b'{"transfers": {"t": 1}}']
)
def test_an_answer_that_is_none_says_nothing_of_any_transfer(body: bytes) -> None:
    # What is no JSON at all is silence, "not_json".
    with loopback(lambda seen: reply(200, body)) as server, suppress(CoreBusy):
        assert a_core(port_of(server)).transfers(["t"]) == {}


@pytest.mark.parametrize("status", [302, 404, 410, 500])
def test_a_core_that_answers_badly_about_transfers_is_silent_not_gone(status: int) -> None:
    with loopback(lambda seen: reply(status if b"/transfers" in seen.head else 200)) as server:
        core = a_core(port_of(server))
        with pytest.raises(OSError, match=str(status)):
            core.transfers(["t"])
        core.request_hold("t", REASON, CALL)

    assert len(server.seen) == 2


@pytest.mark.parametrize(
    "said", ["", "whsec_AA", "whsec_c2hvcnQ=", "c" * 44, "whsec_!!!", secret(NEW) + " x"]
)
def test_a_secret_that_is_none_is_refused_without_being_repeated(said: str) -> None:
    with pytest.raises(SettingsError, match="OUTREACH_CORE__SECRET") as refused:
        read_secrets(said, "OUTREACH_CORE__SECRET")

    assert not said or said not in str(refused.value)


def test_several_secrets_are_read_in_their_order() -> None:
    assert read_secrets(f"{secret(NEW)}, {secret(OLD)}", "X") == (NEW, OLD)


@given(body=st.binary(), id=st.text("abc123", min_size=1), at=st.integers(0, 2**32), other=st.binary())
def test_a_signature_is_of_this_id_time_and_body_only(body: bytes, id: str, at: int, other: bytes) -> None:
    said = signature([NEW], id, at, body)

    assert said == signature([NEW], id, at, body)
    assert said != signature([OLD], id, at, body)
    assert said != signature([NEW], id + "x", at, body)
    assert said != signature([NEW], id, at + 1, body)
    assert other == body or said != signature([NEW], id, at, other)
