"""Whose turn it is: every simulated process is a thread, exactly one of them runs, and one clock jumps.

A process gives up its turn only where it sleeps or passes a point, so what happens between two points is
never interleaved, and the seed alone decides who goes on.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import ClassVar


class Crash(BaseException):
    """The process is gone with all that it had in memory. Not an Exception: nothing catches it."""


class _Hand:
    """A real thread; hired again and again, because starting one costs more than a turn."""

    idle: ClassVar[list[_Hand]] = []

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._gate.acquire()
        self._work: Callable[[], None] = lambda: None
        threading.Thread(target=self._serve, daemon=True).start()

    @classmethod
    def hire(cls, work: Callable[[], None]) -> None:
        """Some thread does this work, in its own time."""
        hand = cls.idle.pop() if cls.idle else cls()
        hand._work = work
        hand._gate.release()

    def _serve(self) -> None:
        while True:
            self._gate.acquire()
            self._work()
            self.idle.append(self)


class Process:
    """What dies and stands still together: every fiber of it. `ended` is called once, if it crashes."""

    __slots__ = ("ended", "fibers", "is_dead", "is_passing", "may_crash", "name", "stopped_until")

    def __init__(
        self, name: str, ended: Callable[[], None] | None = None, *, is_passing: bool = False
    ) -> None:
        self.name = name
        self.is_passing = is_passing  # it ends by itself
        self.ended = ended or (lambda: None)
        self.may_crash = ended is not None
        self.stopped_until = datetime.min.replace(tzinfo=UTC)
        self.fibers: list[Fiber] = []
        self.is_dead = False


class Fiber:
    """One thread of a process. `wake` is when it goes on; `is_doomed` kills it when it next has its turn."""

    __slots__ = ("gate", "is_doomed", "process", "wake")

    def __init__(self, process: Process, wake: datetime) -> None:
        self.process = process
        self.wake = wake
        self.gate = threading.Lock()
        self.gate.acquire()
        self.is_doomed = False


class Turns:
    """The clock and the baton. The thread that makes it is the conductor, and a process like the others."""

    def __init__(self, start: datetime, dice: Random) -> None:
        self.now = start
        self.dice = dice
        self.current = self.conductor = Fiber(Process("conductor"), start)
        self._fibers = [self.conductor]
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._entries = 0
        self._is_closing = False
        self.failure: BaseException | None = None

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Do this when its time has come, between two turns."""
        self._entries += 1
        heapq.heappush(self._later, (max(when, self.now), self._entries, act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do this in so many seconds."""
        self.at(self.now + timedelta(seconds=seconds), act)

    def spawn(self, process: Process, work: Callable[[], None]) -> Fiber:
        """A thread of this process begins."""
        fiber = Fiber(process, self.now)
        process.fibers.append(fiber)
        self._fibers.append(fiber)
        _Hand.hire(lambda: self._live(fiber, work))
        return fiber

    def sleep(self, seconds: float) -> None:
        """The process whose turn it is waits."""
        self.sleep_until(self.now + timedelta(seconds=seconds))

    def sleep_until(self, when: datetime) -> None:
        """The process whose turn it is waits until then; others, and what was to happen meanwhile, go on."""
        me = self.current
        me.wake = when
        self._give_turn(me)
        if me.is_doomed:
            raise Crash

    def wake(self, fiber: Fiber, when: datetime) -> None:
        """A sleeper goes on earlier."""
        fiber.wake = min(fiber.wake, max(when, self.now, fiber.process.stopped_until))

    def is_quiet(self) -> bool:
        """Whether nothing is to happen any more but what the processes do by themselves."""
        return not self._later and not any(fiber.process.is_passing for fiber in self._fibers)

    def close(self) -> None:
        """End every process, and let what one of them broke by mistake be known."""
        self._is_closing = True
        for fiber in [*self._fibers]:
            if fiber is self.conductor:
                continue
            fiber.is_doomed = True
            self.current = fiber
            fiber.gate.release()
            self.conductor.gate.acquire()
        if self.failure is not None:
            raise self.failure

    def together(self, jobs: Sequence[Callable[[], None]], beat: Callable[[], None], every: float) -> None:
        """Do all jobs side by side, as threads of the process whose turn it is; beat until they are done."""
        me, left, failed = self.current, len(jobs), []

        def done_by(job: Callable[[], None]) -> Callable[[], None]:
            def work() -> None:
                nonlocal left
                try:
                    job()
                except Exception as error:
                    failed.append(error)
                left -= 1
                self.wake(me, self.now)

            return work

        for job in jobs:
            self.spawn(me.process, done_by(job))
        until = self.now + timedelta(seconds=every)
        while left:
            self.sleep_until(until)
            if left and self.now >= until:
                beat()
                until = self.now + timedelta(seconds=every)
        if failed:
            raise failed[0]

    def _live(self, fiber: Fiber, work: Callable[[], None]) -> None:
        fiber.gate.acquire()
        try:
            if not fiber.is_doomed:
                work()
        except Crash:
            self._kill(fiber.process)
        except BaseException as error:  # the simulator's own mistake: it ends the seed, loudly
            self.failure = error
        self._fibers.remove(fiber)
        fiber.process.fibers.remove(fiber)
        self._hand_on(self.conductor if self._is_closing or self.failure else self._next())

    def _kill(self, process: Process) -> None:
        if process.is_dead or self._is_closing:
            return
        process.is_dead = True
        for fiber in process.fibers:
            fiber.is_doomed, fiber.wake = True, self.now
        process.ended()

    def _give_turn(self, me: Fiber) -> None:
        following = self._next()
        if following is not me:
            self._hand_on(following)
            me.gate.acquire()

    def _hand_on(self, following: Fiber) -> None:
        self.current = following
        following.gate.release()

    def _next(self) -> Fiber:
        """Who goes on: whoever wakes first, by lot where several do; the clock jumps there."""
        while True:
            first = min(fiber.wake for fiber in self._fibers)
            if self._later and self._later[0][0] <= max(first, self.now):
                at, _, act = heapq.heappop(self._later)
                self.now = max(self.now, at)
                act()
                continue
            self.now = max(self.now, first)
            ready = [fiber for fiber in self._fibers if fiber.wake <= self.now]
            return ready[0] if len(ready) == 1 else self.dice.choice(ready)
