"""Reading a line of an outcome feed: what it tells, or what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum

from outreach.domain.outcomes.rate import FEED
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind


class Fault(StrEnum):
    """Why a line tells nothing; stored and counted, so the words never change."""

    MISSING_KIND = "missing_kind"
    MISSING_TIME = "missing_time"
    MISSING_USER = "missing_user"
    MISSING_PLACE = "missing_beneficiary"
    MISSING_CURRENCY = "missing_currency"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"
    BAD_CURRENCY = "bad_currency"
    BAD_NUMBER = "bad_number"
    NEGATIVE = "negative_amount"
    IN_THE_FUTURE = "in_the_future"
    LONG_AGO = "long_ago"


FAULTS: Mapping[Fault, str] = {
    Fault.MISSING_KIND: "says not what is told",
    Fault.MISSING_TIME: "says not when it happened",
    Fault.MISSING_USER: "says not whom it is about",
    Fault.MISSING_PLACE: "says not which beneficiary it is about",
    Fault.MISSING_CURRENCY: "an amount without its currency",
    Fault.NOTHING_TO_WITHDRAW: "withdraws without the source_id of what was told",
    Fault.BAD_CURRENCY: "a currency is two to twelve letters and digits, such as EUR or USDT",
    Fault.BAD_NUMBER: "no number, or one of more than 20 digits before and 18 behind the point",
    Fault.NEGATIVE: "less than nothing",
    Fault.IN_THE_FUTURE: "happens more than a day from now",
    Fault.LONG_AGO: "happened before the year 2000: more likely a clock than money",
}
"""Each in words."""

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far a source's clock may run before ours."""

MOST = Decimal(10) ** 20
LONGEST_WORD = 64
_WIDE = Context(prec=60)
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_OF_PERSONS = frozenset({Kind.MADE, Kind.CANCELLED, Kind.LAPSED, Kind.LOSS, Kind.RECOVERED})
_BY_LISTS = frozenset({Kind.LISTED})


@dataclass(eq=False)
class Wrong(Exception):
    """What is wrong, and in which column."""

    fault: Fault
    column: str


def read(row: Mapping[str, object], now: datetime) -> Saying:
    """What a row of the columns tells. Raises Wrong with the first thing that is wrong."""
    kind = _kind(row)
    source_id, user, place = (_text(row, name) for name in ("source_id", "user_ref", "beneficiary"))
    _check_whom(kind, source_id, user, place)
    amount, rate = _number(row, "amount"), _number(row, "rate")
    currency = _currency(row)
    if amount is not None and currency is None:
        raise Wrong(Fault.MISSING_CURRENCY, "currency")
    return Saying(
        kind=kind,
        at=_at(row, now),
        source_id=source_id,
        user_ref="" if kind in _BY_LISTS else user,
        transfer_ref=_text(row, "transfer_ref"),
        beneficiary=place,
        rail=_word(row, "rail") or _word(row, "chain"),
        amount=amount,
        currency=currency,
        rate=rate or None,
        rate_source=(_word(row, "rate_source") or FEED) if rate else None,
        by=By(_text(row, "by") or (By.LISTS if kind in _BY_LISTS else By.UNKNOWN)),
    )


def _kind(row: Mapping[str, object]) -> Kind:
    word = _text(row, "kind")
    if word not in set(Kind):
        raise Wrong(Fault.MISSING_KIND, "kind")
    return Kind(word)


def _check_whom(kind: Kind, source_id: str, user: str, place: str) -> None:
    if kind is Kind.WITHDRAWN and not source_id:
        raise Wrong(Fault.NOTHING_TO_WITHDRAW, "source_id")
    if kind in _OF_PERSONS and not user:
        raise Wrong(Fault.MISSING_USER, "user_ref")
    if kind in _BY_LISTS and not place:
        raise Wrong(Fault.MISSING_PLACE, "beneficiary")
    if kind in {Kind.SCAM, Kind.LEGITIMATE} and not (user or place):
        raise Wrong(Fault.MISSING_USER, "user_ref")


def _at(row: Mapping[str, object], now: datetime) -> datetime:
    at = row.get("at")
    if not isinstance(at, datetime):
        raise Wrong(Fault.MISSING_TIME, "at")
    if at > now + AHEAD:
        raise Wrong(Fault.IN_THE_FUTURE, "at")
    if at < FIRST:
        raise Wrong(Fault.LONG_AGO, "at")
    return at.astimezone(UTC)


def _currency(row: Mapping[str, object]) -> str | None:
    word = _text(row, "currency").upper()
    if word and not _CURRENCY.fullmatch(word):
        raise Wrong(Fault.BAD_CURRENCY, "currency")
    return word or None


def _number(row: Mapping[str, object], column: str) -> Decimal | None:
    """An exact number; zero is one, and less is none."""
    text = _text(row, column)
    if not text:
        return None
    number = _decimal(text)
    if number is None or abs(number) >= MOST or not _is_kept_whole(number):
        raise Wrong(Fault.BAD_NUMBER, column)
    if number < 0:
        raise Wrong(Fault.NEGATIVE, column)
    return number


def _is_kept_whole(number: Decimal) -> bool:
    """Whether eighteen decimals are enough for it."""
    return _WIDE.remainder(number.scaleb(18, _WIDE), Decimal(1)) == 0


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _word(row: Mapping[str, object], name: str) -> str:
    """A short name that is kept as it is: without whatever cannot be shown."""
    return "".join(c for c in _text(row, name) if c.isprintable())[:LONGEST_WORD]


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()
