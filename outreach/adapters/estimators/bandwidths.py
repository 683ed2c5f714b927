"""How wide to look: the bandwidths that make the mean squared error of the jump least.

After Calonico, Cattaneo and Farrell, "Optimal bandwidth choice for robust bias-corrected inference in
regression discontinuity designs" (Econometrics Journal 2020), with a common bandwidth on both sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from outreach.adapters.estimators.local import Numbers, Polynomial, Side, TooFew, spread

RULE_OF_THUMB = 2.576
"""Of the triangular kernel."""

LIKE_A_NORMAL = 1.349
"""The distance between the quartiles of a normal of deviation 1."""

MASSED = 0.2
"""From this share of repeated scores on, a side counts as discrete …"""

LEAST_DISTINCT = 10
"""… and the first two looks, which only serve the others, must reach so many distinct scores on each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidths:
    """Where the jump is estimated (`h`) and where its bias is (`b`), in units of the score."""

    h: float
    b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """For which coefficient, of a polynomial of which degree; whether an unsure bias counts."""

    degree: int
    of: int
    doubts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errors:
    """What a side adds to the mean squared error: variance, bias, and how unsure that bias is."""

    variance: float
    bias: float
    doubt: float


def bandwidths(left: Side, right: Side, combine: Numbers) -> Bandwidths:
    """The least mean squared error for the jump of `combine @ outcomes`. Raises TooFew."""
    least = _least(left, right)
    pilot = max(_rule_of_thumb(left, right), least)
    widest = max(left.reach, right.reach)

    def best(asked: _Asked, *bias_widths: float) -> float:
        below, above = (
            _errors(side, asked, pilot, width, combine)
            for side, width in zip((left, right), bias_widths, strict=True)
        )
        bias = (above.bias - below.bias) ** 2 + below.doubt + above.doubt
        if not bias > 0:
            raise TooFew("outcomes near the cut-off are all alike")
        width = float(((below.variance + above.variance) / bias) ** (1 / (2 * asked.degree + 3)))
        if not width > 0:
            raise TooFew("outcomes near the cut-off hardly differ")
        return min(width, widest)

    third = max(best(_Asked(degree=3, of=3, doubts=0), left.reach, right.reach), least)
    b = best(_Asked(degree=2, of=2), third, third)
    h = best(_Asked(degree=1, of=0), b, b)
    return Bandwidths(h=h, b=b)


def is_massed(side: Side) -> bool:
    """Whether so many scores on this side are the same that they are rather steps than a line."""
    return 1 - len(side.distinct) / len(side.x) >= MASSED


def _errors(side: Side, asked: _Asked, width: float, bias_width: float, combine: Numbers) -> _Errors:
    """The paper's V, B and R; powers of `width` turn coefficients into units of the outcome."""
    of = asked.of
    here = Polynomial(side.near(width), asked.degree, width)
    wide = Polynomial(side.near(bias_width), asked.degree + 1, bias_width)
    left_out = width**of * float(here.missed()[of])
    next_power = float(wide.coefficients[-1] @ combine)
    order = 2 * (asked.degree + 1 - of)
    return _Errors(
        variance=(2 * of + 1) * width ** (2 * of + 1) * _variance(here, of, combine),
        bias=order**0.5 * left_out * next_power,
        doubt=asked.doubts * order * 3 * left_out**2 * _variance(wide, asked.degree + 1, combine),
    )


def _variance(fitted: Polynomial, of: int, combine: Numbers) -> float:
    covariance = spread(fitted.pull[of], fitted.side.scatter)
    return float(np.dot(combine @ covariance, combine))


def _rule_of_thumb(left: Side, right: Side) -> float:
    x = np.concatenate([left.x, right.x])
    quartiles = np.quantile(x, [0.25, 0.75], method="averaged_inverted_cdf")
    deviation = min(float(x.std(ddof=1)), float(quartiles[1] - quartiles[0]) / LIKE_A_NORMAL)
    distinct = len(left.distinct) + len(right.distinct)
    return min(RULE_OF_THUMB * deviation * math.pow(distinct, -1 / 5), max(left.reach, right.reach))


def _least(*sides: Side) -> float:
    """How far the first looks must reach where scores are steps; elsewhere no distance."""
    if not any(is_massed(side) for side in sides):
        return 0.0
    return max(float(np.sort(np.abs(side.distinct))[:LEAST_DISTINCT][-1]) for side in sides)
