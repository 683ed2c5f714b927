"""The jump at the cut-off: as the reference says it, and not at all where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.estimators import Bandwidths, Discontinuity, TooFew, fuzzy, sharp
from tests.adapters.estimators.worlds import CUTOFF, World, a_world, jump

REFERENCE = {
    "cases": (-0.08322746, -0.08550433, -0.19570133, 0.02469267, 12.6712005, 18.7557753, 596, 610),
    "amounts": (871.3579905, 1085.3700919, -829.9106624, 3000.6508462, 7.8182451, 12.7404101, 364, 390),
    "steps": (-0.04812457, -0.02494069, -0.20154769, 0.15166631, 8.0558540, 13.9370438, 353, 481),
    "halves": (-0.00876445, 0.00006974, -0.12533238, 0.12547187, 10.1928142, 16.1983550, 427, 496),
    "partly": (-0.13604144, -0.14672872, -0.25545753, -0.03799990, 12.0, 20.0, 848, 824),
}
"""What rdrobust 2.1.1 for Python says of these worlds: jump, corrected, interval, h, b, n left, n right."""

WORLDS = {
    "cases": a_world(1, 4000),
    "amounts": a_world(2, 4000, heavy=True),
    "steps": a_world(3, 4000, step=2.5),
    "halves": a_world(4, 4000, step=0.5),
    "partly": a_world(5, 6000, partly=True),
}


def told_of(name: str) -> Discontinuity:
    world = WORLDS[name]
    if name == "partly":
        return fuzzy(world.score, world.outcome, world.warned, CUTOFF, at=Bandwidths(h=12.0, b=20.0))
    return sharp(world.score, world.outcome, CUTOFF)


@pytest.mark.parametrize("name", REFERENCE)
def test_it_says_what_the_reference_says_to_six_digits(name: str) -> None:
    told = told_of(name)
    said = (told.jump, told.corrected, told.low, told.high, told.h, told.b, told.n_left, told.n_right)
    assert said == pytest.approx(REFERENCE[name], rel=1e-6, abs=2e-8)


def test_scores_that_are_steps_are_said_to_be() -> None:
    assert [name for name in WORLDS if told_of(name).massed] == ["steps", "halves"]


SMALL = a_world(6, 600)


@settings(max_examples=25, deadline=None)
@given(
    by=st.floats(0.01, 1000).map(lambda by: round(by, 3)),
    plus=st.integers(-1000, 1000),
    along=st.integers(-64, 64),
)
def test_other_units_of_money_and_another_zero_change_nothing_but_the_units(
    by: float, plus: int, along: int
) -> None:
    one = sharp(SMALL.score, SMALL.outcome, CUTOFF)
    other = sharp(SMALL.score + along, SMALL.outcome * by + plus, CUTOFF + along)
    assert other.jump == pytest.approx(one.jump * by, rel=1e-4, abs=1e-6)
    assert (other.low, other.high) == pytest.approx((one.low * by, one.high * by), rel=1e-4, abs=1e-6)


def test_where_everybody_above_and_nobody_below_is_warned_both_ways_say_the_same() -> None:
    at = Bandwidths(h=15.0, b=25.0)
    plain = sharp(SMALL.score, SMALL.outcome, CUTOFF, at=at)
    asked = fuzzy(SMALL.score, SMALL.outcome, SMALL.warned, CUTOFF, at=at)
    assert asked.took == pytest.approx(1.0)
    assert (asked.jump, asked.low, asked.high) == pytest.approx((plain.jump, plain.low, plain.high))


def _with(world: World, **changed: object) -> World:
    return World(**{"score": world.score, "outcome": world.outcome, "warned": world.warned, **changed})  # type: ignore[arg-type]


REFUSED = {
    "0 observations below": _with(SMALL, score=SMALL.score * 0 + 80),
    "too coarse": _with(SMALL, score=np.round(SMALL.score / 20) * 20),
    "all alike": _with(SMALL, outcome=SMALL.outcome * 0),
}


@pytest.mark.parametrize("why", REFUSED)
def test_where_nothing_can_be_said_it_says_why_not(why: str) -> None:
    world = REFUSED[why]
    with pytest.raises(TooFew, match=why):
        sharp(world.score, world.outcome, CUTOFF)


def test_bandwidths_that_reach_hardly_anybody_are_refused() -> None:
    with pytest.raises(TooFew, match=r"observations within 0\.2"):
        sharp(SMALL.score, SMALL.outcome, CUTOFF, at=Bandwidths(h=0.2, b=0.4))


def test_a_cut_off_that_got_nobody_warned_is_refused() -> None:
    with pytest.raises(TooFew, match="does not change at the cut-off"):
        fuzzy(SMALL.score, SMALL.outcome, SMALL.warned * 0, CUTOFF, at=Bandwidths(h=15.0, b=25.0))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["an effect", "no effect", "heavy tails", "partly delivered"])
def test_of_two_hundred_intervals_92_to_98_in_a_hundred_hold_the_truth(kind: str) -> None:
    held = sum(truth_is_held(kind, seed) for seed in range(200))
    assert 0.92 <= held / 200 <= 0.98


def truth_is_held(kind: str, seed: int) -> bool:
    match kind:
        case "heavy tails":  # whose warning changes nothing, so that the truth is known
            world, truth = a_world(seed, 4000, effect=0.0, heavy=True, cap=5000.0), 0.0
        case "partly delivered":
            world, truth = a_world(seed, 8000, partly=True), jump()
            told = fuzzy(world.score, world.outcome, world.warned, CUTOFF)
            return told.low <= truth <= told.high
        case _:
            effect = 0.0 if kind == "no effect" else 0.3
            world, truth = a_world(seed, 4000, effect=effect), jump(effect)
    told = sharp(world.score, world.outcome, CUTOFF)
    return told.low <= truth <= told.high
