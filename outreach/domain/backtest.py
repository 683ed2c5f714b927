"""What two editions of the rules would do with the same flags, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from outreach.domain.scale import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How many are warned by both books, by the one after only, by the one before only."""

    name: str
    same: int = 0
    plus: int = 0
    minus: int = 0

    @property
    def before(self) -> int:
        """Warned by the book before."""
        return self.same + self.minus

    @property
    def after(self) -> int:
        """Warned by the book after."""
        return self.same + self.plus

    @property
    def is_none(self) -> bool:
        """True where nobody changes."""
        return not self.plus and not self.minus


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a channel would carry at most, where nobody answers: messages, SMS parts, money.

    `parts` is None where it is not SMS, or a template could not be measured; `unpriced` counts messages to
    countries without a price: they are not in `money`.
    """

    messages: int = 0
    parts: int | None = None
    money: Decimal = Decimal(0)
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A channel's bill by either book."""

    channel: Channel
    before: Bill
    after: Bill


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A rule's limit that would hold runs for approval: in how many, and the worst of them in words."""

    rule: str
    is_after: bool
    runs: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of people in the window, and how many of them each book warns.

    `caught` were warned before it was known; `lead` is the middle one of the times between.
    """

    name: str
    n: int
    caught: tuple[int, int]
    lead: tuple[timedelta | None, timedelta | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How often one book is right, as far as outcomes tell: people and patterns, each pair once.

    Of `scams` that became known it warns `warned_scams`, `in_time` of them before the money left; of those
    that turned out `legitimate` it warns `false_alarms`.
    """

    scams: int
    warned_scams: int
    in_time: int
    legitimate: int
    false_alarms: int
    lead: timedelta | None = None

    @property
    def precision(self) -> float | None:
        """Of the warned of whom it is known, the share that was a scam."""
        warned = self.warned_scams + self.false_alarms
        return self.warned_scams / warned if warned else None

    @property
    def recall(self) -> float | None:
        """Of the scams that are known, the share that is warned of."""
        return self.warned_scams / self.scams if self.scams else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Somebody who changes: a ledger's id, the flag, the rule that warns in one book, why not in the other.

    `why` has lines of the book that warns, `why_not` of the one that does not.
    """

    person: str
    is_after: bool
    pattern: str
    rule: str
    flagged_at: datetime
    locale: str
    country: str
    why: tuple[str, ...]
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A book as it is named to people."""

    named: str
    sha256: str
    running: int  # rules that are live or shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Flags by verdict under either book; `is_shadow` where shadow rules said it, and nothing is sent."""

    verdict: str
    is_shadow: bool
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A whole backtest. `people_by` is by pattern, rule, locale, country, channel; `notes` are sentences."""

    firm: str
    made_at: datetime
    before: Edition
    after: Edition
    since: date
    until: date
    pulls: int
    runs: int
    flags_read: int
    people: Change
    flags: Change
    warnings: tuple[int, int]
    people_by: Mapping[str, tuple[Change, ...]]
    shadow_people: Change
    shadow_by_rule: tuple[Change, ...]
    verdicts: tuple[Verdicts, ...]
    costs: tuple[Cost, ...]
    currency: str
    unpriced: tuple[str, ...]
    trips: tuple[Trip, ...]
    known: tuple[Known, ...]
    samples: tuple[Sample, ...]
    notes: tuple[str, ...]
    judged: tuple[Judged, Judged] | None = None  # of both books; None where no outcome is known

    @property
    def money(self) -> tuple[Decimal, Decimal]:
        """What all channels would cost at most, as far as there are prices."""
        return (
            sum((cost.before.money for cost in self.costs), Decimal(0)),
            sum((cost.after.money for cost in self.costs), Decimal(0)),
        )
