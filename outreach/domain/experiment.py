"""Experiments: how a rule's effect is measured, said in its file and registered before anybody is assigned.

What is registered is a text: design, metric, cap, window, band. Its hash is the registration, and the lot
that assigns people is drawn by it; so another metric or band is another experiment, with other lots.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from outreach.domain.condition import Condition
from outreach.domain.windows import named

TREATED, CONTROL = "treated", "control"
ARMS = (TREATED, CONTROL)
PLAIN = "a"
"""The wording of a template that has no name of its own; `<name>@b` is `b`."""

HALF = Decimal("0.5")
SPARED = "vulnerable people, confirmed victims"
DAY = timedelta(hours=24)
"""How long the control arm of a wait list waits: losses are counted by this window, and no shorter one."""
MOST_HELD_BACK = Decimal("0.2")


class Design(StrEnum):
    """How the comparison comes about, from the strongest to the weakest."""

    TIE_BREAKER = "tie_breaker"  # always above the band, never below, by lot inside
    HOLDBACK = "holdback"  # a few of those between the cut-off and a must-warn score are not warned
    WAIT_LIST = "wait_list"  # by lot some are warned a day later
    CALL_LOTTERY = "call_lottery"  # everybody is warned; who is called first is drawn
    DISCONTINUITY = "discontinuity"  # nobody is assigned: near misses beside those just over the cut-off
    VARIANTS = "variants"  # everybody is warned; in which words is drawn


class Metric(StrEnum):
    """What the arms are compared by."""

    CASES = "cases"  # people who lost money to a confirmed scam within the window
    MONEY = "money"  # what they lost, each capped
    ANSWERED = "answered"  # warnings that a person answered: of words against words only


WITHHOLDS = frozenset({Design.TIE_BREAKER, Design.HOLDBACK, Design.WAIT_LIST})
"""Designs with an arm that is not warned, or not yet."""

LESSENS = WITHHOLDS | {Design.CALL_LOTTERY}
"""Designs with an arm that gets less, or later: never where it is critical, and never of whom it spares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A rule's experiment as its file says it.

    `band` is the half-width around the cut-off, `below` the must-warn score, `share` the part of the people
    in the control arm, `until` its last day (UTC). Only whom `spared` is certainly false of is assigned,
    where an arm gets less.
    """

    pattern: str
    rule: str
    design: Design
    score: str = ""
    cut_off: Decimal | None = None
    band: Decimal | None = None
    below: Decimal | None = None
    share: Decimal = HALF
    wait: timedelta | None = None
    variants: tuple[str, ...] = ()
    metric: Metric = Metric.CASES
    cap: Decimal | None = None
    window: timedelta = timedelta(days=14)
    until: date | None = None
    definition: str = ""  # the version of what metric and window mean
    spared: Condition | None = field(default=None, compare=False)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that somebody may be assigned to; none where nobody is."""
        if self.design is Design.VARIANTS:
            return self.variants
        return () if self.design is Design.DISCONTINUITY else ARMS

    @property
    def withholds(self) -> bool:
        """Whether one of its arms is not warned, or not yet."""
        return self.design in WITHHOLDS

    @property
    def lessens(self) -> bool:
        """Whether one of its arms gets less, or later, than the other."""
        return self.design in LESSENS

    @property
    def text(self) -> str:
        """What is registered: one line a term, the same for the same experiment."""
        return _text(self)

    @property
    def sha256(self) -> str:
        """The registration: the hash of its text."""
        return _sha256(self)

    def is_over(self, now: datetime) -> bool:
        """Whether its last day has gone by."""
        return self.is_over_by(now.astimezone(UTC).date())

    def is_over_by(self, day: date) -> bool:
        """Whether its last day was before this one."""
        return self.until is not None and day > self.until

    def covers(self, score: Decimal | None, *, warns: bool) -> bool:
        """Whether somebody with this score takes part, whom the cut-off alone warns or not."""
        if self.design is Design.TIE_BREAKER:
            return self._is_in_band(score)
        if self.design is Design.DISCONTINUITY:
            return score is not None
        if not warns or (self.score and score is None):
            return False
        return self.below is None or (score is not None and score < self.below)

    def _is_in_band(self, score: Decimal | None) -> bool:
        if score is None or self.band is None or self.cut_off is None:
            return False
        return abs(score - self.cut_off) < self.band

    @property
    def over(self) -> tuple[Decimal, ...]:
        """Scores that one must be over to take part."""
        return (self.cut_off - self.band,) if self.band is not None and self.cut_off is not None else ()

    @property
    def under(self) -> tuple[Decimal, ...]:
        """Scores that one must be under to take part."""
        around = (self.cut_off + self.band,) if self.band is not None and self.cut_off is not None else ()
        return (*around, *(() if self.below is None else (self.below,)))

    def arm(self, lot: float) -> str:
        """The arm of whoever drew this lot, 0 … 1; "" where nobody is assigned."""
        if self.design is Design.VARIANTS:
            return self.variants[min(int(lot * len(self.variants)), len(self.variants) - 1)]
        if self.design is Design.DISCONTINUITY:
            return ""
        return TREATED if lot < 1 - self.share else CONTROL


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An experiment as it was registered, for whoever measures it.

    `since` is when it was first registered, `ended_at` when it went out of force (None: it is in force);
    `sizes` has by arm how many people were assigned so far; "" are those compared without an arm.
    """

    sha256: str
    pattern: str
    rule: str
    design: Design
    metric: Metric
    cap: Decimal | None
    window: timedelta
    band: Decimal | None
    cut_off: Decimal | None
    below: Decimal | None
    share: Decimal
    since: datetime
    until: date | None
    ended_at: datetime | None
    arms: tuple[str, ...]
    text: str
    definition: str
    sizes: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=4096)  # a firm has a few experiments, a run a million people
def _text(one: Experiment) -> str:
    terms = {
        "pattern": one.pattern,
        "rule": one.rule,
        "design": one.design.value,
        "score": one.score,
        "cut_off": _number(one.cut_off),
        "band": _number(one.band),
        "must_warn_from": _number(one.below),
        "control_share": _number(one.share) if one.arms == ARMS else "",
        "arms": ", ".join(one.arms),
        "wait": named(one.wait) if one.wait else "",
        "metric": one.metric.value,
        "cap": _number(one.cap),
        "window": named(one.window),
        "until": one.until.isoformat() if one.until else "",
        "spared": SPARED if one.lessens else "",
        "unit": "person",
        "analysis": "intention to treat",
        "definition": one.definition,
    }
    return "".join(f"{name}: {value}\n" for name, value in terms.items() if value)


@lru_cache(maxsize=4096)
def _sha256(one: Experiment) -> str:
    return hashlib.sha256(one.text.encode()).hexdigest()


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def terms(text: str) -> dict[str, str]:
    """The terms of a registered text, by name."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
