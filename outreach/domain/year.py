"""The year in figures: its window, what is counted of it, and what a case's first 24 hours say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum

from outreach.domain.lesson import FEED as EDUCATION
from outreach.domain.lookback import PATTERN as SILENT_LOSS
from outreach.domain.moment import zone_of

NO_WARNINGS = (EDUCATION, "recovery", SILENT_LOSS)
"""Patterns whose messages warn of no transfer: lessons, a case's closing words, and help after a loss."""

DAY = timedelta(hours=24)


class Tier(IntEnum):
    """How far a warning went with a person; the further ones hold the nearer ones."""

    AUTOMATIC = 1
    QUESTIONNAIRE = 2
    CALL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A calendar year on the firm's clock, from `since` to before `until` (aware UTC).

    `is_over`: False for the year that is running, which ends at the moment that it is asked.
    """

    year: int
    zone: str
    since: datetime
    until: datetime
    is_over: bool


def window(year: int, zone: str, now: datetime) -> Window | None:
    """The window of a year; None where it has not begun."""
    clock = zone_of(zone)
    since, end = (datetime(each, 1, 1, tzinfo=clock).astimezone(UTC) for each in (year, year + 1))
    if since >= now:
        return None
    return Window(year=year, zone=clock.key, since=since, until=min(end, now), is_over=end <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWay:
    """A case: when it was opened, and each moment at which it was over (True) or open again (False)."""

    person: str
    opened_at: datetime
    turns: tuple[tuple[datetime, bool], ...]

    def is_settled_in(self, length: timedelta) -> bool:
        """Whether it was over when this long had gone by since it was opened, to the microsecond."""
        states = [is_over for at, is_over in self.turns if at <= self.opened_at + length]
        return bool(states) and states[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """One sum of a case. `kind`: refunded, recovered, or corrected (taken off again)."""

    person: str
    kind: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOn:
    """Addresses of one chain: newly listed, still listed of them at the end, and all listed at the end."""

    chain: str
    new: int
    still: int
    standing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a level claims of the year's warned episodes, in one currency: those that have matured, of how
    many people, and how many may still change."""

    level: str
    currency: str
    amount: Decimal
    people: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted of a window, bare: nothing of it is published before small counts are hidden."""

    tiers: dict[Tier, int]
    after_loss: int
    cases: tuple[CaseWay, ...]
    money: tuple[Money, ...]
    listed: tuple[ListedOn, ...]
    answered: int
    said_mine: int
    claimed: tuple[Claimed, ...] = ()  # empty: nothing was reckoned

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened."""
        counts = (*self.tiers.values(), self.after_loss, self.answered, *(one.new for one in self.listed))
        return not (any(counts) or self.cases or self.money)
