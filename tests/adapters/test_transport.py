"""The line: what an exception proves, and how long anything may take."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from outreach.adapters.transport import MOST_BYTES, Line, failure, line
from outreach.adapters.transport.wire import Wire
from outreach.domain.delivery import Unavailable, Unknown
from tests.adapters.conformance import HASTY
from tests.adapters.loopback import Act, certificates, closed_port, dripping, full_port, loopback, reply


def one(url: str, exchange: Line) -> object:
    return exchange([httpx.Request("POST", url, content=b"x" * 10)])[0]


@pytest.fixture
def hasty() -> Iterator[Line]:
    with line(1, HASTY) as made:
        yield made


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("x"), Unavailable),
        (httpx.ConnectTimeout("x"), Unavailable),
        (httpx.UnsupportedProtocol("x"), Unavailable),
        (httpx.LocalProtocolError("x"), Unavailable),
        (httpx.ReadError("x"), Unknown),
        (httpx.ReadTimeout("x"), Unknown),
        (httpx.WriteError("x"), Unknown),
        (httpx.WriteTimeout("x"), Unknown),
        (httpx.CloseError("x"), Unknown),
        (httpx.RemoteProtocolError("x"), Unknown),
        (httpx.PoolTimeout("x"), Unknown),
        (httpx.ProxyError("x"), Unknown),
        (httpx.DecodingError("x"), Unknown),
        (OSError("+34600111222"), Unknown),
        (RuntimeError("x"), Unknown),
    ],
)
def test_only_what_proves_that_nothing_was_written_is_unavailable(error: Exception, kind: type) -> None:
    result = failure(error)
    assert type(result) is kind
    assert "+34600111222" not in result.reason


def test_every_error_of_httpx_is_in_the_table_above() -> None:
    def leaves(kind: type) -> set[type]:
        below = kind.__subclasses__()
        return set().union(*map(leaves, below)) if below else {kind}

    never = {kind for kind in leaves(httpx.TransportError) if type(failure(kind("x"))) is Unavailable}
    assert {kind.__name__ for kind in never} == {
        "ConnectError",
        "ConnectTimeout",
        "LocalProtocolError",
        "UnsupportedProtocol",
    }


def test_a_connection_that_is_never_made_is_unavailable_on_real_sockets(hasty: Line) -> None:
    with full_port() as full:
        for url in (f"http://127.0.0.1:{closed_port()}", "http://no.invalid", f"http://127.0.0.1:{full}"):
            assert type(one(url, hasty)) is Unavailable


def test_tls_that_is_not_agreed_is_unavailable_and_nothing_was_read() -> None:
    plain = [Act(b"no TLS here\r\n", "accept", "close")]
    with loopback(lambda seen: reply(200), plain) as server, line(1, HASTY) as exchange:
        assert type(one(server.url.replace("http:", "https:"), exchange)) is Unavailable
    assert not server.seen


def test_a_request_that_was_read_is_never_unavailable_on_real_sockets(hasty: Line) -> None:
    for then in ("close", "reset", "stall"):
        with loopback(lambda seen: reply(200), [Act(b"", "body", then)]) as server:
            assert type(one(server.url, hasty)) is Unknown
        assert len(server.seen) == 1


def test_a_redirect_is_not_followed(hasty: Line) -> None:
    with loopback(lambda seen: reply(307, b"", [("Location", "/again")])) as server:
        answer = one(server.url, hasty)
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 307
    assert len(server.seen) == 1


def test_a_status_counts_even_where_its_body_breaks_off(hasty: Line) -> None:
    with loopback(lambda seen: reply(429, b"{}", [("Retry-After", "5")], cut=9)) as server:
        answer = one(server.url, hasty)
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.content) == (429, b"")
    assert answer.headers["retry-after"] == "5"


def test_a_body_that_does_not_end_is_left(hasty: Line) -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    more = (b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * (MOST_BYTES // 0x4000 + 1)
    with loopback(lambda seen: Act(endless + more, then="stall")) as server:
        answer = one(server.url, hasty)
    assert isinstance(answer, httpx.Response)
    assert answer.content == b""


def test_a_zipped_body_that_is_no_zip_is_empty(hasty: Line) -> None:
    with loopback(lambda seen: reply(400, b"not zipped", [("Content-Encoding", "gzip")])) as server:
        answer = one(server.url, hasty)
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.content) == (400, b"")


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    with loopback(lambda seen: reply(200)) as server, line(1, HASTY) as exchange:
        assert isinstance(one(server.url, exchange), httpx.Response)


def test_a_kept_connection_that_was_closed_meanwhile_leaves_nothing_in_doubt() -> None:
    well = replace(reply(200), when="body")
    with (
        loopback(lambda seen: reply(200), [well, Act(b"", "accept", "close")]) as server,
        line(1) as exchange,
    ):
        assert isinstance(one(server.url, exchange), httpx.Response)
        time.sleep(0.05)
        assert isinstance(one(server.url, exchange), httpx.Response)
    assert len(server.seen) == 2


def test_a_connection_is_kept_for_the_next_request_and_not_for_a_second_at_once() -> None:
    with loopback(lambda seen: reply(200)) as server, line(3) as exchange:
        for _ in range(4):
            assert all(
                isinstance(a, httpx.Response) for a in exchange([httpx.Request("POST", server.url)] * 9)
            )
    assert len(server.seen) == 36
    assert server.connections <= 3


def test_tls_is_agreed_with_whom_we_trust_and_nobody_else(tmp_path: Path) -> None:
    ours, theirs = certificates(tmp_path)
    with loopback(lambda seen: reply(200), tls=theirs) as server:
        with line(2, HASTY, trust=ours) as exchange:
            for _ in range(3):
                answers = exchange([httpx.Request("POST", server.url, content=b"x")] * 4)
                assert all(isinstance(answer, httpx.Response) for answer in answers)
        assert len(server.seen) == 12
        assert server.connections == 2
        with line(1, HASTY) as exchange:
            assert type(one(server.url, exchange)) is Unavailable
        with line(1, HASTY, trust=ours) as exchange:  # the name on the certificate is another
            assert type(one(server.url.replace("127.0.0.1", "localhost"), exchange)) is Unavailable
    assert len(server.seen) == 12


@pytest.mark.parametrize("then", ["close", "reset", "stall"])
def test_a_request_that_was_read_over_tls_is_in_doubt(then: str, tmp_path: Path) -> None:
    ours, theirs = certificates(tmp_path)
    well = replace(reply(200), when="body")
    for script in ([Act(b"", "body", then)], [well, Act(b"", "body", then)]):
        with (
            loopback(lambda seen: reply(200), list(script), tls=theirs) as server,
            line(1, HASTY, ours) as exchange,
        ):
            answers = [one(server.url, exchange) for _ in script]
            assert type(answers[-1]) is Unknown
        assert len(server.seen) == len(script)


def test_a_head_that_drips_is_not_waited_for_for_ever() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200
    with dripping(head) as (url, dripped), line(1, HASTY) as exchange:
        assert type(one(url, exchange)) is Unknown
        assert 0 < len(dripped) < len(head)


def test_a_header_of_several_lines_is_never_written() -> None:
    with loopback(lambda seen: reply(200)) as server, line(1) as exchange:
        for odd in ("a\r\nTo: b", "a\nb", "a\0b"):
            request = httpx.Request("POST", server.url, headers={"authorization": odd})
            assert exchange([request]) == [Unavailable("no connection (LocalProtocolError)")]
    assert not server.seen


def test_a_long_request_arrives_whole() -> None:
    body = bytes(range(256)) * 20_000
    with loopback(lambda seen: reply(200)) as server, line(1) as exchange:
        assert isinstance(exchange([httpx.Request("POST", server.url, content=body)])[0], httpx.Response)
    assert server.seen[0].body == body


def test_a_close_that_only_the_kernel_knows_of_is_found_before_anything_is_written() -> None:
    async def fit_after_their_close() -> tuple[bool, bool]:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(lambda: Wire(loop, HASTY), sock=ours)
        before = wire.fit
        theirs.close()  # and no turn of the loop in which it could be read
        after = wire.fit
        wire.close()
        await asyncio.sleep(0)
        return before, after

    assert asyncio.run(fit_after_their_close()) == (True, False)
