"""Where a process may die, stop or be refused: the points, and a store that passes one at every commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from outreach.errors import StoreError
from outreach.store.database import Store, Tx
from tests.simulation.turns import Crash

if TYPE_CHECKING:
    from tests.simulation.world import World

STEP = 0.02
"""Seconds that pass at a point, at most: enough for another process to get between."""

STOPS = (3.0, 12.0, 14.0, 16.0, 25.0, 60.0, 160.0, 300.0)
"""Seconds for which a process may stand still: around a lease, and far beyond."""


class Injected(StoreError):
    """The database refused, because the seed says so."""


class Points:
    """Every point that the simulated processes pass is counted here, and may be the last of one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.passed = 0
        self.crashes = self.pauses = self.refusals = 0

    def point(self, name: str) -> None:
        """Time passes, others go on; then this process may stand still, or be gone."""
        world = self._world
        world.turns.sleep(world.dice.uniform(0.0, STEP))
        if self.crashes_here(name):
            raise Crash
        # What was just written down is about to be done: the worst moment to stand still.
        rate = world.mix.pause * (3 if name == "committed" else 1)
        if world.faults() and world.turns.current.process.may_crash and world.dice.random() < rate:
            length = world.dice.choice(STOPS)
            self.pauses += 1
            world.tell(f"{world.who()} stands still at {name} for {length}")
            self._stand_still(length)

    def crashes_here(self, name: str) -> bool:
        """Whether this is where the process ends."""
        self.passed += 1
        world = self._world
        process = world.turns.current.process
        if not world.faults() or not process.may_crash:
            return False
        if self.passed - 1 != world.mix.crash_at and world.dice.random() >= world.mix.crash:
            return False
        self.crashes += 1
        world.tell(f"{world.who()} crashes at {name}")
        return True

    def _stand_still(self, length: float) -> None:
        """A stopped process has no thread that goes on."""
        turns = self._world.turns
        process = turns.current.process
        process.stopped_until = until = turns.now + timedelta(seconds=length)
        for fiber in process.fibers:
            fiber.wake = max(fiber.wake, until)
        turns.sleep_until(until)


class SimStore(Store):
    """The real store over the shared memory; a commit may be refused, be the last act, or go unheard."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.engine = world.memory.engine
        self.vault = world.vault
        self.new_id = world.new_id
        self.clock = world.clock
        self.depth = 0

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A transaction that may write."""
        world = self._world
        world.points.point("begin")
        self._may_refuse("busy")
        with super().begin() as tx:
            self.depth += 1
            try:
                yield tx
                if world.points.crashes_here("before the commit"):
                    raise Crash
                self._may_refuse("serialization failure")
            finally:
                self.depth -= 1
        world.committed()
        if world.points.crashes_here("after the commit"):
            raise Crash
        self._may_refuse("connection lost after the commit")
        world.points.point("committed")

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that only reads."""
        self._world.points.point("read")
        self._may_refuse("unreadable")
        with super().read() as tx:
            yield tx

    def _may_refuse(self, how: str) -> None:
        world = self._world
        may_fail = world.faults() and world.turns.current.process.may_crash
        if may_fail and world.dice.random() < world.mix.database:
            world.points.refusals += 1
            world.tell(f"{world.who()} is refused: {how}")
            raise Injected(f"the database: {how}")
