"""What befalls a request: drawn from a seed, so that a run can be had again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

FATES = {
    "well": "taken and answered",
    "slow": "taken, answered late",
    "close_before": "hung up on, not taken",
    "close_after": "taken, then hung up on",
    "stall_after": "taken, then silence, then hung up on",
    "busy": "429 with Retry-After, not taken",
    "error_before": "500, not taken",
    "error_after": "500, and yet taken",
    "overloaded_before": "503, not taken",
    "overloaded_after": "503, and yet taken",
}
TAKEN = frozenset({"well", "slow", "close_after", "stall_after", "error_after", "overloaded_after"})


@dataclass
class Lateness:
    """How long a request that was read is not yet accepted: a `share` of them up to `most` seconds, the rest
    a hundredth of that. Whoever asks meanwhile is told, truly, that there is no such message."""

    dice: random.Random
    most: float
    share: float

    def draw(self) -> float:
        """Seconds, for the next one."""
        most = self.most if self.dice.random() < self.share else self.most / 100
        return self.dice.uniform(0, most)


@dataclass
class Fates:
    """Draws fates by their shares; what is left over goes well."""

    dice: random.Random
    shares: dict[str, float]

    @classmethod
    def told(cls, seed: int, words: Sequence[str]) -> Fates:
        """From NAME=SHARE words. Raises SystemExit for a name that is none."""
        shares = {}
        for word in words:
            name, _, share = word.partition("=")
            if name not in FATES:
                raise SystemExit(f"no fate is called {name!r}; there are: {', '.join(FATES)}")
            shares[name] = float(share)
        return cls(random.Random(seed), shares)

    def draw(self) -> str:
        """The next one."""
        drawn = self.dice.random()
        for name, share in self.shares.items():
            if drawn < share:
                return name
            drawn -= share
        return "well"
