"""Limits: when a person must look before a run is sent, and until when a warning is of use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.limits import (
    LONGEST_USEFUL,
    BlastPolicy,
    Limit,
    Seen,
    Spent,
    day_of,
    expires_at,
    over,
    over_budget,
    passed,
    unusual,
)
from outreach.domain.ruleset import Limits
from tests.build import NOW, a_rule

SHARE = Limits(max_share=Decimal("0.02"))


@pytest.mark.parametrize(
    ("limits", "users", "read", "is_over"),
    [
        (Limits(), 10**6, 10**6, False),
        (Limits(max_users=3), 3, 3, False),
        (Limits(max_users=3), 4, 10**6, True),
        (Limits(max_users=0), 1, 10, True),
        (SHARE, 49, 49, False),  # too few for a share to say anything
        (SHARE, 50, 50, True),
        (SHARE, 100, 5000, False),
        (SHARE, 101, 5000, True),
        (SHARE, 50, 0, False),
        (Limits(max_share=Decimal("0.5"), max_users=10), 11, 10**6, True),
        (Limits(max_share=Decimal("0.02"), max_users=10**6), 200, 5000, True),
    ],
)
def test_a_run_is_over_its_limits_only_beyond_the_number_or_the_share(
    limits: Limits, users: int, read: int, is_over: bool
) -> None:
    assert bool(over(limits, users, read)) is is_over


def test_what_is_over_says_both_figures() -> None:
    assert over(Limits(max_users=1000), 2500, 10**6) == "2,500 people, more than max_users 1,000"
    assert over(SHARE, 500, 5000) == "500 of 5,000 flags (10.0%), more than max_share 2.0%"


@pytest.mark.parametrize(
    ("expires", "facts", "at"),
    [
        (timedelta(hours=6), {}, NOW + timedelta(hours=6)),
        ("hold_expires_at", {"hold_expires_at": NOW + timedelta(hours=2)}, NOW + timedelta(hours=2)),
        ("hold_expires_at", {}, NOW + LONGEST_USEFUL),
        ("hold_expires_at", {"hold_expires_at": None}, NOW + LONGEST_USEFUL),
        ("hold_expires_at", {"hold_expires_at": "soon"}, NOW + LONGEST_USEFUL),
    ],
)
def test_a_warning_always_has_an_hour_after_which_it_is_not_sent(
    expires: object, facts: dict[str, object], at: object
) -> None:
    assert expires_at(a_rule(expires=expires).warn, facts, NOW) == at  # type: ignore[arg-type]


def test_an_hours_limit_counts_over_all_runs_and_says_so() -> None:
    limits = Limits(max_per_hour=100)

    assert passed(limits, Seen(users=60, read=0, let_go=40), BlastPolicy()) == ()
    (found,) = passed(limits, Seen(users=61, read=0, let_go=40), BlastPolicy())
    assert (found.limit, found.words) == (
        Limit.HOUR,
        "61 people with 40 of the hour before, more than max_per_hour 100",
    )


USUAL = (90, 110, 100, 95, 105, 100, 4000)
"""A week with one day that was out of all bounds."""


@pytest.mark.parametrize(
    ("limits", "today", "days", "approved", "is_held"),
    [
        (Limits(), 500, USUAL, 0, False),
        (Limits(), 501, USUAL, 0, True),  # the median is not moved by one day of 4,000
        (Limits(), 501, USUAL[:6], 0, False),  # too few days to say what is usual
        (Limits(), 99, (0,) * 7, 0, False),  # too few people to matter
        (Limits(), 100, (0,) * 7, 0, True),
        (Limits(times_usual=Decimal(10)), 1000, USUAL, 0, False),
        (Limits(times_usual=Decimal(0)), 10**6, USUAL, 0, False),
        (Limits(), 1200, USUAL, 600, False),  # a person saw 600 and said yes: not again before 1,200
        (Limits(), 1201, USUAL, 600, True),
    ],
)
def test_a_day_is_held_where_it_is_many_times_the_rules_usual(
    limits: Limits, today: int, days: tuple[int, ...], approved: int, is_held: bool
) -> None:
    seen = Seen(users=1, read=10, today=today, days=days, approved=approved)

    assert bool(unusual(limits, seen, BlastPolicy())) is is_held


def test_an_unusual_day_is_told_with_its_figures() -> None:
    said = unusual(Limits(), Seen(users=1, read=1, today=612, days=USUAL), BlastPolicy())

    assert said == "612 people today, 6.1 times its usual 100 a day (of 7 days; the alarm: 5 times)"


@given(
    st.lists(st.integers(50, 150), min_size=7, max_size=28), st.lists(st.integers(10**4, 10**6), max_size=3)
)
def test_a_few_wild_days_never_hide_a_wild_day(calm: list[int], wild: list[int]) -> None:
    seen = Seen(users=1, read=1, today=1000, days=(*calm, *wild))

    assert unusual(Limits(), seen, BlastPolicy())


def test_a_budget_of_messages_and_of_money_is_told_with_what_went_before() -> None:
    policy = BlastPolicy(messages_per_day=100, money_per_day=5_000_000, currency="EUR")
    found = over_budget(60, 50_000, Spent(50, 2_500_000), policy)

    assert [each.words for each in found] == [
        "60 people after 50 messages today, more than messages_per_day 100",
        "about 3.00 EUR after 2.50 EUR today, more than money_per_day 5.00 EUR",
    ]
    assert over_budget(50, 50_000, Spent(50, 2_500_000), policy) == ()
    assert over_budget(50, 0, Spent(50, 10**9), policy) == ()  # who costs nothing passes no purse


@pytest.mark.parametrize(
    ("zone", "began"),
    [
        ("UTC", datetime(2026, 10, 25, tzinfo=UTC)),
        ("Europe/Madrid", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 10, 25, 4, tzinfo=UTC)),
    ],
)
def test_a_day_is_the_firms_own_also_when_clocks_change(zone: str, began: datetime) -> None:
    assert day_of(datetime(2026, 10, 25, 12, tzinfo=UTC), zone) == began
