"""What a comparison came to: an estimate with its interval and all that was checked, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from outreach.domain.experiment import Design, Metric

NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check that travels with the figure.

    `withholds`: where it fails, no figure is told, and `needed` says what would have to be there.
    """

    name: str
    passed: bool
    words: str
    withholds: bool = False
    needed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSeen:
    """One arm: people assigned, whose window has matured, to how many of these it happened, their sum."""

    name: str
    people: int
    matured: int
    happened: int
    amount: Decimal = Decimal(0)  # each capped, in the outcome currency

    @property
    def share(self) -> float:
        """Of the matured."""
        return self.happened / self.matured if self.matured else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What warning a person changes, on average: more than nothing is prevented (or, of answers, won).

    In events a person, or in the outcome currency a person. `low` … `high` holds the truth in 95 of 100.
    """

    estimate: float
    low: float
    high: float

    def times(self, count: float) -> Effect:
        """The same of so many people."""
        return Effect(estimate=self.estimate * count, low=self.low * count, high=self.high * count)

    @property
    def is_settled(self) -> bool:
        """Whether it is known to be more, or less, than nothing."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What was spent for each unit prevented; its interval is that of the effect, for spending is known.

    `high` is None where the effect may as well be nothing: then there is no most.
    """

    each: float
    low: float
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One registration's figure at level P4, or the refusal of it.

    `effect` is None exactly where `refusal` says why. `where` says of whom it is true. `warned` is how many
    matured people it may be multiplied by, and no others. `spent` is what messages and calls cost for a
    person who was to be warned more than for one who was not, on average, in the currency of prices.
    """

    registration: str
    pattern: str
    rule: str
    design: Design
    metric: Metric
    window: str
    method: str
    definition: str
    where: str
    cap: Decimal | None = None
    until: date | None = None
    arms: tuple[ArmSeen, ...] = ()
    effect: Effect | None = None
    relative: Effect | None = None  # of those not warned, the share of losses that is spared
    money: Effect | None = None
    spent: float | None = None
    versus: str = ""  # of wordings: which one is compared with the first
    warned: int = 0
    curve: tuple[tuple[str, Effect], ...] = ()
    checks: tuple[Check, ...] = ()
    refusal: str = ""

    @property
    def prevented(self) -> Effect | None:
        """Cases prevented among those whom the figure is true of."""
        return self.effect.times(self.warned) if self.effect else None

    def price(self, effect: Effect) -> Price | None:
        """Of one unit of this effect; None where nothing more was spent, or none was seen to be prevented."""
        if not self.spent or self.spent < 0 or effect.estimate <= 0:
            return None
        high = self.spent / effect.low if effect.low > 0 else None
        return Price(each=self.spent / effect.estimate, low=self.spent / effect.high, high=high)

    @property
    def open(self) -> int:
        """People who are assigned and whose window has not matured."""
        return sum(arm.people - arm.matured for arm in self.arms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naive:
    """A figure as the field tells it, shown only beside ours: it says nothing of what a warning changed."""

    name: str
    words: str
    amount: Decimal | None = None
    share: float | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Everything that was measured, or refused, and what not to publish."""

    measured: tuple[Measured, ...] = ()
    naive: tuple[Naive, ...] = field(default=())
