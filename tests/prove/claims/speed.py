"""Matching beside DuckDB's own time for the same question, and the memory it takes."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

ROUNDS = 3
PATIENCE = 500


def run(ground: Ground) -> dict[str, Figure]:
    """The repository's own bench at `ground.n` flags and, in full, for memory at ten times as many."""
    is_full = ground.form == "full"
    small = _measured(ground, ground.n, ROUNDS if is_full else 1)
    of = "flags × 50 rules"
    figures = {
        "times DuckDB's own time": Figure(round(small["ratio"], 2), small["rows"], of),
        "MB at most": Figure(round(small["memory"]), small["rows"], of),
        "flags matched a second": Figure(round(small["rows"] / small["seconds"]), small["rows"], of),
    }
    if not is_full:
        return figures
    large = _measured(ground, 10 * ground.n, 1)
    differ = int(not (small["is_same"] and large["is_same"]))
    return figures | {
        "MB at most at ten times as many": Figure(round(large["memory"]), large["rows"], of),
        "answers that differ": Figure(differ, 2, "comparisons of all masks"),
    }


def _measured(ground: Ground, rows: int, rounds: int) -> dict[str, float]:
    """One line of the bench's table, as it tells it in JSON."""
    words = [
        sys.executable,
        str(ground.root / "bench" / "match.py"),
        "--rows",
        str(rows),
        "--rounds",
        str(rounds),
    ]
    words += ["--folder", str(ground.folder), "--format", "json"]
    # The bench says by its exit code whether it is content; what is asked stands in promises.toml.
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"bench/match.py ended with {done.returncode}: {done.stderr[-300:]}")
    return dict(json.loads(lines[-1]))
