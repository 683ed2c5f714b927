"""Two arms, looked at fifty times: the interval that allows it, beside the one that does not."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.estimators import Arm, Difference, at_any_look

LOOKS, A_LOOK = 50, 100


def looks(seed: int, first: float, second: float) -> list[tuple[Arm, Arm]]:
    """Both arms at each of the looks, of cases that happen with these shares."""
    dice, cases, seen = Random(seed), [0, 0], []
    for look in range(1, LOOKS + 1):
        for arm, share in enumerate((first, second)):
            cases[arm] += sum(dice.random() < share for _ in range(A_LOOK))
        seen.append((Arm.of_cases(cases[0], look * A_LOOK), Arm.of_cases(cases[1], look * A_LOOK)))
    return seen


def told(pair: tuple[Arm, Arm]) -> Difference:
    return at_any_look(*pair, planned=2 * LOOKS * A_LOOK)


def fooled_by_the_usual_test(pair: tuple[Arm, Arm]) -> bool:
    first, second = pair
    deviation = math.sqrt(first.variance / first.n + second.variance / second.n)
    return abs(first.mean - second.mean) > 1.96 * deviation


def test_fifty_looks_at_equal_arms_fool_the_usual_test_often_and_this_one_hardly_ever() -> None:
    worlds = [looks(seed, 0.4, 0.4) for seed in range(150)]
    usual = sum(any(map(fooled_by_the_usual_test, world)) for world in worlds) / len(worlds)
    ours = sum(any(told(pair).is_settled for pair in world) for world in worlds) / len(worlds)
    assert usual >= 0.20
    assert ours <= 0.05


def test_a_real_difference_is_settled_long_before_the_end() -> None:
    settled = [
        next((i for i, pair in enumerate(looks(seed, 0.44, 0.36)) if told(pair).is_settled), LOOKS)
        for seed in range(20)
    ]
    assert max(settled) < LOOKS
    assert sorted(settled)[10] < LOOKS / 2


ARMS = st.builds(
    Arm, n=st.integers(1, 10_000), mean=st.floats(-5, 5), variance=st.floats(0.001, 50, allow_nan=False)
)


@given(first=ARMS, second=ARMS)
def test_it_excludes_nothing_exactly_where_its_p_is_at_least_the_level(first: Arm, second: Arm) -> None:
    found = at_any_look(first, second, planned=10_000)
    assert found.low <= found.difference <= found.high
    assert found.is_settled == (found.p < 0.05) or found.p == pytest.approx(0.05)


@given(first=ARMS, second=ARMS)
def test_which_arm_is_named_first_only_turns_the_sign(first: Arm, second: Arm) -> None:
    one, other = (at_any_look(*pair, planned=10_000) for pair in ((first, second), (second, first)))
    assert (one.low, one.high, one.p) == pytest.approx((-other.high, -other.low, other.p))


def test_arms_that_are_empty_or_never_differ_settle_nothing() -> None:
    for pair in ((Arm.of_cases(0, 0), Arm.of_cases(3, 10)), (Arm.of_cases(0, 9), Arm.of_cases(0, 9))):
        assert not at_any_look(*pair, planned=100).is_settled
