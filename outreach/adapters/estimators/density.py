"""Whether as many scores lie just above the cut-off as just below: if not, somebody moved them.

After McCrary, "Manipulation of the running variable" (Journal of Econometrics 2008), with counts in bins
fitted as what they are: a Poisson regression whose logarithm is a parabola, one on each side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from outreach.adapters.estimators.local import Numbers, TooFew

BINS = 25
"""A side."""

LEAST_A_BIN = 4
"""Scores a bin, on average; with fewer nothing is said."""

STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityJump:
    """How many times as dense scores are just above the cut-off as just below."""

    ratio: float
    p: float
    n_left: int
    n_right: int


def density_jump(score: Numbers, cutoff: float, window: float) -> DensityJump:
    """The jump of the density, from what lies within `window` of the cut-off. Raises TooFew."""
    left = cutoff - score[(score < cutoff) & (score > cutoff - window)]
    right = score[(score >= cutoff) & (score < cutoff + window)] - cutoff
    if min(len(left), len(right)) < BINS * LEAST_A_BIN:
        raise TooFew(
            f"{len(left)} scores within {window:g} below the cut-off and {len(right)} above it,"
            f" at least {BINS * LEAST_A_BIN} are needed on each side"
        )
    (below, below_variance), (above, above_variance) = (_log_density(x, window) for x in (left, right))
    z = (above - below) / np.sqrt(below_variance + above_variance)
    return DensityJump(
        ratio=float(np.exp(above - below)),
        p=float(2 * ndtr(-abs(z))),
        n_left=len(left),
        n_right=len(right),
    )


def _log_density(distance: Numbers, window: float) -> tuple[float, float]:
    """The logarithm of a bin's count at the cut-off, and its variance: Newton's steps to the likeliest."""
    counts = np.histogram(distance, bins=BINS, range=(0.0, window))[0].astype(float)
    powers = np.vander((np.arange(BINS) + 0.5) / BINS, 3, increasing=True)
    found = np.array([np.log(counts.mean()), 0.0, 0.0])
    for _ in range(STEPS):
        expected = np.exp(powers @ found)
        step = np.linalg.solve((powers * expected[:, None]).T @ powers, powers.T @ (counts - expected))
        found = found + step
        if np.abs(step).max() < 1e-10:
            break
    variance = np.linalg.inv((powers * np.exp(powers @ found)[:, None]).T @ powers)
    return float(found[0]), float(variance[0, 0])
