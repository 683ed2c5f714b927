"""The line: what an exception proves, and how long anything may take."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from outreach.adapters.transport import MOST_BYTES, Line, failure, line
from outreach.domain.delivery import Unavailable, Unknown
from tests.adapters.conformance import HASTY
from tests.adapters.loopback import Act, closed_port, full_port, loopback, reply

POST = httpx.Request("POST", "http://127.0.0.1/", content=b"x")


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


def test_what_is_not_begun_in_time_was_not_tried() -> None:
    ticks = iter([0.0, 1.0, 61.0, 61.0])
    tried: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tried.append(request)
        return httpx.Response(200)

    with Line(httpx.MockTransport(answer), 1, HASTY, elapsed=lambda: next(ticks)) as exchange:
        first, second = exchange([POST, POST])
    assert isinstance(first, httpx.Response)
    assert second == Unavailable("not tried: the batch took too long")
    assert len(tried) == 1


def test_as_many_requests_are_in_flight_as_were_asked_for_and_no_more() -> None:
    under_way = [0]
    most = [0]

    async def answer(request: httpx.Request) -> httpx.Response:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0.01)
        under_way[0] -= 1
        return httpx.Response(200)

    with Line(httpx.MockTransport(answer), 4, HASTY) as exchange, ThreadPoolExecutor(3) as threads:
        batches = list(threads.map(exchange, [[POST] * 8] * 3))
    assert all(isinstance(answer, httpx.Response) for batch in batches for answer in batch)
    assert most == [4]


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    with loopback(lambda seen: reply(200)) as server, line(1, HASTY) as exchange:
        assert isinstance(one(server.url, exchange), httpx.Response)
