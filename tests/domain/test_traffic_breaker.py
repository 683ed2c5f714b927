"""The breaker: opens on a large share of failures, tries carefully, closes on success."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.traffic.breaker import Breaker, BreakerPolicy, State, judged, looked_at
from outreach.domain.traffic.hearing import Hearing
from tests.build import NOW

POLICY = BreakerPolicy()
CLOSED = Breaker(state=State.CLOSED, since=NOW)


def heard(tried: int, failed: int) -> Hearing:
    return Hearing(tried=tried, failed=failed)


def judge(breaker: Breaker, tried: int, failed: int, at: datetime = NOW) -> Breaker:
    """After results that are all there were in the window."""
    return judged(breaker, POLICY, heard(tried, failed), heard(tried, failed), at)


def half_open(at: datetime) -> Breaker:
    opened = judge(CLOSED, 20, 20)
    assert opened.until is not None
    return looked_at(opened, POLICY, max(opened.until, at))


def test_half_of_twenty_failures_open_it_and_nineteen_results_do_not() -> None:
    assert judge(CLOSED, 20, 10).state is State.OPEN
    assert judge(CLOSED, 20, 9).state is State.CLOSED
    assert judge(CLOSED, 19, 19).state is State.CLOSED


def test_a_success_never_opens_it_whatever_was_heard_before() -> None:
    assert judged(CLOSED, POLICY, heard(100, 90), heard(5, 0), NOW).state is State.CLOSED


def test_it_stays_open_for_its_pause_and_then_lets_a_few_through() -> None:
    opened = judge(CLOSED, 20, 20)

    assert opened.until == NOW + POLICY.pause
    assert looked_at(opened, POLICY, NOW + POLICY.pause - timedelta(microseconds=1)) == opened
    assert looked_at(opened, POLICY, NOW + POLICY.pause).state is State.HALF_OPEN
    assert looked_at(opened, POLICY, NOW + POLICY.pause).probes == POLICY.probes


def test_a_failed_probe_opens_it_for_twice_as_long_up_to_a_bound() -> None:
    breaker, at, pauses = CLOSED, NOW, []
    for _ in range(8):
        breaker = judge(breaker, 20, 20, at)
        assert breaker.until is not None
        pauses.append((breaker.until - at).total_seconds())
        at = breaker.until
        breaker = looked_at(breaker, POLICY, at)

    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300]


def test_enough_probes_that_come_back_well_close_it_and_the_next_pause_is_short_again() -> None:
    at = NOW + POLICY.pause
    some = judge(half_open(at), 3, 0, at)
    closed = judge(some, 2, 0, at)

    assert (some.state, some.passed) == (State.HALF_OPEN, 3)
    assert closed == Breaker(state=State.CLOSED, since=at)


def test_the_last_words_of_requests_begun_before_it_opened_change_nothing() -> None:
    opened = judge(CLOSED, 20, 20)

    assert judge(opened, 30, 0) == judge(opened, 30, 30) == opened


def test_probes_that_never_come_back_are_replaced() -> None:
    at = NOW + POLICY.pause
    lost = Breaker(**{**_fields(half_open(at)), "probes": 0})

    assert looked_at(lost, POLICY, at + POLICY.patience).probes == POLICY.probes
    assert looked_at(lost, POLICY, at + POLICY.patience / 2) == lost


def _fields(breaker: Breaker) -> dict[str, object]:
    return {name: getattr(breaker, name) for name in Breaker.__slots__}


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 30), st.integers(0, 30)), max_size=50))
def test_an_open_breaker_always_says_until_when_and_a_closed_one_has_no_probes(
    steps: list[tuple[int, int, int]],
) -> None:
    breaker, at = CLOSED, NOW
    for pause, tried, failed in steps:
        at += timedelta(seconds=pause)
        breaker = judge(looked_at(breaker, POLICY, at), tried, min(tried, failed), at)
        if breaker.state is State.CLOSED:
            assert (breaker.until, breaker.probes, breaker.trips) == (None, 0, 0)
        else:
            assert breaker.until is not None
            assert breaker.until <= at + POLICY.longest
        assert 0 <= breaker.probes <= POLICY.probes
