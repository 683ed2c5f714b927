"""A line of an outcome feed tells one thing, or says what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.outcomes.columns import COLUMNS
from outreach.domain.outcomes.rate import rate_of
from outreach.domain.outcomes.reading import FAULTS, Fault, Wrong, read
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_row(**said: Any) -> dict[str, Any]:
    """Money left."""
    usual = {"kind": "made", "at": NOW - timedelta(hours=1), "source_id": "1", "user_ref": "ann"}
    return {**dict.fromkeys(COLUMNS), **usual, **said}


def fault(**said: Any) -> tuple[Fault, str]:
    """What is wrong with a row."""
    with pytest.raises(Wrong) as wrong:
        read(a_row(**said), NOW)
    return wrong.value.fault, wrong.value.column


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"kind": None}, (Fault.MISSING_KIND, "kind")),
        ({"at": None}, (Fault.MISSING_TIME, "at")),
        ({"user_ref": None}, (Fault.MISSING_USER, "user_ref")),
        ({"kind": "scam", "user_ref": None}, (Fault.MISSING_USER, "user_ref")),
        ({"kind": "listed"}, (Fault.MISSING_PLACE, "beneficiary")),
        ({"kind": "withdrawn", "source_id": None}, (Fault.NOTHING_TO_WITHDRAW, "source_id")),
        ({"amount": "1"}, (Fault.MISSING_CURRENCY, "currency")),
        ({"amount": "1", "currency": "$"}, (Fault.BAD_CURRENCY, "currency")),
        ({"amount": "-1", "currency": "USD"}, (Fault.NEGATIVE, "amount")),
        ({"amount": "1_000", "currency": "USD"}, (Fault.BAD_NUMBER, "amount")),
        ({"amount": "NaN", "currency": "USD"}, (Fault.BAD_NUMBER, "amount")),
        ({"amount": "1e-19", "currency": "ETH"}, (Fault.BAD_NUMBER, "amount")),
        ({"amount": "1e20", "currency": "ETH"}, (Fault.BAD_NUMBER, "amount")),
        ({"rate": "-1"}, (Fault.NEGATIVE, "rate")),
        ({"at": NOW + timedelta(days=2)}, (Fault.IN_THE_FUTURE, "at")),
        ({"at": datetime(1970, 1, 1, tzinfo=UTC)}, (Fault.LONG_AGO, "at")),
    ],
)
def test_what_is_wrong_is_said_with_its_column(said: dict[str, Any], wrong: tuple[Fault, str]) -> None:
    assert fault(**said) == wrong
    assert FAULTS[wrong[0]]


def test_a_line_tells_what_it_says() -> None:
    row = a_row(amount="0.000000000000000001", currency="eth", rate="3000.5", by="core", rail="chain\u202e")

    assert read(row, NOW) == Saying(
        kind=Kind.MADE,
        at=NOW - timedelta(hours=1),
        source_id="1",
        user_ref="ann",
        rail="chain",
        amount=Decimal("0.000000000000000001"),
        currency="ETH",
        rate=Decimal("3000.5"),
        rate_source="feed",
        by=By.CORE,
    )


def test_a_listing_is_about_nobody_and_by_the_lists() -> None:
    told = read(a_row(kind="listed", beneficiary="0xabc"), NOW)

    assert (told.user_ref, told.by) == ("", By.LISTS)


def test_the_same_moment_and_amount_are_the_same_telling_however_they_are_spelled() -> None:
    elsewhere = (NOW - timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
    one = read(a_row(amount="100", currency="usd"), NOW)
    other = read(a_row(amount="1.000e2", currency="USD", at=elsewhere), NOW)

    assert one.content == other.content


@given(st.decimals(min_value=0, max_value=Decimal(10) ** 20 - 1, places=18))
def test_no_digit_of_an_amount_is_lost(amount: Decimal) -> None:
    told = read(a_row(amount=format(amount, "f"), currency="ETH"), NOW)

    assert told.amount == amount


def test_two_tellings_that_differ_anywhere_have_other_contents() -> None:
    rows = [a_row(), a_row(source_id="2"), a_row(user_ref="an"), a_row(user_ref="a", transfer_ref="nn")]
    rows += [a_row(kind="lapsed"), a_row(by="core"), a_row(amount="1", currency="USD")]
    rows += [a_row(beneficiary="x"), a_row(rail="x"), a_row(at=NOW), a_row(rate="2")]
    contents = [read(row, NOW).content for row in rows]

    assert len(set(contents)) == len(contents) - 1  # the id is what a telling is told under, not what it says


@pytest.mark.parametrize(
    ("worth", "amount", "rate"),
    [("6000", "2", "3000"), ("1", "3", "0.333333333333333333"), ("0", "2", None), ("5", "0", None),
     ("NaN", "2", None), ("-5", "2", None), ("0.0000001", "100000000000000", None)],
)  # fmt: skip
def test_a_rate_is_what_one_unit_was_worth_or_nothing(worth: str, amount: str, rate: str | None) -> None:
    assert rate_of(Decimal(worth), Decimal(amount)) == (None if rate is None else Decimal(rate))
