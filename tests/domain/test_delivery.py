"""Delivery truth: receipts fold to one status in any order, and waits stay within their bounds."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.delivery import (
    FIRST_RETRY,
    LONGEST_RETRY,
    MOST_ATTEMPTS,
    Accepted,
    Refused,
    SendResult,
    Status,
    Unavailable,
    Unknown,
    advance,
    retry_in,
    status_of,
)

statuses = st.sampled_from(Status)
BUSY = Unavailable("503")


@given(statuses, statuses, statuses)
def test_receipts_fold_the_same_in_any_order_and_grouping_and_however_often(
    a: Status, b: Status, c: Status
) -> None:
    assert advance(a, b) is advance(b, a)
    assert advance(advance(a, b), c) is advance(a, advance(b, c))
    assert advance(advance(a, b), b) is advance(a, b)


@given(st.lists(statuses, min_size=1), st.randoms(use_true_random=False))
def test_the_furthest_status_that_was_ever_said_stays(said: list[Status], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert reduce(advance, shuffled) is max(said, key=lambda status: status.rank)


def test_nothing_a_network_says_takes_a_delivery_back() -> None:
    assert all(advance(Status.DELIVERED, status) is Status.DELIVERED for status in Status)
    assert advance(Status.UNDELIVERED, Status.DELIVERED) is Status.DELIVERED


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Accepted("x"), Status.ACCEPTED),
        (Refused("x"), Status.REFUSED),
        (BUSY, Status.RETRYING),
        (Unknown("x"), Status.IN_DOUBT),
    ],
)
def test_a_send_result_leaves_one_status(result: SendResult, status: Status) -> None:
    assert status_of(result) is status


@given(st.integers(1, MOST_ATTEMPTS - 1), st.floats(0, 1))
def test_a_wait_grows_with_the_tries_and_never_passes_its_bounds(attempts: int, jitter: float) -> None:
    wait, longest = retry_in(attempts, BUSY, jitter), retry_in(attempts, BUSY, 1.0)

    assert wait is not None
    assert longest == min(LONGEST_RETRY, FIRST_RETRY * 2 ** (attempts - 1))
    assert timedelta() <= wait <= longest <= LONGEST_RETRY


@given(st.integers(1, MOST_ATTEMPTS - 1), st.floats(0, 1), st.integers(0, 10**6))
def test_a_providers_own_wait_is_never_undercut(attempts: int, jitter: float, seconds: int) -> None:
    asked = timedelta(seconds=seconds)
    wait = retry_in(attempts, Unavailable("429", asked), jitter)

    assert wait is not None
    assert wait >= asked


@given(st.integers(MOST_ATTEMPTS, 1000), st.floats(0, 1))
def test_after_the_last_try_nothing_is_waited_for(attempts: int, jitter: float) -> None:
    assert retry_in(attempts, BUSY, jitter) is None
    assert retry_in(attempts, Unavailable("429", timedelta(seconds=1)), jitter) is None
