"""A core system that is slow is as good as silent: it never holds up a warning, nor a page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from outreach.domain.transfer import Transfer
from outreach.engine.ports import Core

SECONDS = 3.0
"""For a word about transfers, which a warning waits for."""

REQUEST_SECONDS = 20.0
"""For a request, which only the next request waits for; asked again later, it is the same request."""

PAUSE_SECONDS = 5.0
"""After a question that took too long nobody waits for another this long: else every batch waited anew."""

AT_ONCE = 4
"""Questions that may hang at once; a core that never answers costs so many threads, and no more."""


Answer = TypeVar("Answer")


def _room() -> threading.Semaphore:
    return threading.Semaphore(AT_ONCE)


@dataclass(slots=True, kw_only=True)
class Patient:
    """A core system of which nobody waits longer than `seconds` to hear about transfers.

    Nor longer than `request_seconds` until it took a request. `elapsed` counts seconds.
    """

    core: Core
    seconds: float = SECONDS
    request_seconds: float = REQUEST_SECONDS
    pause: float = PAUSE_SECONDS
    elapsed: Callable[[], float] = time.monotonic
    _reading: threading.Semaphore = field(default_factory=_room, init=False)
    _asking: threading.Semaphore = field(default_factory=_room, init=False)
    _silent_until: float = field(default=float("-inf"), init=False)

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """What the core says of these in the time there is; TimeoutError (an OSError) where it is slow."""
        if self.elapsed() < self._silent_until:
            raise TimeoutError("the core system was slow; it is left alone for a moment")
        began = self.elapsed()
        try:
            return _within(partial(self.core.transfers, refs), self.seconds, self._reading)
        except TimeoutError:
            if self.elapsed() - began >= self.seconds:
                self._silent_until = self.elapsed() + self.pause
            raise

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        """As the core takes it."""
        length = () if seconds is None else (seconds,)
        self._request(partial(self.core.request_hold, ref, reason, call_id, *length))

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        """As the core takes it."""
        self._request(partial(self.core.request_release, ref, reason, call_id))

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        """As the core takes it."""
        self._request(partial(self.core.request_freeze, ref, reason, call_id))

    def _request(self, ask: Callable[[], None]) -> None:
        _within(ask, self.request_seconds, self._asking)


def _within(ask: Callable[[], Answer], seconds: float, room: threading.Semaphore) -> Answer:
    """The answer, or what it raised; TimeoutError where it takes longer, or too many hang already."""
    if not room.acquire(blocking=False):
        raise TimeoutError("the core system answers nothing")
    told: Future[Answer] = Future()

    def answer() -> None:
        try:
            told.set_result(ask())
        except BaseException as error:  # told to whoever asked, in their own thread
            told.set_exception(error)
        finally:
            room.release()

    # A daemon thread: a process that ends does not wait for a core that hangs.
    threading.Thread(target=answer, name="core", daemon=True).start()
    return told.result(seconds)
