"""What warnings changed: told where it can be, refused where it cannot, each person once, as assigned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from outreach.adapters.measuring import measure, naive
from outreach.domain.experiment import Design, Metric
from outreach.domain.outcomes.measured import Measured
from tests.adapters.measuring.worlds import CUT_OFF, T, a_registration, later, lines, loss, table, with_column


def told(found: pa.Table, design: Design = Design.TIE_BREAKER, **changed: Any) -> Measured:
    """The one figure of a world."""
    (one,) = measure(found, [a_registration(design, **changed)])
    return one


def test_a_tie_breaker_tells_what_warnings_spare() -> None:
    one = told(lines(1, 20_000))
    truth = 0.3 * float(loss(np.array([CUT_OFF]))[0])
    assert one.effect is not None
    assert one.effect.low < truth < one.effect.high
    assert one.effect.is_settled
    assert one.relative is not None
    assert one.relative.low < 0.3 < one.relative.high
    assert one.prevented is not None
    assert one.prevented.estimate == pytest.approx(one.effect.estimate * one.warned)
    assert not one.refusal


def test_what_a_case_prevented_cost_is_what_was_spent_on_those_who_were_to_be_warned() -> None:
    whole, half = told(lines(1, 20_000)), told(lines(1, 20_000, reached=0.5))
    assert whole.effect is not None
    assert whole.spent == pytest.approx(0.07)
    assert half.spent == pytest.approx(0.035, rel=0.05)
    price = whole.price(whole.effect)
    assert price is not None
    assert price.each == pytest.approx(0.07 / whole.effect.estimate)
    assert (price.low, price.high) == pytest.approx((0.07 / whole.effect.high, 0.07 / whole.effect.low))


def test_at_a_cut_off_the_price_is_of_those_near_it() -> None:
    one = told(lines(6, 40_000, by_lot=False), Design.DISCONTINUITY)
    assert not one.refusal
    assert one.spent == pytest.approx(0.07, rel=1e-3)


def test_who_waits_costs_as_much_so_that_being_earlier_has_no_price() -> None:
    one = told(with_column(lines(1, 20_000), "cost", [Decimal("0.07")] * 20_000), Design.WAIT_LIST)
    assert one.effect is not None
    assert (one.spent, one.price(one.effect)) == (pytest.approx(0), None)


def test_where_warnings_change_nothing_the_interval_holds_nothing() -> None:
    one = told(lines(2, 20_000, effect=0.0))
    assert one.effect is not None
    assert not one.effect.is_settled


def test_who_was_assigned_counts_in_that_arm_whatever_was_delivered() -> None:
    whole, half = told(lines(3, 40_000, effect=0.6)), told(lines(3, 40_000, effect=0.6, reached=0.5))
    assert whole.effect is not None
    assert half.effect is not None
    assert half.arms[0].people == whole.arms[0].people
    assert half.effect.estimate < 0.7 * whole.effect.estimate


def test_a_person_with_several_episodes_counts_once_by_the_first() -> None:
    once = lines(4, 5_000)
    again = with_column(once, "opened_at", [later(3)] * 5_000)
    again = with_column(again, "lost_14d", [Decimal(100)] * 5_000)
    assert told(pa.concat_tables([again, once])) == told(once)


def test_whoever_is_not_matured_is_counted_and_left_out() -> None:
    made = lines(5, 8_000)
    lost = made.column("lost_14d").to_pylist()
    lost[:3_000] = [None] * 3_000
    one = told(with_column(made, "lost_14d", lost))
    assert one.open == 3_000
    assert sum(arm.matured for arm in one.arms) == 5_000


def test_arms_that_the_lot_would_not_make_withhold_the_figure() -> None:
    one = told(lines(6, 10_000, held=0.42))
    assert one.effect is None
    assert one.refusal.startswith("sample ratio: ")


def test_losses_that_only_users_tell_of_are_no_outcome() -> None:
    made = lines(7, 4_000)
    said = [bool(amount) for amount in made.column("lost_14d").to_pylist()]
    made = with_column(with_column(made, "is_scam", [None] * 4_000), "said_scam", said)
    assert told(made).refusal.startswith("detection: ")


def test_too_few_events_say_how_many_flagged_it_takes() -> None:
    one = told(lines(8, 60))
    assert one.effect is None
    assert "needs about" in one.refusal
    assert "flagged for ±50 %" in one.refusal


def test_nobody_at_all_is_refused_and_raises_nothing() -> None:
    for design in Design:
        arms = ("a", "b") if design is Design.VARIANTS else a_registration(design).arms
        assert all(one.refusal for one in measure(lines(1, 0), [a_registration(design, arms=arms)]))


def test_near_misses_beside_those_just_over_the_cut_off_tell_the_jump() -> None:
    one = told(lines(9, 60_000, by_lot=False, effect=0.5), Design.DISCONTINUITY)
    truth = 0.5 * float(loss(np.array([CUT_OFF]))[0])
    assert not one.refusal
    assert one.effect is not None
    assert one.effect.low < truth < one.effect.high
    assert one.money is not None
    assert {check.name for check in one.checks} == {
        "scores", "density", "detection", "delivered", "alone at the cut-off", "placebo cut-offs",
        "half and double bandwidth", "enough people", "no control there",
    }  # fmt: skip


def test_rounded_scores_are_refused() -> None:
    made = lines(10, 30_000, by_lot=False)
    whole = [Decimal(round(score)) for score in made.column("score").to_pylist()]
    one = told(with_column(made, "score", whole), Design.DISCONTINUITY)
    assert "rounded to 1" in one.refusal


def test_scores_that_somebody_moved_under_the_cut_off_are_refused() -> None:
    made = lines(11, 60_000, by_lot=False)
    dice = np.random.default_rng(11)
    score = [
        s - Decimal("1.5") if Decimal(80) <= s < Decimal("81.5") and dice.random() < 0.5 else s
        for s in made.column("score").to_pylist()
    ]
    moved = with_column(made, "score", score)
    assert "density: " in told(moved, Design.DISCONTINUITY).refusal


def test_another_rule_that_cuts_the_same_people_at_the_same_score_withholds_the_figure() -> None:
    made = lines(12, 20_000, by_lot=False)
    other = made.slice(0, 5_000).to_pydict() | {"rule": ["r2"] * 5_000, "registration": [None] * 5_000}
    one = told(pa.concat_tables([made, table(other)]), Design.DISCONTINUITY)
    assert "alone at the cut-off: 25% of these people" in one.refusal


def test_wordings_are_compared_with_the_plain_one_by_what_people_answer() -> None:
    dice = np.random.default_rng(13)
    made = lines(13, 9_000)
    arms = np.array(["a", "b", "c"])[dice.integers(0, 3, 9_000)]
    chance = np.where(arms == "b", 0.5, 0.4)
    answered = [T if dice.random() < p else None for p in chance]
    made = table(made.to_pydict() | {"arm": arms.tolist(), "answered_at": answered})
    one = a_registration(Design.VARIANTS, arms=("a", "b", "c"), metric=Metric.ANSWERED)
    better, same = measure(made, [one])
    assert (better.versus, same.versus) == ("b", "c")
    assert better.effect is not None
    assert better.effect.low > 0
    assert same.effect is not None
    assert not same.effect.is_settled


def test_the_fields_figures_are_as_large_where_warnings_change_nothing() -> None:
    figures = [naive(lines(14, 20_000, effect=effect)) for effect in (0.3, 0.0)]
    (much, _, *_), (nothing, _, *_) = figures
    assert much.amount is not None
    assert nothing.amount is not None
    assert float(nothing.amount) == pytest.approx(float(much.amount), rel=0.1)
    assert all(one.why_not for found in figures for one in found)
