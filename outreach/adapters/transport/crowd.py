"""The crowd: how many requests are in flight with one provider, at most as many as it bears well."""

from __future__ import annotations

import asyncio
from collections import deque

import httpx

from outreach.domain.traffic.pace import Bounds, Pace, Stretch, paced

TURNED_AWAY = (429, 503)


class Crowd:
    """Requests in flight, `limit` at most. For one event loop; `pulse` may be asked from any thread."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._pace = Pace(limit=bounds.start)
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._answers, self._seconds = 0, 0.0
        self._in_stretch, self._stretch_seconds, self._pushed, self._was_full = 0, 0.0, 0, False

    @property
    def limit(self) -> int:
        """How many may be in flight now."""
        return int(self._pace.limit)

    def pulse(self) -> tuple[int, float]:
        """How many answers there were so far, and the seconds they took together."""
        return self._answers, self._seconds

    async def enter(self) -> None:
        """Wait for a place, in order."""
        if self._inside < self.limit and not self._waiting:
            self._inside += 1
        else:
            await self._turn()
        self._was_full = self._was_full or self._inside >= self.limit

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1
        while self._waiting and self._inside < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)

    def heard(self, seconds: float, outcome: httpx.Response | Exception) -> None:
        """Learn from an answer, or from what came instead of one."""
        self._answers += 1
        self._seconds += seconds
        self._in_stretch += 1
        self._stretch_seconds += seconds
        self._pushed += is_pushed(outcome)
        if self._in_stretch >= self.limit:
            stretch = Stretch(
                answers=self._in_stretch,
                seconds=self._stretch_seconds,
                pushed_back=self._pushed,
                was_full=self._was_full,
            )
            self._pace = paced(self._pace, stretch, self.bounds)
            self._forget()

    def _forget(self) -> None:
        self._in_stretch, self._stretch_seconds, self._pushed, self._was_full = 0, 0.0, 0, False

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the place was ours already
                self.leave()
            raise


def is_pushed(outcome: httpx.Response | Exception) -> bool:
    """Whether a provider turned a request away for want of room, or never answered."""
    if isinstance(outcome, httpx.Response):
        return outcome.status_code in TURNED_AWAY
    return isinstance(outcome, httpx.TimeoutException)
