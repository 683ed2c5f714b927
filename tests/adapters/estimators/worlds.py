"""Small worlds whose truth is known: scores, who was warned, and who lost how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from outreach.adapters.estimators.local import Numbers

CUTOFF = 70.0


@dataclass(frozen=True, kw_only=True)
class World:
    """What an estimator is shown, a row a person."""

    score: Numbers
    outcome: Numbers
    warned: Numbers


def a_world(
    seed: int,
    n: int,
    *,
    effect: float = 0.3,
    partly: bool = False,
    heavy: bool = False,
    cap: float | None = None,
    step: float | None = None,
) -> World:
    """Losses that rise with the score, fewer by `effect` among the warned.

    `partly`: 15 % above the cut-off are not reached, 3 % below are. `heavy`: amounts with heavy tails in
    place of cases, up to `cap`. `step`: scores are rounded to it.
    """
    dice = Random(seed)
    rows = []
    for _ in range(n):
        score = 100 * dice.random() ** 0.75
        score = round(score / step) * step if step else score
        warned = score >= CUTOFF
        if partly:
            warned = dice.random() < (0.85 if warned else 0.03)
        lost = dice.random() < (0.05 + 0.35 * (score / 100) ** 3) * (1 - effect * warned)
        amount = math.exp(dice.gauss(6, 2.2)) if heavy else 1.0
        rows.append((score, min(amount, cap or math.inf) if lost else 0.0, float(warned)))
    score_, outcome, warned_ = np.array(rows).T
    return World(score=score_, outcome=outcome, warned=warned_)


def jump(effect: float = 0.3) -> float:
    """How the share of those who lose jumps at the cut-off, in truth."""
    return -effect * (0.05 + 0.35 * (CUTOFF / 100) ** 3)
