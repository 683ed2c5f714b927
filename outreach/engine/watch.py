"""Silence is an alarm: the engine looks at itself, and says what breaks its promise, once, and when it ends.

What this process cannot tell any more when it is dead, somebody outside must notice: after every healthy
minute the heartbeat address is asked, and who listens there raises the alarm when it stops.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

import structlog

from outreach.domain.running import Running
from outreach.domain.trouble import STOPS_WARNINGS, Promises, Trouble, judge
from outreach.engine.ports import Clock
from outreach.telemetry import OUTSIDE_DEAF, TROUBLE_OVER, TROUBLE_RAISED

HEARTBEAT = timedelta(minutes=1)
MOST_UNTOLD = 100
"""What waits for an alarm address that does not answer: the newest."""

log = structlog.get_logger()


class Outside(Protocol):
    """Who listens outside. OSError: it was not heard."""

    def beat(self) -> None:
        """Say that this process is well; nothing where nobody listens."""
        ...

    def tell(self, told: Mapping[str, object]) -> None:
        """Say that a trouble began or is over: names and counts only."""
        ...


@dataclass(slots=True, kw_only=True)
class Looking:
    """A look at the whole that several may share: read anew where the last is older than `lasts`."""

    look: Callable[[], Running]
    clock: Clock
    lasts: timedelta = timedelta(seconds=3)
    _last: Running | None = None
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> Running:
        """How the engine is running, a few seconds old at most."""
        with self._lock:
            if self._last is None or not timedelta() <= self.clock() - self._last.at < self.lasts:
                self._last = self.look()
            return self._last


@dataclass(slots=True, kw_only=True)
class Watch:
    """The stage that watches the others; one a process, for it remembers what it has said."""

    looking: Callable[[], Running]
    promises: Promises
    outside: Outside
    clock: Clock
    _standing: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    _untold: deque[Mapping[str, object]] = field(default_factory=lambda: deque(maxlen=MOST_UNTOLD))
    _beaten_at: datetime | None = None

    def run(self) -> tuple[Trouble, ...]:
        """Look, judge, say what is new, and beat where all is well; the troubles that stand."""
        now = self.clock()
        found = judge(self.looking(), self.promises, now)
        self._say(found, now)
        self._tell()
        if not any(trouble.sign in STOPS_WARNINGS for trouble in found):
            self._beat(now)
        return found

    def _say(self, found: tuple[Trouble, ...], now: datetime) -> None:
        """Each trouble once when it begins, and once when it is over."""
        standing = {trouble.key: trouble for trouble in found}
        for key in standing.keys() - self._standing.keys():
            told = _told(standing[key])
            log.error(TROUBLE_RAISED, **told)
            self._untold.append({"state": "raised", "at": now.isoformat(), **told})
        for key in self._standing.keys() - standing.keys():
            told = _told(self._standing[key])
            log.warning(TROUBLE_OVER, **told)
            self._untold.append({"state": "over", "at": now.isoformat(), **told})
        self._standing = standing

    def _tell(self) -> None:
        while self._untold:
            try:
                self.outside.tell(self._untold[0])
            except OSError as error:  # told again at the next look
                log.warning(OUTSIDE_DEAF, address="watch.alarm_url", error=type(error).__name__)
                return
            self._untold.popleft()

    def _beat(self, now: datetime) -> None:
        if self._beaten_at is not None and now - self._beaten_at < HEARTBEAT:
            return
        try:
            self.outside.beat()
        except OSError as error:  # asked again at the next look
            log.warning(OUTSIDE_DEAF, address="watch.heartbeat_url", error=type(error).__name__)
            return
        self._beaten_at = now


def _told(trouble: Trouble) -> dict[str, object]:
    return {
        "trouble": trouble.sign.value,
        "about": trouble.about,
        "count": trouble.count,
        "since": trouble.since.isoformat() if trouble.since else None,
        "runbook": trouble.sign.runbook,
    }
