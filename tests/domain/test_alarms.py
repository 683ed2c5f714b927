"""The share of false alarms never comes without its n, nor without how sure it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.alarms import Alarms, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (1, 10, 0.017876, 0.404150),
        (30, 100, 0.218949, 0.395850),
        (81, 263, 0.255289, 0.366210),
    ],
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-5)


@given(st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_inside_nought_and_one(counted: tuple[int, int]) -> None:
    hits, n = counted
    low, high = wilson(hits, n)

    assert 0.0 <= low <= high <= 1.0
    assert n == 0 or (low <= hits / n + 1e-12 and hits / n - 1e-12 <= high)


@given(st.integers(1, 500), st.integers(2, 9))
def test_ten_times_as_many_answers_say_it_more_surely(n: int, times: int) -> None:
    few, many = wilson(n // 2, n), wilson(times * (n // 2), times * n)

    assert many[1] - many[0] < few[1] - few[0]


def test_without_answers_there_is_no_share() -> None:
    silent = Alarms(pattern="p", rule="r", warned=9, answered=0, mine=0)

    assert (silent.share, silent.interval) == (None, (0.0, 1.0))
