"""Figures of what warnings came to: each with its level, window, method, n and definition. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.domain.outcomes.measured import Measured, Naive
from outreach.domain.outcomes.summary import Cut, Group, Tired


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `words` is what is read, `value` the same as a number (money as plain digits) or None.

    `n` of what it was counted, `of` says what that is. `level`, `window` and `method` are "" where they say
    nothing; `low` and `high` only with an interval.
    """

    key: str
    title: str
    words: str
    value: int | float | str | None
    n: int
    of: str
    definition: str
    unit: str = ""
    level: str = ""
    window: str = ""
    method: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Figures that belong together; `more` is said below them."""

    key: str
    title: str
    figures: tuple[Figure, ...]
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The chapters of everybody ("") or of one value of the cut; `group` is what they were made of."""

    name: str
    group: Group
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """What warnings came to from `since` to before `until`: everybody, then each value of the cut.

    What people lost is in `currency`, what messages and calls cost is `priced_in` another, perhaps.
    """

    firm: str
    currency: str
    priced_in: str
    definition: str
    since: datetime
    until: datetime
    made_at: datetime
    cut: Cut | None
    everybody: Part
    parts: tuple[Part, ...]
    tired: tuple[Tired, ...]
    measured: tuple[Measured, ...]
    naive: tuple[Naive, ...]

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """Everybody first."""
        return (self.everybody, *self.parts)

    @property
    def is_empty(self) -> bool:
        """Whether nobody was flagged at all."""
        return not self.everybody.group.flagged
