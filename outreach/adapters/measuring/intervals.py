"""Intervals for what differs between two arms: shares of events, means of capped amounts, ratios."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from outreach.adapters.estimators.local import Numbers
from outreach.domain.outcomes.measured import ArmSeen, Effect

LEVEL = 0.95
Z = float(ndtri(0.5 + LEVEL / 2))


def difference(held: ArmSeen, warned: ArmSeen) -> Effect:
    """The share of events among those held back less that among the warned: what a warning spares a person.

    After Newcombe, "Interval estimation for the difference between independent proportions" (Statistics in
    Medicine 1998), his tenth: it stays honest where events are rare.
    """
    (p, low_p, high_p), (q, low_q, high_q) = _wilson(held), _wilson(warned)
    apart = p - q
    return Effect(
        estimate=apart,
        low=apart - math.hypot(p - low_p, high_q - q),
        high=apart + math.hypot(high_p - p, q - low_q),
    )


def _wilson(arm: ArmSeen) -> tuple[float, float, float]:
    share, n = arm.share, arm.matured
    middle = share + Z**2 / (2 * n)
    reach = Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return share, (middle - reach) / (1 + Z**2 / n), (middle + reach) / (1 + Z**2 / n)


def share(happened: int, n: int) -> Effect | None:
    """A share with Wilson's interval; None of nobody."""
    if not n:
        return None
    found, low, high = _wilson(ArmSeen(name="", people=n, matured=n, happened=happened))
    return Effect(estimate=found, low=low, high=high)


def spared(held: ArmSeen, warned: ArmSeen) -> Effect | None:
    """The share of losses that a warning spares; None where an arm has no event to take a logarithm of."""
    if not (held.happened and warned.happened):
        return None
    ratio = warned.share / held.share
    error = math.sqrt(1 / warned.happened - 1 / warned.matured + 1 / held.happened - 1 / held.matured)
    factor = math.exp(Z * error)
    return Effect(estimate=1 - ratio, low=1 - ratio * factor, high=1 - ratio / factor)


def mean_difference(held: Numbers, warned: Numbers) -> Effect:
    """The mean among those held back less that among the warned, arms of unlike scatter (Welch)."""
    apart = float(held.mean() - warned.mean())
    reach = Z * math.sqrt(held.var(ddof=1) / len(held) + warned.var(ddof=1) / len(warned))
    return Effect(estimate=apart, low=apart - reach, high=apart + reach)


def capped(amounts: Numbers, cap: float) -> Numbers:
    """Each amount, at most the cap."""
    return np.minimum(amounts, cap)
