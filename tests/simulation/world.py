"""One seed's world: processes over one database, providers, people and an operator, until all is done."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from outreach.domain.scale import Channel
from tests.simulation.crowd import Crowd
from tests.simulation.daemons import Daemons
from tests.simulation.faults import Points, SimStore
from tests.simulation.memory import DAY, Memory, a_vault, ids
from tests.simulation.mix import draw
from tests.simulation.phones import Copy, Phones
from tests.simulation.providers import Provider
from tests.simulation.stages import SimCore
from tests.simulation.truth import Truth
from tests.simulation.turns import Turns
from tests.simulation.verdict import judge
from tests.simulation.watch import Watch

PATIENCE = timedelta(days=3)
"""Simulated time after which what has not ended is stuck."""

ENOUGH = 20
"""Broken promises after which a seed has shown what it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that was not kept, in words."""

    promise: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one seed came to."""

    seed: int
    trace: str
    broken: tuple[Broken, ...]
    counts: Counter[str]
    lines: tuple[str, ...] = ()


class World:
    """Everything of one seed. `tell` is the trace: two runs of a seed tell the same."""

    def __init__(self, seed: int, memory: Memory, *, keeps_lines: bool = False) -> None:
        self.seed = seed
        self.dice = Random(seed)
        self.mix = draw(self.dice)
        self.memory = memory
        memory.fresh()
        hour = self.dice.uniform(20, 32) if self.mix.by_night else self.dice.uniform(9, 15)
        self.start = DAY + timedelta(hours=hour)
        self.turns = Turns(self.start, self.dice)
        self.vault = a_vault(self.dice)
        self.new_id = ids()
        self.points = Points(self)
        self.store = SimStore(self)
        self.core = SimCore(self)
        self.phones = Phones()
        self.truth = Truth(self)
        self.providers = self._providers()
        self.watch = Watch(self)
        self.daemons = Daemons(self)
        self.crowd = Crowd(self)
        self.broken: list[Broken] = []
        self.held: Counter[str] = Counter()
        self.lines: list[str] = []
        self._keeps_lines = keeps_lines
        self._hash = hashlib.blake2b(digest_size=8)

    def run(self) -> Outcome:
        """Live it to the end, and hold every promise against it."""
        try:
            self.crowd.begin()
            self.daemons.begin()
            while not self.is_over() and self.turns.now < self.start + PATIENCE:
                if self.turns.failure is not None or len(self.broken) >= ENOUGH:
                    break
                self.turns.sleep(self.daemons.until_something())
        finally:
            self.turns.close()
        judge(self)
        return self._outcome()

    def clock(self) -> datetime:
        """The time, in every process."""
        return self.turns.now

    def elapsed(self) -> float:
        """The clock that runs on while a process is stopped."""
        return (self.turns.now - self.start).total_seconds()

    def faults(self) -> bool:
        """Whether things still go wrong: they stop, so that what can be mended must be in the end."""
        return self.elapsed() < self.mix.faults_end

    def is_over(self) -> bool:
        """Whether nothing is left to do for anybody, and nobody will do anything more."""
        return not self.faults() and self.turns.is_quiet() and self.daemons.is_done()

    def who(self) -> str:
        """Whose turn it is."""
        return self.turns.current.process.name

    def tell(self, line: str) -> None:
        """A line of the trace."""
        text = f"{self.elapsed():.6f} {line}"
        self._hash.update(text.encode())
        if self._keeps_lines:
            self.lines.append(text)

    def expect(self, holds: bool, promise: str, said: str | Callable[[], str]) -> None:
        """Count a check of this promise; a broken one is kept."""
        self.held[promise] += 1
        if not holds:
            words = said if isinstance(said, str) else said()
            self.broken.append(Broken(promise=promise, said=words))
            self.tell(f"BROKEN {promise}: {words}")

    def committed(self) -> None:
        """Something may have changed in the database."""
        if self.watch.committed():
            self.daemons.look()

    def called(self) -> None:
        """A party outside is called: no transaction may be open."""
        self.expect(self.store.depth == 0, "law 2", "a call under an open transaction")

    def reached(self, copy: Copy) -> None:
        """A provider took a message."""
        self.crowd.reads(copy)

    def _providers(self) -> dict[Channel, Provider]:
        email = self.mix.email_can_be_asked
        kinds = (
            ("pushes", Channel.PUSH, False, True),
            ("texts", Channel.SMS, True, False),
            ("mails", Channel.EMAIL, email, False),
        )
        return {
            channel: Provider(world=self, name=name, channel=channel, can_be_asked=asked, collapses=collapses)
            for name, channel, asked, collapses in kinds
        }

    def _outcome(self) -> Outcome:
        counts = Counter(
            seeds=1,
            messages=len(self.memory.rows("SELECT 1 FROM messages")),
            requests=self.phones.written,
            taken=len(self.phones.copies),
            crashes=self.points.crashes,
            pauses=self.points.pauses,
            refusals=self.points.refusals,
            points=self.points.passed,
            commits=self.watch.checks,
            **{f"held: {promise}": n for promise, n in self.held.items()},
        )
        return Outcome(
            seed=self.seed,
            trace=self._hash.hexdigest(),
            broken=tuple(self.broken),
            counts=counts,
            lines=tuple(self.lines),
        )
