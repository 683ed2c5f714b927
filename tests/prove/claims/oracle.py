"""DuckDB's fused query and the plain evaluator agree on random trees, rows and NULLs."""

from __future__ import annotations

from collections import Counter

from outreach.adapters.matcher import DuckMatcher, fact_rows, fact_table, truth_rows
from outreach.domain.condition import Condition
from outreach.domain.evaluate import evaluate
from outreach.domain.plan import Plan
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.random_trees import CATALOGUE, NOW, Dice

TREES, ROWS = 70, 60
"""Probes and rows of one fused query: the masks are split once."""


def run(ground: Ground) -> dict[str, Figure]:
    """At least `ground.n` probes: trees times rows."""
    dice = Dice(ground.n)
    totals: Counter[str] = Counter()
    while totals["probes"] < ground.n:
        totals += _round([dice.tree() for _ in range(TREES)], dice)
    probes = totals["probes"]
    rarest = min(totals[f"{answer}"] for answer in (True, False, None))
    return {
        "disagreements": Figure(totals["disagreements"], probes, "probes"),
        "answers of the rarest kind (true, false, unknown)": Figure(rarest, probes, "probes"),
    }


def _round(probes: list[Condition], dice: Dice) -> Counter[str]:
    table = fact_table([dice.row() for _ in range(ROWS)], CATALOGUE)
    plan = Plan(probes=tuple(probes), mains=len(probes), rules=())
    rows = list(fact_rows(table, CATALOGUE))
    meant = [[evaluate(probe, row, NOW) for probe in probes] for row in rows]
    duck: list[list[bool | None]] = [[False] * len(probes) for _ in rows]  # a row that is not handed over
    for kept in DuckMatcher(threads=1).match(plan, table, NOW):
        for line, truths in zip(kept.column("line").to_pylist(), truth_rows(kept, plan), strict=True):
            duck[line] = list(truths)
    pairs = [
        pair for ours, theirs in zip(meant, duck, strict=True) for pair in zip(ours, theirs, strict=True)
    ]
    totals = Counter(f"{ours}" for ours, _ in pairs)
    totals["disagreements"] = sum(ours is not theirs for ours, theirs in pairs)
    totals["probes"] = len(pairs)
    return totals
