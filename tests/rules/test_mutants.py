"""Spoilt rule files, 150 (the proof: 500): located errors or one meaning, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.mutation import Mill

RULES = Path(__file__).parents[2] / "rules"


@pytest.mark.slow
def test_no_mutant_gives_a_traceback_an_error_without_place_or_two_meanings() -> None:
    mill = Mill(RULES, seed=5)
    for _ in range(150):
        mill.grind()
    assert mill.wrong == [], "\n".join(mill.wrong[:10])
    assert mill.totals["survived"] >= 30
    assert mill.totals["refused"] >= 60
    assert mill.totals["survivors that mean something else"] >= 15
