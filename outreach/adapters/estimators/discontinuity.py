"""Regression discontinuity: what changes at the cut-off, where scores are alike and only the warning differs.

After Calonico, Cattaneo and Titiunik, "Robust nonparametric confidence intervals for
regression-discontinuity designs" (Econometrica 2014): local linear, the bias estimated by a local quadratic
and taken off, the interval as wide as that correction makes it; variances by nearest neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from outreach.adapters.estimators.bandwidths import Bandwidths, bandwidths, is_massed
from outreach.adapters.estimators.local import Numbers, Polynomial, Side, TooFew, spread

LEAST_DISTINCT = 8
"""Different scores on each side, through which curves are drawn."""

LEAST = 20
"""Observations with weight on each side; with fewer nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discontinuity:
    """A jump at the cut-off, in units of the outcome: right of it less left of it."""

    jump: float  # local linear, as it is usually drawn
    corrected: float  # its bias taken off; the interval is around this one
    deviation: float  # of the corrected one
    low: float
    high: float
    p: float
    h: float
    b: float
    n_left: int  # with weight
    n_right: int
    massed: bool  # so many scores repeat that they are steps: read with care
    took: float = 1.0  # fuzzy: by how much the share that was warned jumps


def sharp(
    score: Numbers, outcome: Numbers, cutoff: float, *, at: Bandwidths | None = None, level: float = 0.95
) -> Discontinuity:
    """The jump of the outcome where everyone from the cut-off on is warned and nobody below.

    `at` fixes the bandwidths (register them beforehand); without it the mean squared error chooses.
    Raises TooFew.
    """
    sides = _sides(score, outcome[:, None], cutoff)
    one = np.ones(1)
    widths = at or bandwidths(*sides, combine=one)
    return _told(sides, widths, lambda jumps: (float(jumps[0]), one), level)


def fuzzy(
    score: Numbers,
    outcome: Numbers,
    warned: Numbers,
    cutoff: float,
    *,
    at: Bandwidths | None = None,
    level: float = 0.95,
) -> Discontinuity:
    """The jump for each whom the cut-off got warned, where some were warned below it or not above.

    `warned` is 0 or 1 (or a share). Raises TooFew, also where the share of the warned does not jump.
    """
    sides = _sides(score, np.column_stack([outcome, warned]), cutoff)
    # The common choice: the bandwidths of the outcome alone.
    widths = at or bandwidths(*sides, combine=np.array([1.0, 0.0]))

    def ratio(jumps: Numbers) -> tuple[float, Numbers]:
        if abs(jumps[1]) < 1e-9:
            raise TooFew("the share of the warned does not change at the cut-off")
        effect = float(jumps[0] / jumps[1])
        return effect, np.array([1.0, -effect]) / jumps[1]

    return _told(sides, widths, ratio, level)


def _sides(score: Numbers, columns: Numbers, cutoff: float) -> tuple[Side, Side]:
    order = np.argsort(score, kind="stable")
    x, columns = score[order] - cutoff, columns[order]
    at = int(np.searchsorted(x, 0.0))
    left, right = Side(x[:at], columns[:at]), Side(x[at:], columns[at:])
    for side, name in ((left, "below the cut-off"), (right, "from the cut-off on")):
        if len(side.x) < LEAST:
            raise TooFew(f"{len(side.x)} observations {name}, at least {LEAST} are needed")
        if len(side.distinct) < LEAST_DISTINCT:
            raise TooFew(f"{len(side.distinct)} different scores {name}: too coarse to draw a line through")
    return left, right


def _told(
    sides: tuple[Side, Side],
    widths: Bandwidths,
    effect: Callable[[Numbers], tuple[float, Numbers]],
    level: float,
) -> Discontinuity:
    """`effect` makes of the outcomes' jumps the one that is asked for, and says how it changes with each."""
    near = [side.near(max(widths.h, widths.b)) for side in sides]
    n_left, n_right = (int((np.abs(side.x) < widths.h).sum()) for side in near)
    if min(n_left, n_right) < LEAST:
        raise TooFew(
            f"{n_left} observations within {widths.h:.3g} below the cut-off and {n_right} above it,"
            f" at least {LEAST} are needed on each side"
        )
    (jump_left, pull_left), (jump_right, pull_right) = (_at_cutoff(side, widths) for side in near)
    jumps = jump_right - jump_left
    corrected_jumps = pull_right @ near[1].columns - pull_left @ near[0].columns
    jump, slope = effect(jumps)
    covariance = spread(pull_left, near[0].scatter) + spread(pull_right, near[1].scatter)
    corrected = jump + float(slope @ (corrected_jumps - jumps))
    deviation = float(np.sqrt(slope @ covariance @ slope))
    reach = float(ndtri(0.5 + level / 2)) * deviation
    return Discontinuity(
        jump=jump,
        corrected=corrected,
        deviation=deviation,
        low=corrected - reach,
        high=corrected + reach,
        p=float(2 * ndtr(-abs(corrected / deviation))) if deviation else float(corrected == 0),
        h=widths.h,
        b=widths.b,
        n_left=n_left,
        n_right=n_right,
        massed=any(is_massed(side) for side in sides),
        took=float(jumps[1]) if len(jumps) > 1 else 1.0,
    )


def _at_cutoff(side: Side, widths: Bandwidths) -> tuple[Numbers, Numbers]:
    """The outcomes at the cut-off by a straight line, and how each observation pulls at them corrected."""
    line = Polynomial(side, 1, widths.h)
    curve = Polynomial(side, 2, widths.b)
    pull: Numbers = line.pull[0] - widths.h**2 * line.missed()[0] * curve.pull[2]
    return line.coefficients[0], pull
