"""Moments: the person's own clock first, UTC beside it, and what support types is understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.moment import both, read_moment
from outreach.domain.printable import printable

NOW = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Madrid", "2027-03-02 00:30 CET (2027-03-01 23:30 UTC)"),
        ("America/New_York", "2027-03-01 18:30 EST (23:30 UTC)"),
        ("Asia/Kathmandu", "2027-03-02 05:15 +0545 (2027-03-01 23:30 UTC)"),
        ("UTC", "2027-03-01 23:30 UTC"),
        (None, "2027-03-01 23:30 UTC"),
        ("No/Such_Zone", "2027-03-01 23:30 UTC"),
    ],
)
def test_a_moment_is_shown_on_the_persons_clock_with_utc_beside(zone: str | None, shown: str) -> None:
    assert both(NOW, zone) == shown


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2027-02-28", datetime(2027, 2, 28, tzinfo=UTC)),
        ("2027-02-28T14:00", datetime(2027, 2, 28, 14, tzinfo=UTC)),
        ("2027-02-28T14:00+01:00", datetime(2027, 2, 28, 13, tzinfo=UTC)),
        ("2d", NOW - timedelta(days=2)),
        ("12h", NOW - timedelta(hours=12)),
        (" 30M ", NOW - timedelta(minutes=30)),
        ("yesterday", None),
        ("d", None),
        ("-2d", None),
        ("99999999999d", None),
        ("²d", None),
        ("", None),
    ],
)
def test_a_typed_time_is_understood_or_refused(typed: str, moment: datetime | None) -> None:
    assert read_moment(typed, NOW) == moment


@given(st.text(max_size=30))
def test_nothing_typed_as_a_time_breaks_anything(typed: str) -> None:
    moment = read_moment(typed, NOW)

    assert moment is None or moment.tzinfo is not None


@given(st.text(max_size=60))
def test_nothing_printable_holds_an_escape_or_turns_the_text_around(text: str) -> None:
    shown = printable(text)

    assert not any(c in shown for c in "\x1b\x07\x08\0\x9b\u202d\u202e\r")
    assert printable(shown) == shown


def test_line_breaks_and_other_scripts_stay_as_they_are() -> None:
    assert printable("a\nb\tمرحبا नमस्ते 你好") == "a\nb\tمرحبا नमस्ते 你好"
