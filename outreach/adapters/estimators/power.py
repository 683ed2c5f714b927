"""How many are needed: computed before anybody is assigned, so that nobody waits for what cannot come."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a comparison of warned and not warned is meant to show."""

    losing: float  # the share of those not warned who lose
    fewer: float  # the share of them that a warning is hoped to spare
    apart: float  # the share of the flagged that is not warned
    within: float  # half the interval, as a share of what is spared

    def flagged(self, level: float = 0.95) -> int:
        """How many flagged people it takes: 1.96·√(1/losses + 1/losses of the warned) = within × fewer."""
        likely = float(ndtri(0.5 + level / 2))
        each = 1 / (self.apart * self.losing) + 1 / ((1 - self.apart) * self.losing * (1 - self.fewer))
        return math.ceil((likely / (self.fewer * self.within)) ** 2 * each)
