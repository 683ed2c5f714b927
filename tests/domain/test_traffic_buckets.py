"""Token buckets: never more than the rate, and always something left for what is more urgent."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.message import GSM_BASIC, GSM_EXTENDED, sms_size
from outreach.domain.traffic.bucket import HORIZON, Allowance, Bucket, Till, full, refitted
from outreach.domain.traffic.size import sms_parts
from tests.build import NOW

CRITICAL, SOON, ROUTINE = 2, 1, 0

rounds = st.lists(
    st.tuples(
        st.integers(-2_000_000, 5_000_000),  # microseconds until this round; a clock may go back
        st.lists(st.tuples(st.integers(1, 10), st.integers(0, 2)), max_size=30),
    ),
    max_size=30,
)


@given(rounds, st.floats(0.1, 5_000), st.integers(1, 200))
def test_no_stretch_of_time_gets_more_than_a_full_bucket_and_the_rate(
    rounds: list[tuple[int, list[tuple[int, int]]]], rate: float, burst: int
) -> None:
    bucket, now, granted = full(Allowance(rate=rate, burst=burst), NOW), NOW, []
    for pause, asks in rounds:
        now += timedelta(microseconds=pause)
        till = Till(bucket, now)
        for parts, rank in asks:
            if till.has(parts, rank):
                till.take(parts)
                granted.append((now, parts))
        bucket = till.kept()

    most = max(burst, 10)  # a message larger than the bucket goes when it is full
    for first in range(len(granted)):
        latest, total = granted[first][0], 0
        for at, parts in granted[first:]:
            latest, total = max(latest, at), total + parts
            assert total <= most + rate * (latest - granted[first][0]).total_seconds() + 1e-6


def test_a_bucket_that_was_emptied_gives_again_at_the_rate() -> None:
    till = Till(full(Allowance(rate=10, burst=5), NOW), NOW)
    till.take(5)
    bucket = till.kept()

    assert not Till(bucket, NOW).has(1, CRITICAL)
    assert Till(bucket, NOW + timedelta(milliseconds=100)).has(1, CRITICAL)
    assert not Till(bucket, NOW + timedelta(milliseconds=199)).has(2, CRITICAL)
    assert bucket.tokens(NOW + timedelta(milliseconds=300)) == 3


def test_what_is_less_urgent_leaves_some_for_what_is_more() -> None:
    till = Till(full(Allowance(rate=1, burst=10), NOW), NOW)
    given_away = {rank: 0 for rank in (ROUTINE, SOON, CRITICAL)}
    for rank in given_away:
        while till.has(1, rank):
            till.take(1)
            given_away[rank] += 1

    assert given_away == {ROUTINE: 8, SOON: 1, CRITICAL: 1}


def test_nobody_waits_behind_the_less_urgent() -> None:
    till = Till(full(Allowance(rate=1, burst=10), NOW), NOW)
    till.take(10)
    routine = [till.turn(1, ROUTINE) for _ in range(100)]
    first, second = till.turn(3, CRITICAL), till.turn(1, CRITICAL)

    assert first == NOW + timedelta(seconds=3)
    assert second == first + timedelta(seconds=3)
    assert routine[0] < routine[1] < routine[99]
    assert till.turn(1, ROUTINE) > max(*routine, second)


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 2)), max_size=200), st.floats(0.01, 100))
def test_whoever_comes_at_their_turn_waits_no_longer_than_the_horizon(
    asks: list[tuple[int, int]], rate: float
) -> None:
    till = Till(full(Allowance(rate=rate, burst=10), NOW), NOW)
    till.take(10)

    assert all(NOW <= till.turn(parts, rank) <= NOW + HORIZON for parts, rank in asks)


@given(st.integers(1, 10), st.integers(0, 2), st.floats(0.1, 100), st.integers(1, 40))
def test_the_first_who_waits_finds_enough_at_their_turn(
    parts: int, rank: int, rate: float, burst: int
) -> None:
    till = Till(full(Allowance(rate=rate, burst=burst), NOW), NOW)
    till.take(burst)
    until = till.turn(parts, rank)

    assert until == NOW + HORIZON or Till(till.kept(), until).has(parts, rank)


def test_a_message_larger_than_the_bucket_goes_when_it_is_full_and_is_paid_off() -> None:
    till = Till(full(Allowance(rate=1, burst=2), NOW), NOW)
    assert till.has(5, ROUTINE)
    till.take(5)
    bucket: Bucket = till.kept()

    assert bucket.tokens(NOW) == -3
    assert not Till(bucket, NOW + timedelta(seconds=3)).has(1, CRITICAL)
    assert Till(bucket, NOW + timedelta(seconds=4)).has(1, CRITICAL)


@given(
    st.text(alphabet=st.sampled_from([*sorted(GSM_BASIC | GSM_EXTENDED), "ş", "е", "你", "😀"]), max_size=400)
)
def test_the_fast_count_of_parts_is_the_exact_one(text: str) -> None:
    assert sms_parts(text) == sms_size(text).parts


@given(st.text(alphabet=st.sampled_from(sorted(GSM_BASIC)), max_size=700))
def test_the_fast_count_of_plain_texts_is_the_exact_one(text: str) -> None:
    assert sms_parts(text) == sms_size(text).parts


def test_a_changed_allowance_keeps_what_was_taken_and_forgets_the_queue() -> None:
    till = Till(full(Allowance(rate=1, burst=100), NOW), NOW)
    till.take(60)
    till.turn(90, CRITICAL)
    bucket = refitted(till.kept(), Allowance(rate=10, burst=80), NOW)

    assert bucket.tokens(NOW) == 20
    assert Till(bucket, NOW).turn(30, CRITICAL) == NOW + timedelta(seconds=1)
