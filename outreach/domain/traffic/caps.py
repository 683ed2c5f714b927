"""Caps: how many SMS parts may go to a country or a block of numbers, and how much may be spent in a day.

Against SMS pumping, where somebody is paid for every message that a firm can be made to send to numbers of
theirs. A cap is exact: what is over it is not sent, by however many processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from outreach.domain.numbering import country_of

MILLIONTHS = 1_000_000
"""Money is tallied in millionths of its unit, as whole numbers."""

Slot = tuple[str, datetime]
"""A tally's key, and the beginning of its hour or day."""

COUNTRY_DIGITS = 4
"""The digits that tell a number's country."""

ELSEWHERE = "*"
"""The name of all countries that have no line of their own."""

SPEND = "spend"
PARTS = "parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """SMS parts in an hour and in a day; None: as many as there are."""

    per_hour: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapPolicy:
    """Of `caps` a number counts towards two: that of the longest prefix that it begins with (`+34901`), and
    that of its country (`ES`), or of all countries without a cap of their own together (`*`). `block`: a cap
    on every lot of numbers that share their first `block_digits` digits. `prices`: millionths of `currency`
    a part, by prefix, country or `*`, the narrowest that fits; where none does, the dearest. `per_day`: what
    may be spent in a day, in millionths."""

    caps: Mapping[str, Cap] = field(default_factory=dict)
    block: Cap = field(default_factory=Cap)
    block_digits: int = 7
    prices: Mapping[str, int] = field(default_factory=dict)
    currency: str = "USD"
    per_day: int | None = None

    @property
    def counts_numbers(self) -> bool:
        """Whether any number has a cap."""
        return bool(self.caps) or self.block != Cap()

    @property
    def counts_money(self) -> bool:
        """Whether money is counted."""
        return bool(self.prices)


class Counter(NamedTuple):
    """A tally that a message counts towards: its key, `hour` or `day`, and the most it may come to."""

    key: str
    slot: str
    most: int


class Meter(NamedTuple):
    """What one number counts towards, the narrowest first, and its price a part in millionths."""

    counters: tuple[Counter, ...]
    price: int


class Metering:
    """What each number counts towards under one policy; remembered by first digits, never by number."""

    def __init__(self, policy: CapPolicy) -> None:
        self.policy = policy
        longest = max(map(len, (*policy.caps, *policy.prices)), default=0)
        self._length = max(longest, policy.block_digits + 1, COUNTRY_DIGITS + 1)
        self._of = lru_cache(maxsize=65536)(self._meter)

    def meter(self, number: str) -> Meter:
        """Of one number, as in +34600000001."""
        return self._of(number[: self._length])

    def _meter(self, digits: str) -> Meter:
        policy = self.policy
        counters = []
        if policy.block != Cap():
            counters += _counters(digits[: policy.block_digits + 1], policy.block, "block")
        for name in (longest_prefix(policy.caps, digits), _country(policy.caps, digits)):
            counters += _counters(name, policy.caps[name], "cap") if name else []
        known = longest_prefix(policy.prices, digits) or _country(policy.prices, digits)
        price = policy.prices[known] if known else max(policy.prices.values(), default=0)
        return Meter(tuple(counters), price)


def longest_prefix(table: Mapping[str, object], number: str) -> str:
    """The longest key that the number begins with; "" where none does."""
    return next((number[:size] for size in range(len(number), 1, -1) if number[:size] in table), "")


def _country(table: Mapping[str, object], digits: str) -> str:
    country = country_of(digits)
    return country if country in table else ELSEWHERE if ELSEWHERE in table else ""


def _counters(prefix: str, cap: Cap, kind: str) -> list[Counter]:
    most = {"hour": cap.per_hour, "day": cap.per_day}
    return [Counter(f"{kind}/{prefix}/{slot}", slot, at) for slot, at in most.items() if at is not None]


def spend_key(policy: CapPolicy) -> str:
    """The tally of everything spent in a day."""
    return f"{SPEND}/{policy.currency}/day"
