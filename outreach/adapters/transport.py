"""The line to every provider's HTTP interface: requests go out once, several at a time, and never raise.

Stock httpx (its sync client over httpcore, HTTP/1.1) because its exceptions tell truly whether a request was
written; several faster transports report a connection that was dropped *after* the request as ConnectError.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType

import httpx

from outreach.answers import Answer
from outreach.domain.delivery import Unavailable, Unknown

NEVER_WRITTEN = (
    httpx.ConnectError,  # refused, unreachable, no such name, TLS not agreed
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,  # stock httpx raises it for the tunnel only, before the request
    httpx.UnsupportedProtocol,
)
"""Errors of *stock* httpx that prove that not one byte of the request was written; of no other transport."""

MOST_BYTES = 256 * 1024  # the longest answer that is read; providers answer in about 1 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for a connection, for the next bytes, for a whole answer body, and for
    a whole batch (requests not begun by then are Unavailable, so that a batch ends inside its lease)."""

    connect: float = 5.0
    silence: float = 10.0
    answer: float = 20.0
    batch: float = 60.0


def failure(error: Exception) -> Unavailable | Unknown:
    """What an exception of the network proves: never written, or in doubt. Names the kind, never the text."""
    kind = type(error).__name__
    if isinstance(error, NEVER_WRITTEN):
        return Unavailable(f"no connection ({kind})")
    return Unknown(f"connection lost ({kind})")


def http_client(
    patience: Patience, *, proxy: str | None = None, verify: ssl.SSLContext | bool = True
) -> httpx.Client:
    """One connection's worth of client: HTTP/1.1, no redirects, no retries, nothing from the environment
    (a proxy is told, not guessed; a .netrc would replace our credentials)."""
    timeout = httpx.Timeout(patience.silence, connect=patience.connect)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=5.0)
    return httpx.Client(
        timeout=timeout, limits=limits, follow_redirects=False, trust_env=False, proxy=proxy, verify=verify
    )


class Line:
    """An `Exchange` over several clients, one request in flight on each. Safe to use from several threads."""

    def __init__(
        self,
        clients: Sequence[httpx.Client],
        patience: Patience | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = tuple(clients)
        self._patience = patience or Patience()
        self._elapsed = elapsed
        self._idle: SimpleQueue[httpx.Client] = SimpleQueue()
        for client in self._clients:
            self._idle.put(client)
        self._pool = ThreadPoolExecutor(len(self._clients), thread_name_prefix="line")

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        """Every request posted once; the answers in order."""
        until = self._elapsed() + self._patience.batch
        if len(requests) == 1:
            return [self._post(requests[0], until)]
        return list(self._pool.map(lambda request: self._post(request, until), requests))

    def close(self) -> None:
        """Let go of every connection; requests under way are waited for."""
        self._pool.shutdown()
        for client in self._clients:
            client.close()

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(self, request: httpx.Request, until: float) -> Answer:
        client = self._idle.get()
        try:
            if self._elapsed() > until:
                return Unavailable("not tried: the batch took too long")
            return self._answer(client.send(request, stream=True))
        except Exception as error:  # whatever a transport throws, the message is only in doubt
            return failure(error)
        finally:
            self._idle.put(client)

    def _answer(self, response: httpx.Response) -> httpx.Response:
        """The answer with as much of its body as came. The status line was read, so it counts in any case:
        a body that breaks off, drips or never ends is as good as an empty one."""
        until = self._elapsed() + self._patience.answer
        body = bytearray()
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES or self._elapsed() > until:
                    body.clear()
                    break
        except httpx.HTTPError:
            body.clear()
        finally:
            response.close()
        headers = [(k, v) for k, v in response.headers.multi_items() if k not in _FRAMING]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body))


_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def line(in_flight: int, patience: Patience | None = None, *, proxy: str | None = None) -> Line:
    """A line with so many requests in flight at once."""
    patience = patience or Patience()
    context = ssl.create_default_context()
    return Line([http_client(patience, proxy=proxy, verify=context) for _ in range(in_flight)], patience)
