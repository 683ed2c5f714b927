"""Ramps: whoever is inside of a step is inside of the next, and too many "it is mine" stop it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.condition import Span
from outreach.domain.ramp import Answers, RampState, begun, onward, place, share, version_of
from outreach.domain.ruleset import Limits, Ramp, Score
from tests.build import NOW, OWNED, a_rule

RAMP = Ramp(steps=(Decimal("0.01"), Decimal("0.1"), Decimal(1)), stop_at=Decimal("0.3"), least=20)
NOBODY = Answers(0, 0)

shares = st.decimals(min_value="0.001", max_value="0.999", places=3)
ramps = st.lists(shares, min_size=1, max_size=6, unique=True).map(
    lambda found: replace(RAMP, steps=(*sorted(found), Decimal(1)))
)


@given(ramps, st.binary(min_size=32, max_size=32))
def test_whoever_is_inside_of_one_step_is_inside_of_every_later_one(ramp: Ramp, digest: bytes) -> None:
    standing, inside = begun(ramp, "v1", NOW, None), []
    for n in range(len(ramp.steps)):
        inside.append(place(digest) < share(ramp, standing))
        standing = onward(ramp, standing, NOBODY, NOW + (n + 1) * ramp.wait)

    assert inside == sorted(inside)
    assert inside[-1]


def test_a_step_lets_its_share_of_the_people_in() -> None:
    places = [place(hashlib.sha256(str(n).encode()).digest()) for n in range(20_000)]

    assert 140 < sum(p < 0.01 for p in places) < 260
    assert 1800 < sum(p < 0.1 for p in places) < 2200


@given(ramps, st.integers(0, 500), st.integers(0, 500), st.integers(0, 100))
def test_a_ramp_never_narrows_and_stops_exactly_over_its_bound(
    ramp: Ramp, given_: int, mine: int, hours: int
) -> None:
    answers = Answers(given_, min(mine, given_))
    before = begun(ramp, "v1", NOW, None)
    after = onward(ramp, before, answers, NOW + timedelta(hours=hours))
    is_bad = answers.given >= ramp.least and answers.mine > ramp.stop_at * answers.given

    assert (after.state is RampState.STOPPED) is is_bad
    assert share(ramp, after) >= share(ramp, before)
    assert bool(after.reason) is is_bad


def test_a_stopped_ramp_stays_where_it_is_and_says_why() -> None:
    stopped = onward(RAMP, begun(RAMP, "v1", NOW, None), Answers(30, 12), NOW)

    assert onward(RAMP, stopped, NOBODY, NOW + timedelta(days=9)) is stopped
    assert share(RAMP, stopped) == 0.01
    assert stopped.reason == (
        '12 of 30 answers (40.0%) say "I checked, it is mine", more than stop_at 30.0%; '
        "the ramp stopped at 1%"
    )


def test_too_few_answers_neither_stop_a_ramp_nor_hold_it_up() -> None:
    before = begun(RAMP, "v1", NOW, None)

    assert onward(RAMP, before, Answers(19, 19), NOW + timedelta(hours=1)) is before
    assert onward(RAMP, before, Answers(19, 19), NOW + RAMP.wait).step == 1


def test_a_new_version_starts_its_ramp_again_and_the_same_one_goes_on() -> None:
    wide = onward(RAMP, begun(RAMP, "v1", NOW, None), NOBODY, NOW + RAMP.wait)

    assert begun(RAMP, "v1", NOW, wide) is wide
    assert begun(RAMP, "v2", NOW, wide).step == 0


@pytest.mark.parametrize(
    ("edited", "is_another"),
    [
        (a_rule(when=OWNED), True),
        (a_rule(score=Score(fact="risk_score", at_least=Decimal(70))), True),
        (a_rule(template="pig_butchering/other"), True),
        (a_rule(exclusions=()), True),
        (a_rule(limits=Limits(max_users=1)), False),
        (a_rule(ramp=RAMP, when_text="other words"), False),
        (a_rule(span=Span(9, 9)), False),
    ],
)
def test_a_version_is_what_a_rule_asks_and_says_and_nothing_else(edited: object, is_another: bool) -> None:
    assert (version_of(edited) != version_of(a_rule())) is is_another  # type: ignore[arg-type]
