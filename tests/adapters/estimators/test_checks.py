"""The checks that travel with a figure: they keep quiet where all is well and speak where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from outreach.adapters.estimators import Plan, TooFew, density_jump, heap, mismatch

CUTOFF, WINDOW = 70.0, 10.0


def scores(seed: int, n: int, moved: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Scores of which a share of those up to 2 above the cut-off was moved to below it."""
    dice = np.random.default_rng(seed)
    made = 100 * dice.beta(2, 3, n)
    near = np.flatnonzero((made >= CUTOFF) & (made < CUTOFF + 2))
    moving = near[dice.random(len(near)) < moved]
    made[moving] = CUTOFF - 2 * dice.random(len(moving))
    return made


def rejected(moved: float, seeds: int, n: int = 200_000) -> float:
    """The share of worlds in which the density is said to jump."""
    return sum(density_jump(scores(s, n, moved), CUTOFF, WINDOW).p < 0.05 for s in range(seeds)) / seeds


def test_scores_that_nobody_moved_are_rarely_suspected() -> None:
    assert rejected(0.0, 100) <= 0.12


def test_a_tenth_moved_below_the_cut_off_is_found() -> None:
    assert rejected(0.10, 20) >= 0.95


@pytest.mark.slow
def test_a_twentieth_moved_is_found_in_three_of_four_worlds_and_nobody_is_suspected_more_than_he_should() -> (
    None
):
    assert rejected(0.05, 100) >= 0.75


def test_twice_as_many_above_is_a_ratio_of_two() -> None:
    dice = np.random.default_rng(1)
    score = np.concatenate([60 + 10 * dice.random(20_000), 70 + 10 * dice.random(40_000)])
    assert density_jump(score, CUTOFF, WINDOW).ratio == pytest.approx(2.0, rel=0.1)


def test_of_a_few_scores_no_density_is_told() -> None:
    with pytest.raises(TooFew, match="at least 100 are needed on each side"):
        density_jump(scores(1, 300), CUTOFF, WINDOW)


@pytest.mark.parametrize("grid", [10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01])
def test_rounded_scores_are_found_with_what_they_were_rounded_to(grid: float) -> None:
    rounded = np.round(scores(2, 5000) / grid) * grid
    assert heap(rounded) == grid


def test_a_tenth_of_scores_in_whole_points_is_a_heap() -> None:
    score = scores(3, 5000)
    score[:600] = np.round(score[:600])
    assert heap(score) == 1.0


def test_scores_to_the_thousandth_are_no_heap() -> None:
    assert heap(np.round(scores(4, 5000), 3)) is None


def test_arms_as_drawn_agree_and_arms_that_lost_people_do_not() -> None:
    assert mismatch([5_020, 4_980], [1, 1]) > 0.5
    assert mismatch([900, 9_100], [0.1, 0.9]) < 0.001
    assert mismatch([0, 0], [1, 1]) == 1.0


@pytest.mark.parametrize(
    ("fewer", "within", "apart", "flagged"),
    [
        (0.15, 0.50, 0.10, 129_000),
        (0.30, 0.50, 0.10, 33_000),
        (0.30, 0.50, 0.05, 61_000),
        (0.30, 0.50, 0.50, 13_800),
        (0.30, 0.25, 0.10, 132_000),
        (0.50, 0.50, 0.10, 12_500),
    ],
)
def test_a_plan_needs_what_the_simulations_needed(
    fewer: float, within: float, apart: float, flagged: int
) -> None:
    plan = Plan(losing=0.06, fewer=fewer, apart=apart, within=within)
    assert plan.flagged() == pytest.approx(flagged, rel=0.02)
