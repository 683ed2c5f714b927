"""Group commit: receipts that come while a transaction is on its way share the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from outreach.domain.delivery import Receipt

TOGETHER = 1000
"""Receipts in one transaction: others that write must not wait long for it."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request's receipts, and whom to tell that they are kept."""

    receipts: Sequence[Receipt]
    kept: asyncio.Future[None]


@dataclass(slots=True)
class Together:
    """Keeps receipts, one transaction at a time; a commit costs an fsync, a receipt far less.

    `receive` keeps receipts in a transaction of its own. To keep some twice is harmless, so what fails with
    others is tried once more alone.
    """

    receive: Callable[[Sequence[Receipt]], object]
    _queue: list[_Waiting] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def keep(self, receipts: Sequence[Receipt]) -> None:
        """Return once these are committed; raises what `receive` raised."""
        waiting = _Waiting(receipts, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await waiting.kept

    async def _write(self) -> None:
        try:
            while group := self._next():
                if not await self._kept(group) and len(group) > 1:
                    for each in group:
                        await self._kept([each])
        finally:
            self._writer = None

    def _next(self) -> list[_Waiting]:
        """Those that wait, the first first, as many as fit one transaction; a larger one goes alone."""
        size, count = 0, 0
        for waiting in self._queue:
            size += len(waiting.receipts)
            if count and size > TOGETHER:
                break
            count += 1
        group, self._queue = self._queue[:count], self._queue[count:]
        return group

    async def _kept(self, group: Sequence[_Waiting]) -> bool:
        """Whether these were kept; one that fails alone is told so."""
        try:
            await run_in_threadpool(self._receive, [r for each in group for r in each.receipts])
        except Exception as error:
            if len(group) == 1 and not group[0].kept.done():
                group[0].kept.set_exception(error)
            return False
        for each in group:
            if not each.kept.done():  # who asked may have gone
                each.kept.set_result(None)
        return True

    def _receive(self, receipts: Sequence[Receipt]) -> None:
        for start in range(0, len(receipts), TOGETHER):
            self.receive(receipts[start : start + TOGETHER])
