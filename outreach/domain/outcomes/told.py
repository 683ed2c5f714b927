"""What others tell of money: transfers made, cancelled or lapsed, losses, listings, labels, recoveries.

Late, corrected and contradictory tellings are normal: each is kept, and the newest of one source's own id
stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What is told. `withdrawn`: what this id told before never happened."""

    MADE = "made"  # money left
    CANCELLED = "cancelled"  # somebody took the transfer back before it left; `by` says who
    LAPSED = "lapsed"  # never confirmed in time, so it never left
    LOSS = "loss"  # somebody says that money was lost to a scam; `by` says who
    LISTED = "listed"  # the beneficiary became listed, whoever pays it
    SCAM = "scam"  # an analyst's label
    LEGITIMATE = "legitimate"  # an analyst's label: a false alarm
    RECOVERED = "recovered"  # money came back
    WITHDRAWN = "withdrawn"


class By(StrEnum):
    """Whose act or word it was. A loss that only the user tells of is no outcome: a warning makes more of
    them be told."""

    USER = "user"
    CORE = "core"  # a hard control of the core system
    AGENT = "agent"
    ANALYST = "analyst"
    LISTS = "lists"
    PARTNER = "partner"  # another firm
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One telling, as it stands now.

    `person` is None where it is about a beneficiary, whoever pays it; `transfer` and `beneficiary` are keyed
    hashes, "" where nobody says. `amount` is in `currency`; `rate` makes it the firm's outcome currency at
    that time, by `rate_source`; None where nobody says. `n` counts the tellings of this source id from 1.
    """

    id: str
    feed: str
    kind: Kind
    at: datetime
    told_at: datetime
    person: str | None = None
    transfer: str = field(default="", repr=False)
    beneficiary: str = field(default="", repr=False)
    rail: str = ""
    amount: Decimal | None = None
    currency: str | None = None
    rate: Decimal | None = None
    rate_source: str | None = None
    by: By = By.UNKNOWN
    n: int = 1

    @property
    def worth(self) -> Decimal | None:
        """The amount in the firm's outcome currency; None where it cannot be said."""
        if self.amount is None or self.rate is None:
            return None
        return self.amount * self.rate
