"""Daemons: several processes that do the same jobs; one that dies comes back."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.faults import Injected
from tests.simulation.stages import Stages
from tests.simulation.turns import Fiber, Process
from tests.simulation.watch import moment

if TYPE_CHECKING:
    from tests.simulation.world import World

TICK = 1.0
IDLE = 32.0
"""Seconds between two looks at a job, at least, and at most while something is due that nobody may take."""

LONGEST_SLEEP = timedelta(minutes=30)
FREE_AT = "SELECT min(max(due_at, coalesce(lease_until, due_at))) FROM outreaches WHERE state = '{}'"
LEFT_OPEN = (
    "SELECT min(CASE WHEN a.finished_at IS NULL THEN a.lease_until ELSE a.safe_at END), count(*)"
    " FROM attempts a JOIN messages m ON m.id = a.message JOIN outreaches o ON o.id = m.outreach"
    " WHERE o.state = 'closed' AND (a.finished_at IS NULL"
    " OR (m.status = 'in_doubt' AND a.settled IS NULL AND a.safe_at IS NOT NULL))"
)
"""What an ended climb left under way: from when on somebody may look after it."""


class Daemons:
    """Every daemon of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._idle: dict[Fiber, str] = {}
        self._born = 0

    def begin(self) -> None:
        """All of them start."""
        for n in range(self._world.mix.daemons):
            self._start(f"daemon-{n}")

    def look(self) -> None:
        """Something was committed: whoever sleeps until something is due may have to wake earlier."""
        for fiber, state in self._idle.items():
            self._world.turns.wake(fiber, self._free_at(state) + self._apart())

    def until_something(self) -> float:
        """Seconds until something is due, for whoever only watches."""
        now = self._world.turns.now
        due = min(self._free_at("climbing"), self._free_at("settling"))
        return min(max((due - now).total_seconds(), 5.0), LONGEST_SLEEP.total_seconds())

    def is_done(self) -> bool:
        """Whether every climb ended and left nothing under way."""
        ((_, left),) = self._world.memory.rows(LEFT_OPEN)
        return not left and not self._world.memory.rows(
            "SELECT 1 FROM outreaches WHERE state <> 'closed' LIMIT 1"
        )

    def _start(self, name: str) -> None:
        self._born += 1
        world, holder = self._world, f"{name}.{self._born}"
        world.tell(f"{holder} starts")
        process = Process(holder, lambda: self._ended(name, process))
        stages = Stages(world, holder)
        jobs = {"climbing": stages.dispatch().round, "settling": stages.settle().run}
        for state, job in jobs.items():
            world.turns.spawn(process, self._loop(state, job))

    def _ended(self, name: str, process: Process) -> None:
        for fiber in process.fibers:
            self._idle.pop(fiber, None)
        away = self._world.dice.choice((0.1, 1.0, 5.0, 20.0, 120.0))
        self._world.turns.after(away, lambda: self._start(name))

    def _loop(self, state: str, job: Callable[[], object]) -> Callable[[], None]:
        world = self._world

        def work() -> None:
            wait = TICK
            while True:
                # A look that would find nothing is left out: it costs more than all the rest together.
                if self._free_at(state) > world.turns.now:
                    wait = TICK
                elif self._guarded(job):
                    continue
                else:
                    wait = min(IDLE, wait * 2)
                soonest = world.turns.now + timedelta(seconds=world.dice.uniform(wait / 2, wait))
                self._rest(state, soonest)

        return work

    def _rest(self, state: str, soonest: datetime) -> None:
        world, me = self._world, self._world.turns.current
        self._idle[me] = state
        try:
            latest = soonest + LONGEST_SLEEP
            world.turns.sleep_until(min(max(soonest, self._free_at(state) + self._apart()), latest))
        finally:
            self._idle.pop(me, None)
        if world.turns.now < soonest:
            world.turns.sleep_until(soonest)

    def _guarded(self, job: Callable[[], object]) -> bool:
        """As the real daemon: trouble of one stage ends nothing; but only the injected kind is expected."""
        try:
            return bool(job())
        except Injected:
            return True
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self._world.expect(
                False, "no stage breaks", f"{type(error).__name__}: {error} ({last.name}:{last.lineno})"[:300]
            )
            return False

    def _apart(self) -> timedelta:
        """Several look at once, or one is first: mostly the latter, as looking in vain costs as much."""
        return timedelta(seconds=self._world.dice.choice((0.0, 0.02, 0.3, 0.6, 1.0)))

    def _free_at(self, state: str) -> datetime:
        ((at,),) = self._world.memory.rows(FREE_AT.format(state))
        free = moment(at) or self._world.start + timedelta(days=365)
        if state == "settling":
            ((at, _),) = self._world.memory.rows(LEFT_OPEN)
            free = min(free, moment(at) or free)
        return free
