"""Reading bodies of strangers: bounded in length, in time, and in what is held of all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from outreach.domain.callback import Outcome

WITHIN_SECONDS = 30
AT_ONCE = 8
"""So many bodies of full length are held in memory; whoever comes then is told to come again."""


@dataclass(slots=True)
class Bodies:
    """Reads bodies of `most` bytes at most, each within so many seconds, so many of full length at once."""

    most: int
    within_seconds: float = WITHIN_SECONDS
    at_once: int = AT_ONCE
    _held: int = 0

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes | Outcome]:
        """The body, or why there is none; it counts as held until the block ends."""
        pieces: list[bytes] = []
        try:
            failed = await self._read(request, pieces)
            yield b"".join(pieces) if failed is None else failed
        finally:
            self._held -= sum(map(len, pieces))

    async def _read(self, request: Request, pieces: list[bytes]) -> Outcome | None:
        told = request.headers.get("content-length", "")
        size = int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0
        if size > self.most:
            return Outcome.TOO_LARGE
        size = 0
        try:
            async with asyncio.timeout(self.within_seconds):
                async for piece in request.stream():
                    pieces.append(piece)
                    size += len(piece)
                    self._held += len(piece)
                    if size > self.most:
                        return Outcome.TOO_LARGE
                    if self._held > self.at_once * self.most:
                        return Outcome.NOT_KEPT
        except (TimeoutError, ClientDisconnect):
            return Outcome.BROKEN_OFF
        return None
