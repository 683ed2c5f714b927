"""Reading bodies of strangers: bounded in length, in time, and in what is held of all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from outreach.domain.callback import Outcome

WITHIN_SECONDS = 30
AT_ONCE = 8
"""So many bodies of full length are held in memory; whoever comes then is told to come again."""

BEGINNING = 64 * 2**10
"""So many bytes of a body that could not be taken are shown to whoever asks for its beginning."""


@dataclass(slots=True)
class Bodies:
    """Reads bodies of `most` bytes at most, each within so many seconds, so many of full length at once.

    Of one that is too long, `spilt` bytes more are read and thrown away: a browser that is still sending
    takes a closed connection for a broken one, and shows no answer.
    """

    most: int
    within_seconds: float = WITHIN_SECONDS
    at_once: int = AT_ONCE
    spilt: int = 0
    _held: int = 0

    @asynccontextmanager
    async def read(
        self, request: Request, beginning: bytearray | None = None
    ) -> AsyncIterator[bytes | Outcome]:
        """The body, or why there is none, and then `beginning` has what it began with; it counts as held
        until the block ends."""
        pieces: list[bytes] = []
        try:
            failed = await self._read(request, pieces)
            if failed is not None and beginning is not None:
                beginning.extend(_first(pieces, BEGINNING))
            yield b"".join(pieces) if failed is None else failed
        finally:
            self._held -= sum(map(len, pieces))

    async def _read(self, request: Request, pieces: list[bytes]) -> Outcome | None:
        length = request.headers.get("content-length", "")
        told = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
        end, kept = self.most + self.spilt, self.most
        if told > self.most:
            kept = min(BEGINNING, self.most)
        if told > end:  # nobody waits for the whole of it
            end = kept
        size = 0
        try:
            async with asyncio.timeout(self.within_seconds):
                async for piece in request.stream():
                    if size < kept:
                        pieces.append(piece)
                        self._held += len(piece)
                    size += len(piece)
                    if size > end:
                        return Outcome.TOO_LARGE
                    if self._held > self.at_once * self.most:
                        return Outcome.NOT_KEPT
        except (TimeoutError, ClientDisconnect):
            return Outcome.BROKEN_OFF
        return Outcome.TOO_LARGE if max(size, told) > self.most else None


def _first(pieces: Iterable[bytes], most: int) -> bytes:
    first = bytearray()
    for piece in pieces:
        first += piece[: most - len(first)]
        if len(first) >= most:
            break
    return bytes(first)
