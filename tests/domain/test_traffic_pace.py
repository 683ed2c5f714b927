"""Pace: more at once while a provider bears it, less where it is slow or turns requests away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.traffic.pace import Bounds, Pace, Stretch, paced

BOUNDS = Bounds()


def stretch(seconds: float = 0.1, *, answers: int = 100, pushed: int = 0, full: bool = True) -> Stretch:
    """Answers of so many seconds each."""
    return Stretch(answers=answers, seconds=seconds * answers, pushed_back=pushed, was_full=full)


def test_it_rises_to_the_ceiling_while_answers_are_as_fast_as_usual() -> None:
    pace = Pace(limit=BOUNDS.start)
    for _ in range(40):
        pace = paced(pace, stretch(), BOUNDS)

    assert pace.limit == BOUNDS.ceiling


def test_it_does_not_rise_while_nobody_needs_more() -> None:
    assert paced(Pace(limit=50), stretch(full=False), BOUNDS).limit == 50


def test_requests_turned_away_bring_it_down_in_proportion() -> None:
    def after(pushed: int) -> float:
        return paced(Pace(limit=100, usual=0.1), stretch(pushed=pushed), BOUNDS).limit

    assert [after(pushed) for pushed in (1, 5, 30, 100)] == [110, 95, 70, 50]


def test_answers_far_slower_than_usual_bring_it_down_and_those_of_any_day_do_not() -> None:
    pace = Pace(limit=100, usual=0.1)

    assert paced(pace, stretch(1.0), BOUNDS).limit == 90
    assert paced(pace, stretch(0.16), BOUNDS).limit == 110
    assert paced(Pace(limit=100, usual=0.0005), stretch(0.03), BOUNDS).limit == 110


def test_a_provider_that_became_slower_for_good_is_not_held_down_for_good() -> None:
    pace = Pace(limit=100, usual=0.1)
    limits = []
    for _ in range(200):
        pace = paced(pace, stretch(0.4), BOUNDS)
        limits.append(pace.limit)

    assert min(limits) < 10
    assert limits[-1] == BOUNDS.ceiling


@given(
    st.lists(
        st.builds(
            lambda answers, mean, pushed, full: Stretch(
                answers=answers, seconds=answers * mean, pushed_back=min(pushed, answers), was_full=full
            ),
            st.integers(1, 300),
            st.floats(0, 30),
            st.integers(0, 300),
            st.booleans(),
        )
    )
)
def test_the_limit_never_leaves_its_bounds(stretches: list[Stretch]) -> None:
    pace = Pace(limit=BOUNDS.start)
    for each in stretches:
        pace = paced(pace, each, BOUNDS)
        assert BOUNDS.floor <= pace.limit <= BOUNDS.ceiling


def crowded(limit: float, capacity: float, base: float) -> float:
    """Seconds an answer takes at a provider that works on so many at once (Little's law)."""
    return base * max(1.0, limit / capacity)


def test_it_settles_near_what_a_provider_bears() -> None:
    pace, seen = Pace(limit=BOUNDS.start), []
    for _ in range(300):
        pace = paced(pace, stretch(crowded(pace.limit, 20, 0.2)), BOUNDS)
        seen.append(pace.limit)

    assert 18 <= sum(seen[100:]) / 200 <= 40
