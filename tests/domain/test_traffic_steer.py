"""Steering: weights drift from a provider that alone does badly, and come back when it is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.traffic.hearing import Hearing
from outreach.domain.traffic.steer import SteerPolicy, Weighed, steered, whole

POLICY = SteerPolicy()
WELL = Hearing(tried=100, failed=0, answers=100, millis=100 * 80)
FAILING = Hearing(tried=100, failed=40, answers=100, millis=100 * 80)
SLOW = Hearing(tried=100, failed=0, answers=100, millis=100 * 6_000)
SLOWER = Hearing(tried=100, failed=0, answers=100, millis=100 * 9_000)
SILENT = Hearing()

hearings = st.builds(
    lambda tried, failed, millis: Hearing(
        tried=tried, failed=min(failed, tried), answers=tried, millis=tried * millis
    ),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 20_000),
)
shares = st.lists(st.floats(0.01, 1), min_size=2, max_size=4).map(whole)


def steer(weights: list[float], shares: list[float], *heard: Hearing) -> list[float]:
    lanes = zip(shares, weights, heard, strict=True)
    return steered([Weighed(share=s, weight=w, heard=h) for s, w, h in lanes], POLICY)


@given(shares, st.lists(st.lists(hearings, min_size=4, max_size=4), max_size=40))
def test_weights_always_add_up_to_one_and_none_is_lost(
    shares: list[float], story: list[list[Hearing]]
) -> None:
    weights = shares
    for heard in story:
        weights = steer(weights, shares, *heard[: len(shares)])
        assert sum(weights) == pytest.approx(1)
        for weight, share in zip(weights, shares, strict=True):
            assert weight >= min(POLICY.floor, share) - 1e-9


@pytest.mark.parametrize("bad", [FAILING, SLOW], ids=["failing", "slow"])
def test_what_one_alone_does_badly_costs_it_weight_down_to_a_probing_share(bad: Hearing) -> None:
    first = steer([0.6, 0.4], [0.6, 0.4], bad, WELL)
    weights = first
    for _ in range(50):
        weights = steer(weights, [0.6, 0.4], bad, WELL)

    assert first == pytest.approx([0.5, 0.5])
    assert weights == pytest.approx([POLICY.floor, 1 - POLICY.floor])


@pytest.mark.parametrize(
    ("one", "other"), [(SLOW, SLOWER), (SLOW, SLOW), (FAILING, FAILING), (SLOWER, FAILING)]
)
def test_nothing_moves_where_both_do_badly(one: Hearing, other: Hearing) -> None:
    assert steer([0.3, 0.7], [0.6, 0.4], one, other) == pytest.approx([0.3, 0.7])


@given(shares, st.data())
def test_nothing_ever_moves_while_all_are_slow(shares: list[float], data: st.DataObject) -> None:
    slow = st.builds(
        lambda n, millis: Hearing(tried=n, answers=n, millis=n * millis),
        st.integers(POLICY.fewest, 500),
        st.integers(int(POLICY.slow * 1000), 60_000),
    )
    weights = shares
    for _ in range(5):
        weights = steer(weights, shares, *[data.draw(slow) for _ in shares])

    assert weights == pytest.approx(shares)


@given(shares, st.lists(st.lists(hearings, min_size=4, max_size=4), max_size=20))
def test_a_provider_that_is_well_again_drifts_back_to_its_configured_share(
    shares: list[float], story: list[list[Hearing]]
) -> None:
    weights = shares
    for heard in story:
        weights = steer(weights, shares, *heard[: len(shares)])
    away = [abs(w - s) for w, s in zip(weights, shares, strict=True)]
    for _ in range(60):
        weights = steer(weights, shares, *[WELL] * len(shares))
        now = [abs(w - s) for w, s in zip(weights, shares, strict=True)]
        assert max(now) <= max(away) + 1e-9
        assert max(away) - max(now) <= POLICY.rise + 1e-9
        away = now

    assert weights == pytest.approx(shares)


def test_a_provider_that_nothing_is_known_of_takes_over_from_one_that_fails() -> None:
    assert steer([0.95, 0.05], [0.95, 0.05], FAILING, SILENT) == pytest.approx([0.85, 0.15])


def test_a_few_failures_move_nothing() -> None:
    few = Hearing(tried=POLICY.fewest - 1, failed=POLICY.fewest - 1)

    assert steer([0.6, 0.4], [0.6, 0.4], few, WELL) == pytest.approx([0.6, 0.4])


def test_one_provider_alone_keeps_everything() -> None:
    assert steer([1.0], [1.0], FAILING) == [1.0]
