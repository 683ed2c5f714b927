"""One connection to a provider, with at most one request on it.

What matters is where an error happened. Opening a connection, or finding a kept one closed, proves that
nothing was written; from the moment that the request is handed to the socket, every error leaves it in doubt.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from dataclasses import dataclass

import httpx

from outreach.adapters.transport.reading import Garbled, Reading

ROOM = 16 * 1024  # bytes taken in at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for a connection, for the next bytes, for a whole answer body, and for
    a whole batch (requests not begun by then are Unavailable, so that a batch ends inside its lease)."""

    connect: float = 5.0
    silence: float = 10.0
    answer: float = 20.0
    batch: float = 5.0


class NotBegun(Exception):
    """The batch's time ended before a byte of this request was written."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection goes."""

    host: str
    port: int
    tls: bool


async def open_wire(origin: Origin, patience: Patience, trust: ssl.SSLContext | None) -> Wire:
    """A fresh connection, TLS agreed. Raises ConnectError or ConnectTimeout: nothing was written."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience.connect):
            _, wire = await loop.create_connection(
                lambda: Wire(loop, patience), origin.host, origin.port, ssl=trust
            )
    except TimeoutError as error:
        raise httpx.ConnectTimeout("no connection in time") from error
    except (OSError, ValueError, ssl.CertificateError) as error:  # ValueError: a name that IDNA cannot take
        raise httpx.ConnectError("no connection") from error
    return wire


class Wire(asyncio.BufferedProtocol):
    """A connection. `post` is asked of it again only while `fit`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: Patience) -> None:
        self._loop = loop
        self._patience = patience
        self._transport: asyncio.Transport | None = None
        self._reading = Reading()
        self._waiting: asyncio.Future[Reading] | None = None
        self._until = self._last = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._poll = select.poll()
        # A view: asyncio puts a second record of TLS at buffer[offset:], which of a bytearray is a copy. It
        # would be lost, and the bytes of an earlier answer would stand in its place.
        self._room = memoryview(bytearray(ROOM))
        self._idle_since = 0.0

    def post(self, octets: bytes) -> asyncio.Future[Reading]:
        """Write a request, once. The answer, or the httpx error that leaves it in doubt."""
        assert self._transport is not None
        assert self._waiting is None
        self._reading = Reading()
        self._waiting = self._loop.create_future()
        self._last = self._loop.time() + self._patience.silence + self._patience.answer
        self._heard()
        self._transport.write(octets)
        return self._waiting

    @property
    def fit(self) -> bool:
        """Whether nothing has come, and nobody has hung up, since the last answer."""
        if self._transport is None or self._transport.is_closing() or not self._reading.keep:
            return False
        # Asked of the kernel: the loop may not have got round to reading what says that the other side left.
        return self._waiting is None and not self._poll.poll(0)

    @property
    def idle_for(self) -> float:
        """Seconds since the last answer."""
        return self._loop.time() - self._idle_since

    def close(self) -> None:
        """Hang up."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's: the connection stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Asyncio's: where to put what comes."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """Asyncio's: so many bytes have come."""
        if self._waiting is None:
            return self.close()  # bytes that nobody asked for
        before = self._reading.status
        try:
            whole = self._reading.feed(self._room[:nbytes])
        except Garbled:
            return self._fail(httpx.RemoteProtocolError("no HTTP answer"))
        if whole:
            return self._answer()
        if not before and self._reading.status:
            self._last = self._loop.time() + self._patience.answer
        return self._heard()

    def resume_writing(self) -> None:
        """Asyncio's: a long request is on its way out, which is no silence."""
        self._heard()

    def connection_lost(self, error: Exception | None) -> None:
        """Asyncio's: hung up, by whomever."""
        self.close()
        self._transport = None
        if self._waiting is None:
            return
        if not self._reading.status:
            kind = httpx.RemoteProtocolError if error is None else httpx.ReadError
            return self._fail(kind("connection lost before an answer"))
        self._reading.end() if error is None else self._reading.cut()
        self._answer()

    def _heard(self) -> None:
        """Put off the end of our patience."""
        self._until = min(self._loop.time() + self._patience.silence, self._last)
        if self._watch is not None and self._watch.when() > self._until:
            self._watch.cancel()
            self._watch = None
        # Most answers come long before: one sleeping timer a connection costs less than one a request.
        if self._watch is None:
            self._watch = self._loop.call_at(self._until, self._look)

    def _look(self) -> None:
        self._watch = None
        if self._waiting is None:
            return
        if self._loop.time() < self._until:
            self._watch = self._loop.call_at(self._until, self._look)
        elif self._reading.status:
            self._reading.cut()
            self._answer()
        else:
            self._fail(httpx.ReadTimeout("no answer in time"))

    def _answer(self) -> None:
        waiting, self._waiting = self._waiting, None
        self._idle_since = self._loop.time()
        if waiting is not None and not waiting.done():
            waiting.set_result(self._reading)
        if not self._reading.keep:
            self.close()

    def _fail(self, error: httpx.TransportError) -> None:
        waiting, self._waiting = self._waiting, None
        self._reading.keep = False
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
        self.close()
