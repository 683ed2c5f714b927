"""The line: an `Exchange` that posts a batch from one thread of its own, where its event loop runs.

So callers stay plain functions, and the engine one colour.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

import httpx

from outreach.adapters.transport.crowd import Crowd
from outreach.adapters.transport.thin import ThinTransport
from outreach.adapters.transport.wire import NotBegun, Patience
from outreach.answers import Answer, begin_until, go_on
from outreach.domain.delivery import Unavailable, Unknown
from outreach.domain.traffic.pace import Bounds

NEVER_WRITTEN = (
    httpx.ConnectError,  # refused, unreachable, no such name, TLS not agreed
    httpx.ConnectTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,  # a request that cannot be written as HTTP
)
"""Errors of *our* transport that prove that not one byte of a request was written; of no other transport."""

BOUNDS = Bounds()
"""At 80 ms an answer the start makes some 600 messages a second, the ceiling four times that."""

CLOSED = Unavailable("not tried: the line is closed", is_tried=False)
TOO_LATE = Unavailable("not tried: the batch took too long", is_tried=False)


def failure(error: Exception) -> Unavailable | Unknown:
    """What an exception of the network proves: never written, or in doubt. Names the kind, never the text."""
    kind = type(error).__name__
    if isinstance(error, NotBegun):
        return TOO_LATE
    if isinstance(error, NEVER_WRITTEN):
        return Unavailable(f"no connection ({kind})")
    return Unknown(f"connection lost ({kind})")


class Line:
    """An `Exchange` with so many requests in flight at most, also when several threads call it at once.

    `in_flight` is a number, or the bounds of one that follows how the provider bears it.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        in_flight: int | Bounds,
        patience: Patience | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._patience = patience or Patience()
        self._elapsed = elapsed
        self._crowd = Crowd(_bounds(in_flight))
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], object] | None = None
        self._over = threading.Event()

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        """Every request posted once; the answers in order."""
        if not requests:
            return []
        with self._lock:
            if self._over.is_set():
                return [CLOSED] * len(requests)
            work = self._batch(
                requests, begin_until.get(), go_on.get()
            )  # read here: the loop has another context
            batch = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return batch.result()
        except BaseException:  # somebody pressed Ctrl-C: nobody is left to hear what the rest would become
            batch.cancel()
            raise

    @property
    def in_flight(self) -> int:
        """How many requests may be in flight now."""
        return self._crowd.limit

    def pulse(self) -> tuple[int, float]:
        """How many answers there were so far, and the seconds they took together."""
        return self._crowd.pulse()

    def close(self) -> None:
        """Let go of every connection; requests under way are waited for, others not begun any more."""
        with self._lock:
            self._over.set()
            if self._stop is not None:
                self._stop()

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        """The loop in its thread, both made when first needed: most commands post nothing."""
        if self._loop is None:
            loop = self._loop = asyncio.new_event_loop()
            thread = threading.Thread(target=loop.run_forever, name="line", daemon=True)
            thread.start()
            # Also stops it when a line is forgotten, or when the process ends.
            self._stop = weakref.finalize(self, _stop, self._over, loop, thread, self._transport)
        return self._loop

    async def _batch(
        self, requests: Sequence[httpx.Request], at_last: float, go_on: Callable[[], bool]
    ) -> list[Answer]:
        until = min(self._elapsed() + self._patience.batch, at_last)

        def may_begin() -> bool:
            return self._elapsed() <= until and go_on()

        answers: list[Answer] = [TOO_LATE] * len(requests)
        places = iter(range(len(requests)))
        # More hands than may be busy now: the limit may rise meanwhile.
        hands = min(2 * self._crowd.limit, self._crowd.bounds.ceiling, len(requests))
        await asyncio.gather(*(self._work(requests, places, answers, may_begin) for _ in range(hands)))
        return answers

    async def _work(
        self,
        requests: Sequence[httpx.Request],
        places: Iterator[int],
        answers: list[Answer],
        may_begin: Callable[[], bool],
    ) -> None:
        for place in places:
            await self._crowd.enter()
            try:
                if self._over.is_set() or not may_begin():
                    answers[place] = CLOSED if self._over.is_set() else TOO_LATE
                else:
                    requests[place].extensions["may_begin"] = may_begin
                    answers[place] = await self._post(requests[place])
            finally:
                self._crowd.leave()

    async def _post(self, request: httpx.Request) -> Answer:
        now = asyncio.get_running_loop().time
        began = now()
        try:
            answer = await self._transport.handle_async_request(request)
        except Exception as error:  # whatever a transport throws, the message is only in doubt
            if not isinstance(error, NotBegun):
                self._crowd.heard(now() - began, error)
            return failure(error)
        self._crowd.heard(now() - began, answer)
        return answer


def _bounds(in_flight: int | Bounds) -> Bounds:
    if isinstance(in_flight, Bounds):
        return in_flight
    return Bounds(floor=in_flight, start=in_flight, ceiling=in_flight)


def _stop(
    over: threading.Event,
    loop: asyncio.AbstractEventLoop,
    thread: threading.Thread,
    transport: httpx.AsyncBaseTransport,
) -> None:
    over.set()
    if threading.current_thread() is thread:  # the last to hold the line was its own batch
        loop.stop()
        return
    asyncio.run_coroutine_threadsafe(_let_go(transport), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _let_go(transport: httpx.AsyncBaseTransport) -> None:
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*under_way, return_exceptions=True)
    await transport.aclose()
    await asyncio.sleep(0)  # connections are let go of one turn later


def line(
    in_flight: int | Bounds = BOUNDS, patience: Patience | None = None, trust: ssl.SSLContext | None = None
) -> Line:
    """A line with so many requests in flight at once. `trust` replaces the system's certificates."""
    patience = patience or Patience()
    return Line(ThinTransport(patience, trust), in_flight, patience)
