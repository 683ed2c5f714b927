"""The door for providers: verify, append, answer. What is unsigned changes nothing and is only counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from outreach.domain.callback import Callback, Called, Heard, Outcome, TurnedAway
from outreach.domain.delivery import Receipt
from outreach.telemetry import CALLBACK_LOST
from outreach.web.addresses import Addresses
from outreach.web.bodies import Bodies
from outreach.web.together import Together
from outreach.web.turning import HEADERS, TurningAway

log = structlog.get_logger()

LARGE = 16_384
"""Bytes of a body from which reading it would keep others waiting."""

Receive = Callable[[Sequence[Receipt], datetime], int]
Count = Callable[[str, Outcome, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Which callbacks are taken, by path, and what all of them share.

    `receive` keeps receipts in one transaction and says how many were new; it may be called from several
    threads. `most_bytes` is of one body.
    """

    doors: Mapping[str, Callback]
    receive: Receive
    count: Count
    addresses: Addresses
    most_bytes: int = 8 * 2**20

    def mount(self, app: Starlette, now: Callable[[], datetime]) -> Starlette:
        """Open every door on this application; the application."""
        bodies = Bodies(self.most_bytes)
        doors = {path: _Door.of(self, callback, bodies, now) for path, callback in self.doors.items()}
        app.router.routes.extend(Route(path, door.take, methods=["POST"]) for path, door in doors.items())
        return app


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """One provider's door."""

    callback: Callback
    addresses: Addresses
    bodies: Bodies
    together: Together
    count: Callable[[Outcome, int], None]
    now: Callable[[], datetime]
    turning: TurningAway

    @classmethod
    def of(cls, all: Callbacks, callback: Callback, bodies: Bodies, now: Callable[[], datetime]) -> _Door:
        def count(outcome: Outcome, times: int) -> None:
            if times:
                all.count(callback.party, outcome, times)

        def receive(receipts: Sequence[Receipt]) -> None:
            new = all.receive(receipts, now())
            count(Outcome.NEW, new)
            count(Outcome.REPEATED, len(receipts) - new)

        return cls(
            callback=callback,
            addresses=all.addresses,
            bodies=bodies,
            together=Together(receive),
            count=count,
            now=now,
            turning=TurningAway(party=callback.party, count=all.count, now=now),
        )

    async def take(self, request: Request) -> Response:
        if self.callback.signature not in request.headers:
            return self.turning.away(Outcome.UNSIGNED)  # before a byte of its body is read
        async with self.bodies.read(request) as body:
            if isinstance(body, Outcome):
                return self.turning.away(body)
            heard = await self._heard(request, body)
        if isinstance(heard, TurnedAway):
            return self.turning.away(heard.why)
        return await self._kept(heard)

    async def _heard(self, request: Request, body: bytes) -> Heard | TurnedAway:
        called = Called(urls=self.addresses.of(request), headers=dict(request.headers), body=body)
        if len(body) < LARGE:
            return self.callback.read(called, self.now())
        return await run_in_threadpool(self.callback.read, called, self.now())

    async def _kept(self, heard: Heard) -> Response:
        try:
            if heard.receipts:
                await self.together.keep(heard.receipts)
        except Exception as error:  # whatever it was: the provider still has them, and comes again
            log.error(CALLBACK_LOST, party=self.callback.party, error=type(error).__name__)
            return self.turning.answer(Outcome.NOT_KEPT)
        for outcome, times in heard.left_out.items():
            self.count(outcome, times)
        return Response(status_code=204, headers=HEADERS)
