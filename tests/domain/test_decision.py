"""Decisions: what one rule says of a flag, and which rule of a pattern has the word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.decision import Decision, Reason, Truth, Verdict, decide, judge
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import Exclusion, IfUnknown, Rule, RuleStatus, Score
from outreach.domain.scale import Urgency
from tests.build import OWNED, a_rule, an_experiment

W, N, S, U = Verdict.WARN, Verdict.NEAR_MISS, Verdict.SKIP, Verdict.UNDECIDED
TRUTHS: tuple[Truth, ...] = (True, False, None)


def a_plan(rule: Rule | None = None, main: int = 0, exclusions: tuple[int, ...] = (1,)) -> RulePlan:
    """A rule whose answers stand first (condition) and second (its exclusion)."""
    return RulePlan(pattern="pig_butchering", rule=rule or a_rule(), main=main, exclusions=exclusions)


def say(rule: RulePlan, *truths: Truth, score: object = 90, treated: bool = True) -> Decision | None:
    """What a rule says of these answers at this score, to somebody who is not vulnerable."""
    facts = {} if score is None else {"risk_score": Decimal(str(score))}
    return judge(rule, (*truths, False), facts, lambda _: "treated" if treated else "control")


def in_experiment(rule: Rule, spared: int = 2) -> RulePlan:
    """A rule whose answer about who is spared stands third."""
    return replace(a_plan(rule), spared=spared)


@pytest.mark.parametrize(
    ("holds", "excluded", "if_unknown", "said"),
    [
        (True, False, IfUnknown.UNDECIDED, (W, Reason.HELD)),
        (True, True, IfUnknown.UNDECIDED, (S, Reason.EXCLUDED)),
        (True, None, IfUnknown.UNDECIDED, (U, Reason.UNKNOWN_EXCLUSION)),
        (None, False, IfUnknown.UNDECIDED, (U, Reason.UNKNOWN_CONDITION)),
        (None, True, IfUnknown.UNDECIDED, (S, Reason.EXCLUDED)),
        (None, None, IfUnknown.UNDECIDED, (U, Reason.UNKNOWN_CONDITION)),
        (True, False, IfUnknown.WARN, (W, Reason.HELD)),
        (True, True, IfUnknown.WARN, (S, Reason.EXCLUDED)),
        (True, None, IfUnknown.WARN, (W, Reason.HELD)),
        (None, False, IfUnknown.WARN, (W, Reason.HELD)),
        (None, True, IfUnknown.WARN, (S, Reason.EXCLUDED)),
        (None, None, IfUnknown.WARN, (W, Reason.HELD)),
    ],
)
def test_an_exclusion_goes_before_an_unknown_and_an_unknown_before_the_cut_off(
    holds: Truth, excluded: Truth, if_unknown: IfUnknown, said: tuple[Verdict, Reason]
) -> None:
    decision = say(a_plan(a_rule(if_unknown=if_unknown)), holds, excluded)

    assert decision is not None
    assert (decision.verdict, decision.reason) == said


@pytest.mark.parametrize("excluded", TRUTHS)
@pytest.mark.parametrize("if_unknown", IfUnknown)
def test_a_condition_that_is_false_says_nothing_at_all(excluded: Truth, if_unknown: IfUnknown) -> None:
    assert say(a_plan(a_rule(if_unknown=if_unknown)), False, excluded) is None


def test_a_skip_and_an_unknown_exclusion_are_told_in_the_authors_words() -> None:
    skipped, unknown = say(a_plan(), True, True), say(a_plan(), True, None)

    assert skipped is not None
    assert unknown is not None
    assert skipped.because == unknown.because == "own wallet"


def test_the_first_exclusion_that_holds_is_the_reason_and_an_unknown_one_before_it_does_not_hide_it() -> None:
    two = tuple(Exclusion(because=because, when=OWNED) for because in ("first", "second"))
    rule = a_plan(a_rule(exclusions=two), exclusions=(1, 2))
    both, later = say(rule, True, True, True), say(rule, True, None, True)

    assert both is not None
    assert later is not None
    assert (both.because, later.because) == ("first", "second")


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        ("65", N),
        ("65.001", N),
        ("79.999", N),
        ("80", W),
        ("80.000", W),
        ("100", W),
    ],
)
def test_the_cut_off_is_exact_to_the_third_decimal(score: str, verdict: Verdict) -> None:
    decision = say(a_plan(), True, False, score=score)

    assert decision is not None
    assert (decision.verdict, decision.reason) == (
        verdict,
        Reason.HELD if verdict is W else Reason.UNDER_CUT_OFF,
    )


def test_a_rule_without_a_score_warns_where_it_holds() -> None:
    decision = say(a_plan(a_rule(score=None)), True, False, score=None)

    assert decision is not None
    assert decision.verdict is W


def test_a_rule_told_to_warn_on_the_unknown_warns_without_a_score() -> None:
    decision = say(a_plan(a_rule(if_unknown=IfUnknown.WARN)), None, False, score=None)

    assert decision is not None
    assert decision.verdict is W


TIED = a_rule(
    score=Score(fact="risk_score", at_least=Decimal(80), observe_from=Decimal(65), tie_break=Decimal(2)),
    urgency=Urgency.SOON,
    experiment=an_experiment(),
)


@pytest.mark.parametrize(
    ("score", "treated", "verdict", "arm"),
    [
        ("78", True, N, ""),
        ("78.001", True, W, "treated"),
        ("78.001", False, Verdict.CONTROL, "control"),
        ("80", False, Verdict.CONTROL, "control"),
        ("81.999", True, W, "treated"),
        ("81.999", False, Verdict.CONTROL, "control"),
        ("82", False, W, ""),
        ("82", True, W, ""),
    ],
)
def test_inside_the_band_the_coin_decides_and_outside_it_the_score(
    score: str, treated: bool, verdict: Verdict, arm: str
) -> None:
    decision = say(in_experiment(TIED), True, False, score=score, treated=treated)

    assert decision is not None
    assert (decision.verdict, decision.arm) == (verdict, arm)
    assert (decision.reason is Reason.ASSIGNED) == (arm != "")


def test_nobody_is_put_into_an_experiment_by_an_unknown_or_past_an_exclusion() -> None:
    asked: list[Rule] = []

    def lot(rule: Rule) -> str:
        asked.append(rule)
        return "control"

    for truths in ((None, False), (True, True), (True, None), (False, False)):
        for rule in (TIED, replace(TIED, if_unknown=IfUnknown.WARN)):
            judge(in_experiment(rule), (*truths, False), {"risk_score": Decimal(80)}, lot)

    assert asked == []


def rules(*made: Rule) -> tuple[RulePlan, ...]:
    """These rules, each with one answer for its condition and one for its exclusion, in turn."""
    return tuple(a_plan(rule, 2 * n, (2 * n + 1,)) for n, rule in enumerate(made))


def decided(plans: Sequence[RulePlan], *truths: Truth) -> tuple[str, Verdict] | None:
    """The rule that has the word, and what it says, at score 90."""
    decision, _ = decide(plans, truths, {"risk_score": Decimal(90)}, lambda _: None)
    return None if decision is None else (decision.rule.rule.id, decision.verdict)


HELD: tuple[Truth, Truth] = (True, False)
EXCLUDED: tuple[Truth, Truth] = (True, True)
UNKNOWN: tuple[Truth, Truth] = (None, False)
FALSE: tuple[Truth, Truth] = (False, False)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (HELD, HELD, ("a", W)),
        (FALSE, HELD, ("b", W)),
        (EXCLUDED, HELD, ("b", W)),
        (UNKNOWN, HELD, ("b", W)),
        (EXCLUDED, UNKNOWN, ("a", S)),
        (UNKNOWN, EXCLUDED, ("a", U)),
        (EXCLUDED, FALSE, ("a", S)),
        (FALSE, FALSE, None),
    ],
)
def test_the_first_live_rule_that_warns_wins_and_what_is_skipped_or_unknown_never_hides_a_later_warning(
    first: tuple[Truth, Truth], second: tuple[Truth, Truth], said: tuple[str, Verdict] | None
) -> None:
    assert decided(rules(a_rule("a"), a_rule("b")), *first, *second) == said


def test_a_shadow_rule_is_told_beside_and_never_has_the_word() -> None:
    watching = a_rule("watching", status=RuleStatus.SHADOW)
    facts = {"risk_score": Decimal(90)}
    live, shadow = decide(rules(watching, a_rule("live")), (*HELD, *HELD), facts, lambda _: None)
    none, alone = decide(rules(watching), HELD, facts, lambda _: None)

    assert live is not None
    assert (live.rule.rule.id, live.is_shadow) == ("live", False)
    assert [d.rule.rule.id for d in shadow] == [d.rule.rule.id for d in alone] == ["watching"]
    assert none is None
    assert all(d.is_shadow for d in (*shadow, *alone))


@given(st.lists(st.tuples(st.sampled_from(TRUTHS), st.sampled_from(TRUTHS)), min_size=1, max_size=5))
def test_somebody_is_warned_exactly_where_some_live_rule_warns_by_itself(
    truths: list[tuple[Truth, Truth]],
) -> None:
    plans = rules(*(a_rule(f"rule-{n}") for n in range(len(truths))))
    flat = [truth for pair in truths for truth in pair]
    alone = [judge(plan, flat, {"risk_score": Decimal(90)}, lambda _: None) for plan in plans]
    said = decided(plans, *flat)

    warning = [d.rule.rule.id for d in alone if d is not None and d.verdict is W]
    assert (said is not None and said[1] is W) == bool(warning)
    if warning:
        assert said == (warning[0], W)
    assert (said is None) == all(d is None for d in alone)


def test_every_answer_to_one_rule_comes_to_a_decision_or_to_nothing() -> None:
    for holds, excluded, score in product(TRUTHS, TRUTHS, (None, 0, 65, 80)):
        for rule in (a_rule(), TIED, a_rule(score=None), replace(TIED, if_unknown=IfUnknown.WARN)):
            decision = say(in_experiment(rule), holds, excluded, score=score)
            assert (decision is None) == (holds is False)
