"""Examples are judged as flags are: shadow rules speak only where they are asked to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from outreach.domain.condition import Condition, Fact, IsTrue
from outreach.domain.decision import Truth
from outreach.domain.evaluate import evaluate
from outreach.domain.examples import ExampleReport, examples_run_at, judge_examples
from outreach.domain.facts import FactType
from outreach.domain.ladder import Ladder
from outreach.domain.plan import plan
from outreach.domain.ruleset import (
    Example,
    IfUnknown,
    InDoubt,
    Limits,
    Rule,
    Rulebook,
    RuleSet,
    RuleStatus,
    Score,
    Warn,
)
from outreach.domain.scale import Severity, Urgency
from tests.build import an_experiment

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LISTED, OWNED = (IsTrue(Fact(name, FactType.BOOLEAN)) for name in ("listed", "owned"))
WARN = Warn(
    template="p/leaving",
    urgency=Urgency.SOON,
    ladder=Ladder(name="", steps=()),
    expires=timedelta(hours=1),
    in_doubt=InDoubt.REPEAT,
)


def a_rule(
    name: str, when: Condition, status: RuleStatus = RuleStatus.LIVE, score: Score | None = None
) -> Rule:
    return Rule(
        id=name,
        status=status,
        when=when,
        score=score,
        exclusions=(),
        if_unknown=IfUnknown.UNDECIDED,
        limits=Limits(),
        warn=WARN,
    )


def report(rules: tuple[Rule, ...], *examples: Example) -> ExampleReport:
    rule_set = RuleSet(
        pattern="p",
        title="",
        severity=Severity.LOW,
        owner="",
        review_by=None,
        taxonomy={},
        rules=rules,
        examples=examples,
        file="p.yml",
        text="",
        sha256="",
    )
    book = Rulebook(catalogue={}, lists={}, ladders={}, sets={"p": rule_set}, sha256="")
    asked = plan(book)
    truths: list[list[Truth]] = [[evaluate(q, e.facts, NOW) for q in asked.probes] for e in examples]
    return judge_examples(book, asked, truths, NOW)


def a_case(expect: str, rule: str = "", **facts: bool | Decimal | None) -> Example:
    return Example(name="case", facts={"pattern": "p", **facts}, expect=expect, rule=rule)


def test_a_shadow_rule_is_not_the_answer_beside_a_live_one() -> None:
    rules = (a_rule("live", LISTED), a_rule("shadow", OWNED, RuleStatus.SHADOW))
    case = a_case("none", listed=False, owned=True)
    assert report(rules, case).failures == ()


def test_a_shadow_rule_answers_where_the_example_names_it_or_none_is_live() -> None:
    shadow = a_rule("shadow", OWNED, RuleStatus.SHADOW)
    named = a_case("warn", "shadow", listed=False, owned=True)
    assert report((a_rule("live", LISTED), shadow), named).failures == ()
    assert report((shadow,), a_case("warn", owned=True)).failures == ()


def test_inside_a_tie_break_an_example_may_expect_either_arm() -> None:
    score = Score(fact="score", at_least=Decimal(80), tie_break=Decimal(2))
    tried = an_experiment(score="score", spared=OWNED)
    rules = (replace(a_rule("live", LISTED, score=score), experiment=tried),)
    cases = [a_case(arm, listed=True, owned=False, score=Decimal(81)) for arm in ("warn", "control")]
    assert report(rules, *cases).failures == ()


@pytest.mark.parametrize(
    ("facts", "never"),
    [([True], ["false"]), ([False], ["true"]), ([None], ["true", "false"]), ([True, False], [])],
)
def test_coverage_counts_each_answer_that_some_example_reaches(
    facts: list[bool | None], never: list[str]
) -> None:
    told = report((a_rule("live", LISTED),), *(a_case("none", listed=f) for f in facts))
    missed = [gap.never for gap in told.gaps if gap.never != "climbed"]
    assert missed == never
    assert told.coverage == pytest.approx(100.0 * (3 - len(told.gaps)) / 3)


def test_a_ladder_is_covered_once_an_example_is_warned_by_its_rule() -> None:
    score = Score(fact="score", at_least=Decimal(80), observe_from=Decimal(65))
    rules = (a_rule("first", LISTED, score=score), a_rule("second", OWNED))
    near = a_case("near_miss", listed=True, owned=False, score=Decimal(70))
    theirs = a_case("warn", listed=False, owned=True, score=Decimal(70))
    told = report(rules, near, theirs)
    assert [(gap.rule, gap.piece) for gap in told.gaps if gap.never == "climbed"] == [("first", "ladder: ")]


def test_only_failures_carry_what_the_clauses_said() -> None:
    good, bad = report(
        (a_rule("live", LISTED),), a_case("warn", listed=True), a_case("warn", listed=None)
    ).outcomes
    assert good.clauses == ()
    assert [(c.place, c.clause, c.truth) for c in bad.clauses] == [("live", "listed", None)]


def test_examples_run_at_the_midnight_that_begins_the_day() -> None:
    assert examples_run_at(date(2026, 11, 22)) == NOW
