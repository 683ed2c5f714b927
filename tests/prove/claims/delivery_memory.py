"""Peak memory, and what a round costs, with ever more due."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

SENT = 30_000
"""How many of those due are sent: enough rounds for whatever is kept of each to show."""

PATIENCE = 2_400


def run(ground: Ground) -> dict[str, Figure]:
    """The bench with a hundredth of `ground.n` due, a tenth, and all of them."""
    few, more, all_ = (_measured(ground, ground.n // share) for share in (100, 10, 1))
    of = "due outreaches on SQLite"
    most = max(more["peak_mb"], all_["peak_mb"])
    return {
        "times the peak memory of a hundredth": Figure(round(most / few["peak_mb"], 3), int(all_["due"]), of),
        "MB at most": Figure(round(most), int(all_["due"]), of),
        "times the CPU of a round at a hundredth": Figure(
            round(all_["cpu_a_round"] / few["cpu_a_round"], 2), int(all_["due"]), of
        ),
    }


def _measured(ground: Ground, due: int) -> dict[str, float]:
    """What the bench tells of so many."""
    bench = str(ground.root / "bench" / "memory.py")
    words = [sys.executable, bench, "--due", str(due), "--send", str(SENT), "--folder", str(ground.folder)]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"bench/memory.py ended with {done.returncode}: {done.stderr[-300:]}")
    return dict(json.loads(lines[-1]))
