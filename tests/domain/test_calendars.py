"""Days in the calendars of Iran, Afghanistan and Thailand, against days that are known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.calendars import in_digits, solar_hijri, written

# Nowruz as the official calendar of Iran had it or has fixed it.
NOWRUZ = {
    1348: date(1969, 3, 21), 1357: date(1978, 3, 21), 1358: date(1979, 3, 21), 1370: date(1991, 3, 21),
    1375: date(1996, 3, 20), 1376: date(1997, 3, 21), 1379: date(2000, 3, 20), 1395: date(2016, 3, 20),
    1399: date(2020, 3, 20), 1400: date(2021, 3, 21), 1403: date(2024, 3, 20), 1404: date(2025, 3, 21),
    1405: date(2026, 3, 21), 1407: date(2028, 3, 20), 1408: date(2029, 3, 20), 1409: date(2030, 3, 21),
}  # fmt: skip


@pytest.mark.parametrize(("year", "day"), NOWRUZ.items())
def test_a_year_begins_at_nowruz_and_not_a_day_before(year: int, day: date) -> None:
    assert solar_hijri(day) == (year, 1, 1)
    assert solar_hijri(day - timedelta(days=1))[:2] == (year - 1, 12)


@pytest.mark.parametrize("year", [1375, 1379, 1399, 1403, 1408])
def test_a_leap_year_has_a_thirtieth_of_esfand(year: int) -> None:
    last = NOWRUZ[year] + timedelta(days=365)
    assert solar_hijri(last) == (year, 12, 30)
    assert solar_hijri(last + timedelta(days=1)) == (year + 1, 1, 1)


@pytest.mark.parametrize("year", [1376, 1400, 1404, 1405, 1407, 1409])
def test_another_year_ends_with_the_twenty_ninth(year: int) -> None:
    assert solar_hijri(NOWRUZ[year] + timedelta(days=364)) == (year, 12, 29)
    assert solar_hijri(NOWRUZ[year] + timedelta(days=365)) == (year + 1, 1, 1)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(1970, 1, 1), (1348, 10, 11)),
        (date(1979, 2, 11), (1357, 11, 22)),
        (date(2026, 9, 22), (1405, 6, 31)),
        (date(2026, 9, 23), (1405, 7, 1)),
        (date(2026, 11, 23), (1405, 9, 2)),
    ],
)
def test_known_days_have_their_known_dates(day: date, said: tuple[int, int, int]) -> None:
    assert solar_hijri(day) == said


@given(st.dates(min_value=date(1799, 4, 1), max_value=date(2122, 1, 1)))
def test_the_day_after_is_the_next_of_the_month_or_the_first(day: date) -> None:
    year, month, of_month = solar_hijri(day)
    after = solar_hijri(day + timedelta(days=1))
    next_month = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
    assert after in ((year, month, of_month + 1), next_month)
    assert after[2] <= (31 if after[1] <= 6 else 30)


def test_each_language_has_its_own_calendar() -> None:
    day = date(2028, 2, 29)
    assert written(day, "fa", None) == "10 اسفند 1406"
    assert written(day, "fa", "AF") == "10 حوت 1406"
    assert written(day, "th", "TH") == "29 ก.พ. 2571"
    assert written(day, "th", None, is_long=True) == "29 กุมภาพันธ์ พ.ศ. 2571"
    assert written(day, "ur", "PK") is written(day, "bn", None) is written(day, "en", "TH") is None


def test_digits_are_turned_where_the_language_has_its_own() -> None:
    assert in_digits("14:05", "arabext") == "۱۴:۰۵"
    assert in_digits("14:05", "beng") == "১৪:০৫"
    assert in_digits("14:05", "latn") == "14:05"
