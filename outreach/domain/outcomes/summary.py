"""What lines come to, counted: by everybody, and by a rule, a pattern, a channel or the like. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from outreach.domain.outcomes.level import CURVE, WINDOWS, Level, named


class Cut(StrEnum):
    """By what lines are told apart."""

    RULE = "rule"
    PATTERN = "pattern"
    CHANNEL = "channel"
    LOCALE = "locale"
    COUNTRY = "country"
    VARIANT = "variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """From the first warning to the money's leaving, where the warning came first: quantiles."""

    n: int = 0
    tenth: timedelta | None = None
    median: timedelta | None = None
    ninetieth: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Money of one level in one window ("" for the whole episode), in the outcome currency.

    `episodes`: of how many it is more than nothing. `open`: how many have not matured, and are not in it.
    """

    amount: Decimal = Decimal(0)
    episodes: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Warned episodes in a window of the curve: how many have matured, and how many of them lost."""

    matured: int = 0
    lost: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tired:
    """Warned episodes that were a person's `nth` in the time told of (3: the third or a later one)."""

    nth: int
    warned: int = 0
    seen: int = 0
    answered: int = 0
    opted_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All lines of one value of the cut; "" for all lines. Episodes, unless it says people."""

    name: str = ""
    people: int = 0
    flagged: int = 0
    eligible: int = 0  # a rule wanted to warn, or warned after a wait: what levels are counted of
    control: int = 0
    near_miss: int = 0
    gated: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    delivered: int = 0
    seen: int = 0
    answered: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)
    abandoned: int = 0
    continued: int = 0
    confirmed: int = 0
    too_late: int = 0  # eligible, and money left before a warning was handed over, or without one
    lead: Lead = Lead()
    sums: Mapping[tuple[Level, str], Sum] = field(default_factory=dict)
    lost: Mapping[str, Lost] = field(default_factory=dict)
    labelled: int = 0  # warned, and somebody said whether it was a scam
    false_alarms: int = 0
    opted_out: int = 0
    messages: int = 0
    cost: Decimal = Decimal(0)
    contradicted: int = 0
    unreckoned: int = 0  # flagged, and the ledger has not looked yet: nothing is known of their money


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everybody, then each value of the cut, the most flagged first; and how warnings tire."""

    everybody: Group
    groups: tuple[Group, ...] = ()
    tired: tuple[Tired, ...] = ()


ONCE = {Level.P0: "exposed", Level.P1: "held", Level.R: "recovered"}
NET = {Level.P2: "abandoned", Level.P3: "confirmed"}
SUMS: Mapping[tuple[Level, str], str] = {
    (level, window): column if not window else f"{column}_{window}"
    for level, column in sorted({**ONCE, **NET}.items())
    for window in ([named(one) for one in WINDOWS] if level in NET else [""])
}
"""The column of each level and window."""

LOST = {named(window): f"lost_{named(window)}" for window in CURVE}
