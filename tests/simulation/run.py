"""Seeds, one after another, on as many cores as are given; what they came to, together."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count, islice
from multiprocessing import get_context

from tests.simulation.broken import BREAKAGES
from tests.simulation.memory import Memory, laid_out
from tests.simulation.quiet import quiet
from tests.simulation.world import Broken, Outcome, World

PIECE = 20
"""Seeds handed to a core at once."""


class Bench:
    """Lives seeds in this process, on the engine as it is or with one named breakage."""

    def __init__(self, broken: str | None = None) -> None:
        self._breakage = BREAKAGES[broken] if broken else None
        drops = self._breakage is not None and self._breakage.drops_step_key
        self._memory = Memory(laid_out(without_step_key=drops))

    def live(self, seed: int, *, keeps_lines: bool = False) -> Outcome:
        """One seed, from an empty ledger to its verdict."""
        with ExitStack() as stack:
            swallowed = stack.enter_context(quiet())
            if self._breakage is not None:
                stack.enter_context(self._breakage.applied())
            world = World(seed, self._memory, keeps_lines=keeps_lines)
            outcome = world.run()
        if not swallowed:
            return outcome
        more = tuple(Broken(promise="no stage breaks", said=said) for said in swallowed)
        return Outcome(
            seed=seed,
            trace=outcome.trace,
            broken=outcome.broken + more,
            counts=outcome.counts,
            lines=outcome.lines,
        )


@dataclass(slots=True)
class Total:
    """What many seeds came to; `trace` folds theirs, in any order."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)
    trace: int = 0
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """One more."""
        self.counts.update(outcome.counts)
        self.trace ^= int(blake2b(f"{outcome.seed}:{outcome.trace}".encode(), digest_size=8).hexdigest(), 16)
        if outcome.broken:
            self.failed.append(outcome)


_BENCH: list[Bench] = []


def _prepare(broken: str | None) -> None:
    _BENCH[:] = [Bench(broken)]
    gc.freeze()  # what the engine is made of is not looked through again after every seed


def _live(seeds: Sequence[int]) -> list[Outcome]:
    return [_BENCH[0].live(seed) for seed in seeds]


def run(
    seeds: Iterator[int], *, jobs: int = 1, seconds: float | None = None, broken: str | None = None
) -> Total:
    """All these seeds, or as many as can be begun in so many seconds."""
    total, began = Total(), time.monotonic()

    def is_time() -> bool:
        return seconds is None or time.monotonic() - began < seconds

    live = _alone if jobs == 1 else _side_by_side
    live(seeds, total, is_time, (jobs, broken))
    total.seconds = time.monotonic() - began
    return total


def _alone(
    seeds: Iterator[int], total: Total, is_time: Callable[[], bool], how: tuple[int, str | None]
) -> None:
    bench = Bench(how[1])
    for seed in seeds:
        if not is_time():
            return
        total.add(bench.live(seed))


def _side_by_side(
    seeds: Iterator[int], total: Total, is_time: Callable[[], bool], how: tuple[int, str | None]
) -> None:
    jobs, broken = how
    context = get_context("spawn")  # a thread that waits for its turn does not survive a fork
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare, initargs=(broken,)) as pool:
        under_way = set()
        while True:
            while len(under_way) < 2 * jobs and is_time() and (piece := list(islice(seeds, PIECE))):
                under_way.add(pool.submit(_live, piece))
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for each in done:
                for outcome in each.result():
                    total.add(outcome)


def from_seed(first: int, number: int | None) -> Iterator[int]:
    """So many seeds from this one on; without end where no number is given."""
    return iter(count(first)) if number is None else iter(range(first, first + number))


def noticed(broken: str) -> int | None:
    """After how many seeds this breakage shows as what it is; None where not as soon as it must."""
    bench, breakage = Bench(broken), BREAKAGES[broken]
    for seed in range(breakage.within):
        if any(one.promise in breakage.shows for one in bench.live(seed).broken):
            return seed + 1
    return None
