"""False alarms: of those who answered a rule's warnings, how many said "it is mine", and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""For an interval that covers the truth in 95 of 100 cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """One rule's answers: outreaches that went out, those that were answered, those with "it is mine".

    The share is of the answered ones only. Who is silent may have been helped or annoyed: nobody knows, and
    people whose money is theirs may be likelier to say so than people who are being robbed.
    """

    pattern: str
    rule: str
    warned: int
    answered: int
    mine: int

    @property
    def share(self) -> float | None:
        """Of the answered ones, the share that said "it is mine"; None of none."""
        return self.mine / self.answered if self.answered else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the truth lies at 95 % (Wilson)."""
        return wilson(self.mine, self.answered)


def wilson(hits: int, n: int, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of `hits` of `n`, also where n is small or the share 0 or 1; (0, 1) of none."""
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)
