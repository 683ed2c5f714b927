"""A backtest says which runs would be held: by a rule's limits, the day's budgets, or the alarm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from outreach.domain.backtest import Trip
from outreach.domain.backtest_limits import Turn, trips
from outreach.domain.limits import BlastPolicy
from outreach.domain.ruleset import Limits

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
NONE = BlastPolicy(times_usual=Decimal(0))


def turn(users: int, *, at: datetime = NOON, limits: Limits | None = None, rule: str = "a/b") -> Turn:
    return Turn(
        run=f"run {at:%d %H:%M}",
        at=at,
        rule=rule,
        limits=limits or Limits(),
        urgency=1,
        users=users,
        read=1000,
    )


def held(*turns: Turn, policy: BlastPolicy = NONE) -> dict[str, tuple[int, str]]:
    return {one.rule: (one.runs, one.words) for one in trips(turns, policy, is_after=True)}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(max_users=59), "60 people, more than max_users 59"),
        (Limits(max_share=Decimal("0.05")), "60 of 1,000 flags (6.0%), more than max_share 5.0%"),
        (Limits(max_per_hour=59), "60 people with 0 of the hour before, more than max_per_hour 59"),
    ],
)
def test_each_limit_of_a_rule_is_told_with_its_figures(limits: Limits, words: str) -> None:
    assert held(turn(60, limits=limits)) == {"a/b": (1, words)}
    assert not held(turn(60))


def test_of_several_runs_the_largest_is_told_and_all_are_counted() -> None:
    limits = Limits(max_users=10)
    days = [turn(users, at=NOON + timedelta(days=n), limits=limits) for n, users in enumerate((11, 5, 30))]
    assert held(*days) == {"a/b": (2, "30 people, more than max_users 10")}


def test_an_hour_is_counted_over_runs_and_not_beyond() -> None:
    limits = Limits(max_per_hour=10)
    near = [turn(6, at=NOON + timedelta(minutes=n), limits=limits) for n in (0, 59)]
    far = [turn(6, at=NOON + timedelta(minutes=n), limits=limits) for n in (0, 60)]
    assert held(*near) == {"a/b": (1, "6 people with 6 of the hour before, more than max_per_hour 10")}
    assert not held(*far)


def test_the_days_budgets_are_shared_by_all_rules_and_begin_anew_each_day() -> None:
    policy = BlastPolicy(times_usual=Decimal(0), messages_per_day=10)
    both = [turn(6, rule="a/b"), turn(6, rule="c/d", at=NOON + timedelta(hours=1))]
    assert held(*both, policy=policy) == {
        "c/d": (1, "6 people after 6 messages today, more than messages_per_day 10")
    }
    assert not held(turn(6), turn(6, at=NOON + timedelta(days=1)), policy=policy)


def test_money_is_counted_at_the_dearest_price() -> None:
    policy = BlastPolicy(times_usual=Decimal(0), money_per_day=1_000_000, dearest=200_000)
    assert held(turn(6), policy=policy) == {
        "a/b": (1, "about 1.20 USD after 0.00 USD today, more than money_per_day 1.00 USD")
    }
    assert not held(turn(5), policy=policy)


def test_a_day_far_out_of_the_rules_usual_is_told_once_there_are_days_enough() -> None:
    policy = BlastPolicy(least_days=7, least_people=100)
    usual = [turn(30, at=NOON + timedelta(days=n)) for n in range(7)]
    wild = turn(400, at=NOON + timedelta(days=7))
    assert "13.3 times its usual 30" in held(*usual, wild, policy=policy)["a/b"][1]
    assert not held(*usual[1:], wild, policy=policy)


def test_what_a_person_approved_is_not_asked_again_until_it_doubled() -> None:
    policy = BlastPolicy(least_days=7, least_people=100)
    usual = [turn(30, at=NOON + timedelta(days=n)) for n in range(7)]
    wild = [turn(users, at=NOON + timedelta(days=7, hours=n)) for n, users in enumerate((400, 300, 200))]
    assert held(*usual, *wild, policy=policy)["a/b"][0] == 2


def test_a_side_is_told_with_its_book() -> None:
    (one,) = trips([turn(2, limits=Limits(max_users=1))], NONE, is_after=False)
    assert one == Trip(rule="a/b", is_after=False, runs=1, words="2 people, more than max_users 1")
