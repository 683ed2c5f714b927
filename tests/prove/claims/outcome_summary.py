"""Ten million outcome lines summed up, beside a bare DuckDB that only counts them."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

PATIENCE = 800


def run(ground: Ground) -> dict[str, Figure]:
    """The repository's own bench at `ground.n` lines."""
    words = [sys.executable, str(ground.root / "bench" / "outcomes.py"), "--lines", str(ground.n)]
    words += ["--folder", str(ground.folder), "--format", "json"]
    # The bench says by its exit code whether it is content; what is asked stands in promises.toml.
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return {
        "seconds to sum up": Figure(round(told["seconds"], 1), told["lines"], "outcome lines"),
        "MB at most": Figure(round(told["memory"]), told["lines"], "outcome lines"),
        "times a bare count's own time": Figure(round(told["ratio"], 1), told["lines"], "outcome lines"),
        "counts that differ": Figure(int(not told["is_same"]), 3, "counts: lines, people, rules"),
    }
