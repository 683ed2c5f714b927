"""Server-sent events of one person's messages, from the store alone: a cursor, asked again and again."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from outreach.engine.inbox import Inbox, Shown
from outreach.web.api.door import Call
from outreach.web.api.doors import EPOCH, Doors
from outreach.web.api.models import Wrong
from outreach.web.api.problems import HEADERS, Refused

OVERLAP = timedelta(seconds=60)
"""What was written a minute before may show only now: another machine's clock, a long transaction."""

LONGEST = timedelta(minutes=10)
"""A stream ends after so long, and the app goes on after the last id it has."""

AT_ONCE = 100
"""Streams of one process, of all clients together: whoever answers needs connections, too."""

_ID = re.compile(r"[0-9]{1,17}")


@dataclass(slots=True, kw_only=True)
class Streams:
    """The streams of one process. `most` is of one client."""

    inbox: Inbox
    doors: Doors
    now: Callable[[], datetime]
    most: int
    poll_seconds: float
    heartbeat_seconds: float
    open: Counter[str] = field(default_factory=Counter)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self, call: Call) -> Response:
        """A stream of this person's changes. Raises Refused where too many are open."""
        since = _since(call)
        if self.open[call.client.id] >= self.most or self.open.total() >= AT_ONCE:
            raise Refused(code="too_many", again=int(self.poll_seconds) + 1)
        self.open[call.client.id] += 1
        return _Stream(self._told(call, since), lambda: self._left(call.client.id))

    def end(self) -> None:
        """Let every stream end now."""
        self.ending.set()

    def _left(self, client: str) -> None:
        self.open[client] -= 1

    async def _told(self, call: Call, since: datetime) -> AsyncIterator[str]:
        told: dict[tuple[str, datetime], None] = {}
        began = beaten = self.now()
        yield f"retry: {max(1000, int(self.poll_seconds * 1000))}\n\n"
        while not self.ending.is_set() and self.now() - began < LONGEST:
            for shown in await run_in_threadpool(self.inbox.changes, call.user, since - OVERLAP):
                key = (shown.message.id, shown.message.changed_at)
                if key not in told:
                    told[key] = None
                    since = max(since, shown.message.changed_at)
                    yield self._said(shown)
            told = {key: None for key in told if key[1] >= since - OVERLAP}
            if (self.now() - beaten).total_seconds() >= self.heartbeat_seconds:
                if not await run_in_threadpool(self.inbox.still_in, call.client, self.now()):
                    return
                beaten = self.now()
                yield ": here\n\n"
            await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self.ending.wait(), self.poll_seconds)
        except TimeoutError:
            return

    def _said(self, shown: Shown) -> str:
        micros = (shown.message.changed_at - EPOCH) // timedelta(microseconds=1)
        body = self.doors.told(shown).model_dump_json()
        return f"id: {micros}\nevent: message\ndata: {body}\n\n"


class _Stream(StreamingResponse):
    """A stream that says when it is over, however it ended."""

    def __init__(self, told: AsyncIterator[str], left: Callable[[], None]) -> None:
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        super().__init__(told, headers=headers, media_type="text/event-stream")
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._left()


def _since(call: Call) -> datetime:
    if not call.last:
        return call.now
    if not _ID.fullmatch(call.last):
        raise Refused(code="does_not_fit", wrong=(Wrong(where="Last-Event-ID", what="Not an id of ours."),))
    return min(call.now, EPOCH + timedelta(microseconds=int(call.last)))
