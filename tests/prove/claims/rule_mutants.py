"""Mutants of the shipped rule files: a located error, or rules on which oracle and DuckDB agree."""

from __future__ import annotations

from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.rules.mutation import Mill

SEED = 20261122


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` mutants, of characters, tokens, lines, YAML trees and expression trees."""
    mill = Mill(ground.root / "rules", SEED)
    for _ in range(ground.n):
        mill.grind()
    totals = mill.totals
    return {
        "tracebacks": Figure(totals["traceback"], ground.n, "mutants"),
        "errors without a place": Figure(totals["unlocated"], totals["refused"], "refused mutants"),
        "survivors on which oracle and DuckDB differ": Figure(
            totals["disagreement"], totals["survived"], f"survivors, {totals['answers']:,} answers"
        ),
        "survivors of another meaning under the same hash": Figure(
            totals["silent"],
            totals["survivors that mean something else"],
            "survivors that mean something else",
        ),
        "survived": Figure(totals["survived"], ground.n, "mutants"),
        "refused": Figure(totals["refused"], ground.n, "mutants"),
    }
