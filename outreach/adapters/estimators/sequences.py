"""Two arms against each other, looked at as often as anybody likes without being fooled more often.

An asymptotic confidence sequence: after Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences" (Annals of Statistics 2024).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What was seen in one arm: how many, the mean of the outcome, and its variance."""

    n: int
    mean: float
    variance: float

    @classmethod
    def of_cases(cls, cases: int, n: int) -> Arm:
        """Of an outcome that happens or does not."""
        share = cases / n if n else 0.0
        return cls(n=n, mean=share, variance=share * (1 - share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first arm less the second; `low` … `high` holds at every look at once."""

    difference: float
    low: float
    high: float
    p: float

    @property
    def is_settled(self) -> bool:
        """Whether one arm is known to have more."""
        return self.low > 0 or self.high < 0


def at_any_look(first: Arm, second: Arm, *, planned: int, level: float = 0.95) -> Difference:
    """The difference with an interval that stays true however often it is looked at.

    `planned` is how many both arms together are meant to have: the interval is narrowest at half of it.
    Until both arms have seen some scatter nothing is excluded.
    """
    n, alpha = first.n + second.n, 1 - level
    difference = first.mean - second.mean
    if min(first.n, second.n) == 0 or first.variance + second.variance == 0:
        return Difference(difference=difference, low=-math.inf, high=math.inf, p=1.0)
    # So scaled, the difference of means is a mean of n terms of this variance.
    variance = n * (first.variance / first.n + second.variance / second.n)
    rho = _tightest_at(planned / 2, alpha)
    grown = n * rho + 1
    reach = math.sqrt(variance * 2 * grown / (n**2 * rho) * math.log(math.sqrt(grown) / alpha))
    against = (n * difference) ** 2 * rho / (2 * variance * grown) - math.log(grown) / 2
    return Difference(
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        p=math.exp(-against) if against > 0 else 1.0,
    )


def _tightest_at(n: float, alpha: float) -> float:
    """The squared ρ that makes the interval narrowest after n."""
    unlikely = -2 * math.log(alpha)
    return (unlikely + math.log(unlikely + 1)) / max(n, 1.0)
