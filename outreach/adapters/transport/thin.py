"""A thin transport for httpx: HTTP/1.1 over asyncio, kept-alive connections, nothing else.

Stock httpx's pool walks every connection for every request (221 requests a second with 50 in flight); ready
fast transports tell a connection that was lost *after* the request as ConnectError. This one is fast because
it does little: no redirects, cookies, retries, proxies, HTTP/2 or streamed bodies, and nothing from the
environment.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

import httpx

from outreach.adapters.transport.reading import Reading
from outreach.adapters.transport.wire import NotBegun, Origin, Patience, Wire, open_wire

KEPT = 5.0  # seconds that an unused connection is kept; servers hang up after 5 to 60
PORTS = {"http": 80, "https": 443}


class ThinTransport(httpx.AsyncBaseTransport):
    """Raises ConnectError, ConnectTimeout, UnsupportedProtocol and LocalProtocolError where not one byte of
    the request was written, and other httpx errors from then on. Never repeats. For one event loop."""

    def __init__(self, patience: Patience, trust: ssl.SSLContext | None = None) -> None:
        self._patience = patience
        self._trust = trust
        self._kept: dict[Origin, list[Wire]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Post it once; the whole answer. Raises NotBegun where its extension `may_begin` says so."""
        origin, octets = self._origin(request.url), written(request)
        wire = self._take(origin) or await open_wire(origin, self._patience, self._tls(origin))
        # Asked last of all: a process that was stopped in between must not write what others took over.
        may_begin = request.extensions.get("may_begin")
        if may_begin is not None and not may_begin():
            wire.close()
            raise NotBegun("the time for it is over")
        try:
            reading = await wire.post(octets)
        except BaseException:
            wire.close()
            raise
        if reading.keep:
            self._kept.setdefault(origin, []).append(wire)
        return _response(reading)

    async def aclose(self) -> None:
        """Hang up everywhere."""
        for wires in self._kept.values():
            for wire in wires:
                wire.close()
        self._kept.clear()

    def _take(self, origin: Origin) -> Wire | None:
        """The kept connection that was used last, if it still stands: the others may grow old."""
        kept = self._kept.get(origin)
        while kept:
            wire = kept.pop()
            if wire.fit and wire.idle_for < KEPT:
                return wire
            wire.close()
        return None

    def _origin(self, url: httpx.URL) -> Origin:
        scheme = url.scheme
        if scheme not in PORTS or not url.raw_host:
            raise httpx.UnsupportedProtocol("neither http nor https")
        return Origin(url.raw_host.decode("ascii"), url.port or PORTS[scheme], scheme == "https")

    def _tls(self, origin: Origin) -> ssl.SSLContext | None:
        if origin.tls and self._trust is None:
            self._trust = ssl.create_default_context()  # 20 ms: made when first needed, and once
        return self._trust if origin.tls else None


OWN_HEADERS = ((b"accept-encoding", b"identity"), (b"user-agent", b"outreach"))


def written(request: httpx.Request) -> bytes:
    """The request as it goes over the wire. Raises LocalProtocolError for a header of several lines."""
    return _head(request.method, request.url.raw_path, tuple(request.headers.raw)) + request.content


@lru_cache(maxsize=4096)
def _head(method: str, path: bytes, raw: tuple[tuple[bytes, bytes], ...]) -> bytes:
    # Kept, because requests of one sender differ in their length at most.
    head = [method.encode("ascii") + b" " + path + b" HTTP/1.1"]
    head += [name + b": " + value for name, value in raw]
    said = {name.lower() for name, _ in raw}
    head += [name + b": " + value for name, value in OWN_HEADERS if name not in said]
    text = b"\r\n".join(head)
    if text.count(b"\n") != len(head) - 1 or text.count(b"\r") != len(head) - 1 or b"\0" in text:
        raise httpx.LocalProtocolError("a header of several lines")
    return text + b"\r\n\r\n"


def _response(reading: Reading) -> httpx.Response:
    """The answer as httpx has it, its body read. Given `content`, httpx would run it through its decoders for
    20 µs; what came is not encoded any more."""
    response = httpx.Response(reading.status, headers=reading.plain_headers(), stream=_NOTHING)
    response._content = reading.content()
    response.is_closed = response.is_stream_consumed = True
    return response


_NOTHING = httpx.ByteStream(b"")
