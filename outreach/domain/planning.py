"""How long an experiment takes, in words: computed before anybody is assigned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """How many flagged people it takes to know the effect to within ± `within` of it."""

    losing: float  # the share of those not warned who lose
    fewer: float  # the share of these losses that a warning is hoped to spare
    apart: float  # the share of the flagged that is not warned
    within: float
    flagged: int
    per_day: float | None = None  # flagged people, as the rule has them; None: nobody knows

    @property
    def words(self) -> str:
        """`needs about 33,000 flagged for ±50 %`."""
        return f"needs about {about(self.flagged):,} flagged for ±{percent(self.within)}"

    @property
    def losses(self) -> tuple[int, int]:
        """The losses that this comes to: of those not warned, and of those warned."""
        held = self.flagged * self.apart * self.losing
        warned = self.flagged * (1 - self.apart) * self.losing * (1 - self.fewer)
        return round(held), round(warned)

    @property
    def length(self) -> timedelta | None:
        """How long it takes until so many are flagged; None where nobody knows how many are."""
        return timedelta(days=math.ceil(self.flagged / self.per_day)) if self.per_day else None


def about(count: int) -> int:
    """A count to two digits: more would promise what no forecast can."""
    digits = max(0, len(str(count)) - 2)
    return round(count, -digits)


def percent(share: float) -> str:
    """`6 %`, `0.5 %`."""
    return f"{100 * share:.3g} %"
