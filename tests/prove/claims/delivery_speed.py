"""Due outreaches out, end to end in one process, beside bare aiohttp to the same sink in the same run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tests.prove.figures import Figure
from tests.prove.ground import DATABASES, Ground, environment

ROUNDS = 3
PATIENCE = 1_500


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` messages on each channel and database, medians of the rounds."""
    lines = {(one["database"], one["channel"], one["case"]): one for one in _measured(ground)}
    return dict(_figures(lines, ground.n))


def _figures(lines: Mapping[tuple[str, str, str], Mapping[str, Any]], n: int) -> Iterator[tuple[str, Figure]]:
    of = f"messages, median of {ROUNDS} rounds"
    for database in DATABASES:
        for channel in ("sms", "push"):
            loop = lines[database, channel, "loop"]
            name = f"{channel} on {database}"
            yield f"of bare aiohttp's rate, {name}", Figure(round(loop["ratio"], 2), n, of)
            yield f"of bare aiohttp's CPU a message, {name}", Figure(round(1 / loop["cpu_ratio"], 2), n, of)
            stages = lines[database, channel, "store"]["stages"]
            spent = sum(stages[stage] for stage in ("claim", "start", "finish"))
            yield f"µs CPU in the store a message, {name}", Figure(round(spent), n, of)
            yield f"µs CPU to render, {name}", Figure(round(stages["render"], 1), n, of)
        email = lines[database, "email", "loop"]
        yield f"of the rate without the network, email on {database}", Figure(round(email["ratio"], 2), n, of)
    alone = max(lines[database, "email", "sender"]["rate"] for database in DATABASES)
    yield "emails a second, the adapter alone", Figure(round(alone), n, of)


def _measured(ground: Ground) -> list[dict[str, Any]]:
    """The lines of the bench's table, as it tells them in JSON."""
    bench = str(ground.root / "bench" / "delivery.py")
    words = [sys.executable, bench, "--messages", str(ground.n), "--rounds", str(ROUNDS), "--format", "json"]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not told:
        raise RuntimeError(f"bench/delivery.py ended with {done.returncode}: {done.stderr[-300:]}")
    return list(json.loads(told[-1])["lines"])
