"""The loop over other people's records: PaySim and AMLSim, by the examples as they are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.prove.figures import Figure
from tests.prove.ground import SHARED, Ground, environment

EXAMPLES = ("paysim", "aml")
FUNNEL = ("lines", "read", "no_rule_held", "opened")
PATIENCE = 300


def run(ground: Ground) -> dict[str, Figure]:
    """One cycle of each example (in short, of PaySim alone) in a fresh workspace; its funnel."""
    chosen = EXAMPLES if ground.form == "full" else EXAMPLES[:1]
    counts = {name: _example(ground, name) for name in chosen}
    lines = sum(c["lines"] for c in counts.values())
    lost = sum(abs(c["lines"] - c["read"] - c["quarantined"]) for c in counts.values())
    physical = len((ground.shared / "data/paysim/paysim_sample.csv").read_bytes().splitlines()) - 1
    lost += abs(physical - counts["paysim"]["lines"])
    figures = {
        "lost": Figure(lost, lines, f"lines of {' and '.join(counts)}"),
        "parts of the funnel missing": Figure(
            sum(name not in c for c in counts.values() for name in FUNNEL), len(FUNNEL) * len(counts), "parts"
        ),
    }
    for name, c in counts.items():
        told = sum(n for key, n in c.items() if key.startswith("sent."))
        flags = f"flags of {name}"
        figures |= {
            f"messages from {name}": Figure(told, c["read"], flags),
            f"to be warned in {name}": Figure(c["warn"], c["read"], flags),
            f"near misses in {name}": Figure(c["near_miss"], c["read"], flags),
            f"skipped in {name}": Figure(c["skip"], c["read"], flags),
            f"undecided in {name}": Figure(c["undecided"], c["read"], flags),
            f"held by no rule in {name}": Figure(c["no_rule_held"], c["read"], flags),
        }
    return figures


def _example(ground: Ground, name: str) -> Counter[str]:
    words = [sys.executable, str(ground.root / "examples" / "run.py"), name, str(ground.place(name))]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(**{SHARED: str(ground.shared), "PYTHONPATH": str(Path.cwd())}),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"examples/run.py {name} ended with {done.returncode}: {done.stderr[-200:]}")
    return Counter(json.loads(done.stdout[done.stdout.index("{") :]))
