"""Handing over: a round's messages go to their providers side by side, in pieces, while our claim is kept.

A provider that is slow gets smaller pieces and holds up nobody else. What could not be begun in the round's
time is not tried, which counts as no attempt. A process that was stopped past its lease hands over nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import structlog

from outreach.answers import begin_until, go_on
from outreach.domain.delivery import SendResult, Unavailable, Unknown
from outreach.domain.message import Message
from outreach.engine.ports import BEGUN_WITHIN, Sender
from outreach.telemetry import SENDER_BROKE

PIECE_SECONDS = 3.0
"""How long a piece should take: well inside `BEGUN_WITHIN`, and long beside one request."""

ROUND_SECONDS = 8.0
"""After so long no further piece is begun: what is due meanwhile on other channels waits for no one."""

FIRST_PIECE = 100
SMALLEST_PIECE = 10
LARGEST_PIECE = 500

UNTRIED = Unavailable("not tried: the provider is slow", is_tried=False)

log = structlog.get_logger()

Job = Callable[[], None]
Together = Callable[[Sequence[Job], Job, float], None]
"""Does all jobs, and beats every so many seconds until they are done."""


def in_threads(jobs: Sequence[Job], beat: Job, every: float) -> None:
    """Side by side; the beat is ours."""
    if not jobs:
        return
    with ThreadPoolExecutor(len(jobs), thread_name_prefix="hand") as pool:
        running: set[Future[None]] = {pool.submit(job) for job in jobs}
        failed: BaseException | None = None
        while running:
            done, running = wait(running, timeout=every)
            failed = next((e for f in done if (e := f.exception()) is not None), failed)
            if running:
                beat()
    if failed is not None:
        raise failed


def one_by_one(jobs: Sequence[Job], beat: Job, every: float) -> None:
    """In order, in this thread: where a run must be repeatable."""
    for job in jobs:
        job()
        beat()


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of a message, and the seconds a message of its piece took."""

    result: SendResult
    seconds: float


@dataclass(slots=True)
class Pace:
    """How many messages a second each provider took last."""

    _rates: dict[str, float] = field(default_factory=dict)

    def piece(self, provider: str) -> int:
        """How many to hand over at once."""
        rate = self._rates.get(provider)
        wanted = FIRST_PIECE if rate is None else int(rate * PIECE_SECONDS)
        return max(SMALLEST_PIECE, min(wanted, LARGEST_PIECE))

    def took(self, provider: str, count: int, seconds: float) -> None:
        """Learn from a piece."""
        self._rates[provider] = count / max(seconds, 1e-3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Which messages (ids) of a piece may not go any more: their people answered, or an operator halted them,
    after they were written down. Each request of the rest is begun only while `holds`."""

    stopped: Collection[str] = ()
    holds: Callable[[], bool] = lambda: True


@dataclass(slots=True, kw_only=True)
class Claim:
    """How long, by the clock that runs on while a process is stopped, our claim surely holds.

    `leave` is asked about every piece just before it goes.
    """

    until: float
    elapsed: Callable[[], float]
    leave: Callable[[Sequence[Message]], Leave] = lambda messages: Leave()

    @property
    def holds(self) -> bool:
        """Whether every request of a piece handed over now would begin inside the claim."""
        return self.elapsed() + BEGUN_WITHIN.total_seconds() < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Hands messages over. `elapsed` counts seconds and never stands still; `rest` lets so many pass."""

    together: Together = in_threads
    elapsed: Callable[[], float] = time.monotonic
    rest: Callable[[float], None] = lambda seconds: None
    pace: Pace = field(default_factory=Pace)

    def over(
        self, letters: Mapping[Sender, Sequence[Message]], claim: Claim, beat: Job, every: float
    ) -> dict[str, Handed]:
        """By message id, what came of it; nothing of what our claim ran out for."""
        handed: dict[str, Handed] = {}
        until = self.elapsed() + ROUND_SECONDS

        def job(sender: Sender, messages: Sequence[Message]) -> Job:
            return lambda: self._hand(sender, messages, claim, until, handed)

        self.together([job(sender, messages) for sender, messages in letters.items()], beat, every)
        return handed

    def _hand(
        self,
        sender: Sender,
        messages: Sequence[Message],
        claim: Claim,
        until: float,
        handed: dict[str, Handed],
    ) -> None:
        done = 0
        while done < len(messages):
            piece = messages[done : done + self.pace.piece(sender.name)]
            leave = claim.leave(piece)  # before the claim is asked: a database may take its time to tell
            began = self.elapsed()  # read first: what is stopped after the next line finds its time over
            if not claim.holds:
                return
            if began >= until:
                handed.update({m.id: Handed(UNTRIED, 0.0) for m in messages[done:]})
                return
            done += len(piece)
            if leave.stopped:
                handed.update({m.id: Handed(UNTRIED, 0.0) for m in piece if m.id in leave.stopped})
                piece = [m for m in piece if m.id not in leave.stopped]
            if not piece:
                continue
            results = _asked(sender, piece, began + BEGUN_WITHIN.total_seconds(), leave.holds)
            seconds = self.elapsed() - began
            self.pace.took(sender.name, len(piece), seconds)
            each = seconds / len(piece)
            handed.update({m.id: Handed(r, each) for m, r in zip(piece, results, strict=True)})


def _asked(
    sender: Sender, piece: Sequence[Message], at_last: float, holds: Callable[[], bool]
) -> Sequence[SendResult]:
    before, before_that = begin_until.set(at_last), go_on.set(holds)
    try:
        results = sender.send_many(piece)
    except Exception as error:  # a sender's bug must not lose what was written down: it is in doubt
        log.error(SENDER_BROKE, provider=sender.name, error=type(error).__name__, messages=len(piece))
        return [Unknown("sender_broke")] * len(piece)
    finally:
        begin_until.reset(before)
        go_on.reset(before_that)
    missing = len(piece) - len(results)
    return [*results, *[Unknown("no_result")] * missing]
