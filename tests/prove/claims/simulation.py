"""Seeded worlds with crashes, faulty providers and two daemons keep every promise; bad engines do not."""

from __future__ import annotations

from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.simulation import run as simulation
from tests.simulation.broken import BREAKAGES
from tests.simulation.run import Bench, Total, noticed

REPLAYED = 20
BOTH_CORES = 2


def run(ground: Ground) -> dict[str, Figure]:
    """Worlds for `ground.n` seconds, some of them once more, and every engine that is known to be bad."""
    total = simulation.run(simulation.from_seed(0, None), jobs=BOTH_CORES, seconds=ground.n)
    figures = _figures(total)
    if total.failed:  # what is broken by itself says nothing about what the simulator sees
        return figures
    bench, again = Bench(), Bench()
    differ = sum(bench.live(seed).trace != again.live(seed).trace for seed in range(REPLAYED))
    unseen = [name for name in BREAKAGES if noticed(name) is None]
    return {
        **figures,
        "seeds that did not replay": Figure(differ, REPLAYED, "seeds lived twice"),
        "bad engines unnoticed": Figure(len(unseen), len(BREAKAGES), "engines known to be bad"),
    }


def _figures(total: Total) -> dict[str, Figure]:
    counts = total.counts
    checks = sum(n for name, n in counts.items() if name.startswith("held: "))
    broken = sum(len(outcome.broken) for outcome in total.failed)
    minute = round(60 * counts["seeds"] / total.seconds)
    return {
        "seeds that broke a promise": Figure(len(total.failed), counts["seeds"], "seeds"),
        "promises broken": Figure(broken, checks, "checks"),
        "crashes": Figure(counts["crashes"], counts["points"], "points passed"),
        "copies taken": Figure(counts["taken"], counts["requests"], "requests"),
        "seeds a minute": Figure(minute, counts["seeds"], "seeds"),
    }
