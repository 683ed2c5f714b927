"""Looking back: whom a beneficiary took money from before anybody knew that it is bad."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from outreach.domain.chains import CASH_PREFIX, Chain, chain_like, key_of

PATTERN = "silent_loss"
"""The pattern of the flags that a look-back raises."""

FEED = "lookback"
"""The feed that brings them: a flag is known by it, the person and the beneficiary, so it comes once."""

MODEL = "lookback/1"
"""Their score model; the score is the confidence of the listing."""

CERTAIN = Decimal(100)
"""The confidence of a person's own word, and of a list that gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A beneficiary that turned bad, as its list writes it. `confidence` is 0 … 100."""

    beneficiary: str = field(repr=False)
    categories: tuple[str, ...] = ()
    confidence: Decimal = CERTAIN
    listed_at: datetime | None = None

    @property
    def key(self) -> str:
        """What it is compared by."""
        return key_of(self.beneficiary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far back, how many people a run and a day, and when to look again for transfers that came late.

    `again_after` zero: once is enough.
    """

    days: int = 90
    per_run: int = 1_000
    per_day: int = 5_000
    again_after: timedelta = timedelta(hours=48)

    @property
    def looks(self) -> int:
        """How often a beneficiary is looked back for."""
        return 2 if self.again_after else 1

    def room(self, today: int) -> int:
        """How many more people one run may bring, after so many today."""
        return max(0, min(self.per_run, self.per_day - today))


def spellings(keys: Iterable[str], listed: Iterable[str]) -> list[str]:
    """Every spelling that an index may hold these by: as compared, and as their lists write them."""
    known = {*keys, *(one.strip() for one in listed)}
    return sorted(known | {CASH_PREFIX + key for key in known if chain_like(key) is Chain.BITCOIN_CASH})
