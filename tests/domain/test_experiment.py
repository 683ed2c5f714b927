"""Experiments: nobody who must be warned is withheld a warning; lots are even, fixed and independent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.rulebook.experiments import spared
from outreach.adapters.rulebook.folder import gather, read_edition
from outreach.domain.decision import Decision, Reason, Truth, Verdict, decide, judge
from outreach.domain.evaluate import evaluate
from outreach.domain.experiment import LESSENS, Design, Experiment, terms
from outreach.domain.facts import Facts
from outreach.domain.plan import plan
from outreach.domain.ruleset import IfUnknown, Rule, RuleStatus, Score
from outreach.domain.scale import Urgency
from outreach.wiring import chance
from tests.build import NOW, a_rule, a_rule_set, a_rulebook, an_experiment

RULES = Path(__file__).parents[2] / "rules"
SHELF = {name: text for name, text in gather(RULES).items() if name in {"facts.yml", "ladders.yml"}}
BOOK, _ = read_edition(SHELF, RULES, today=NOW.date())
SPARED = spared(BOOK.catalogue if BOOK else {})
OPTIONS: dict[Design, dict[str, Any]] = {
    Design.TIE_BREAKER: {"band": Decimal(6)},
    Design.HOLDBACK: {"below": Decimal(90), "share": Decimal("0.2")},
    Design.WAIT_LIST: {"wait": timedelta(hours=24)},
    Design.CALL_LOTTERY: {},
    Design.DISCONTINUITY: {"band": Decimal(15)},
    Design.VARIANTS: {"variants": ("a", "b", "c")},
}
CLEAR: Facts = {"is_vulnerable": False, "losses_before": 0, "is_repeat": False}


def an(design: Design, **options: Any) -> Experiment:
    return an_experiment(design, **{"spared": SPARED, **OPTIONS[design], **options})


def tried(design: Design | None, **options: Any) -> Rule:
    score = Score(fact="risk_score", at_least=Decimal(80), observe_from=Decimal(65))
    usual = {"score": score, "exclusions": (), "urgency": Urgency.SOON}
    return a_rule(**{**usual, "experiment": design and an(design), **options})


def said(facts: Facts, *rules: Rule, lot: float = 0.999) -> Decision | None:
    """What a pattern's rules say of these facts to whoever drew this lot; the highest is a control's."""
    named = [replace(rule, id=f"rule-{n}") for n, rule in enumerate(rules)]
    asked = plan(a_rulebook(a_rule_set("pig_butchering", *named)))
    whole: Facts = {"pattern": "pig_butchering", "destination_listed": True, **facts}
    truths: list[Truth] = [evaluate(probe, whole, NOW) for probe in asked.probes]
    return decide(
        asked.rules, truths, whole, lambda rule: rule.experiment.arm(lot) if rule.experiment else None
    )[0]


designs = st.sampled_from(list(Design))
scores = st.integers(0, 100_000).map(lambda n: Decimal(n) / 1000)
lots = st.floats(0, 1, exclude_max=True)
urgencies = st.sampled_from(list(Urgency))
some_rules = st.builds(
    lambda design, urgency, status, unknown: tried(
        design, urgency=urgency, status=status, if_unknown=unknown
    ),
    st.none() | designs,
    urgencies,
    st.sampled_from([RuleStatus.LIVE, RuleStatus.LIVE, RuleStatus.SHADOW]),
    st.sampled_from(list(IfUnknown)),
)


@settings(max_examples=300)
@given(st.lists(some_rules, min_size=1, max_size=4), scores, lots)
def test_nobody_whom_a_critical_rule_warns_is_ever_in_a_withheld_arm(
    rules: list[Rule], score: Decimal, lot: float
) -> None:
    facts: Facts = {**CLEAR, "risk_score": score}
    found = said(facts, *rules, lot=lot)
    critical = [r for r in rules if r.warn.urgency is Urgency.CRITICAL and r.status is RuleStatus.LIVE]
    must = any(d is not None and d.verdict is Verdict.WARN for d in (said(facts, r) for r in critical))

    assert found is None or not (
        found.verdict is Verdict.CONTROL and found.rule.rule.warn.urgency is Urgency.CRITICAL
    )
    assert not must or (found is not None and found.verdict is Verdict.WARN)


PROTECTED: tuple[Facts, ...] = (
    {"is_vulnerable": True},
    {"is_vulnerable": None},  # nobody knows: a NULL is never a silent no
    {"losses_before": 1},
    {"is_repeat": True},
    {"prior_loss_usd": Decimal("0.01")},
    {"prior_report_at": NOW - timedelta(days=400)},
    {"case_opened_at": NOW - timedelta(days=400)},
    {"reported_at": NOW - timedelta(days=400)},
)


@settings(max_examples=300)
@given(st.lists(some_rules, min_size=1, max_size=3), scores, lots, st.sampled_from(PROTECTED))
def test_nobody_vulnerable_and_no_victim_is_ever_assigned_where_an_arm_gets_less(
    rules: list[Rule], score: Decimal, lot: float, protected: Facts
) -> None:
    found = said({**CLEAR, "risk_score": score, **protected}, *rules, lot=lot)

    assert found is None or found.verdict is not Verdict.CONTROL
    is_less = (
        found is not None and found.rule.rule.experiment and found.rule.rule.experiment.design in LESSENS
    )
    assert not (is_less and found is not None and found.arm)


@pytest.mark.parametrize("design", sorted(LESSENS))
def test_somebody_who_is_neither_is_assigned(design: Design) -> None:
    found = said({**CLEAR, "risk_score": Decimal(81)}, tried(design))

    assert found is not None
    assert (found.arm, found.registration) == ("control", replace(an(design), rule="money-leaving").sha256)
    assert (found.verdict is Verdict.CONTROL) == (design is not Design.CALL_LOTTERY)


@settings(max_examples=200)
@given(designs, scores, lots)
def test_the_lot_decides_only_where_the_design_says_so(design: Design, score: Decimal, lot: float) -> None:
    facts: Facts = {**CLEAR, "risk_score": score}
    found, plain = said(facts, tried(design), lot=lot), said(facts, tried(None))

    assert (found is None) == (plain is None)
    if found is None or plain is None:
        return
    is_in = {
        Design.TIE_BREAKER: 74 < score < 86,
        Design.HOLDBACK: 80 <= score < 90,
        Design.WAIT_LIST: score >= 80,
        Design.CALL_LOTTERY: score >= 80,
        Design.DISCONTINUITY: True,
        Design.VARIANTS: score >= 80,
    }[design]
    assert bool(found.registration) == is_in
    assert bool(found.arm) == (is_in and design is not Design.DISCONTINUITY)
    if found.reason is not Reason.ASSIGNED:
        assert found.verdict is plain.verdict


@given(designs)
def test_a_rule_that_only_watches_assigns_nobody(design: Design) -> None:
    watching = tried(design, status=RuleStatus.SHADOW)
    asked = plan(a_rulebook(a_rule_set("pig_butchering", watching)))
    facts: Facts = {
        "pattern": "pig_butchering",
        "destination_listed": True,
        "risk_score": Decimal(81),
        **CLEAR,
    }
    truths = [evaluate(probe, facts, NOW) for probe in asked.probes]
    found = judge(asked.rules[0], truths, facts, lambda rule: "control")

    assert found is not None
    assert (found.verdict, found.arm, found.registration) == (Verdict.WARN, "", "")


PEOPLE = 20_000


def arms(experiment: Experiment, key: bytes = b"k" * 32, people: int = PEOPLE) -> list[str | None]:
    assign = chance.assignment(key)
    rule = tried(None, experiment=experiment)
    return [assign(f"{n:032x}", rule, NOW) for n in range(people)]


@pytest.mark.parametrize(
    ("design", "options", "shares"),
    [
        (Design.TIE_BREAKER, {}, {"treated": 0.5, "control": 0.5}),
        (Design.WAIT_LIST, {}, {"treated": 0.5, "control": 0.5}),
        (Design.CALL_LOTTERY, {}, {"treated": 0.5, "control": 0.5}),
        (Design.HOLDBACK, {"share": Decimal("0.05")}, {"treated": 0.95, "control": 0.05}),
        (Design.VARIANTS, {}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
    ],
)
def test_of_twenty_thousand_people_each_arm_gets_its_share_to_within_four_standard_errors(
    design: Design, options: dict[str, Any], shares: dict[str, float]
) -> None:
    got = Counter(arms(an(design, **options)))

    assert got.keys() == shares.keys()
    for arm, share in shares.items():
        error = (PEOPLE * share * (1 - share)) ** 0.5
        assert abs(got[arm] - PEOPLE * share) < 4 * error


def changed() -> Iterator[Experiment]:
    one = an(Design.TIE_BREAKER)
    yield one
    yield replace(one, metric=next(m for m in type(one.metric) if m is not one.metric))
    yield replace(one, cap=Decimal(5000))
    yield replace(one, window=timedelta(days=90))
    yield replace(one, band=Decimal(5))
    yield replace(one, rule="another")
    yield replace(one, until=date(2027, 6, 30))


def test_another_metric_cap_window_or_band_is_another_registration_with_lots_of_its_own() -> None:
    experiments = list(changed())
    assert len({one.sha256 for one in experiments}) == len(experiments)

    for before, after in pairwise(experiments):
        cells = Counter(zip(arms(before, people=4_000), arms(after, people=4_000), strict=True))
        for count in cells.values():  # a quarter of 4,000 each, to within four standard errors
            assert abs(count - 1_000) < 4 * (4_000 * 0.25 * 0.75) ** 0.5
        assert len(cells) == 4


def test_a_person_and_a_registration_fall_on_the_same_side_on_every_node_and_in_every_order() -> None:
    experiment = an(Design.TIE_BREAKER)
    people = [f"{n:032x}" for n in range(500)]
    nodes = [chance.assignment(b"k" * 32) for _ in range(2)]
    rule = tried(None, experiment=experiment)
    forth = {p: nodes[0](p, rule, NOW) for p in people}
    back = {p: nodes[1](p, rule, NOW + timedelta(days=30)) for p in reversed(people)}

    assert forth == back
    assert arms(experiment, b"x" * 32, 500) != list(forth.values())


def test_nobody_is_assigned_after_the_last_day_which_is_one_in_utc() -> None:
    assign = chance.assignment(b"k" * 32)
    rule = tried(None, experiment=an(Design.TIE_BREAKER, until=date(2026, 11, 23)))

    assert assign("p", rule, datetime(2026, 11, 23, 23, 59, tzinfo=UTC)) is not None
    assert assign("p", rule, datetime(2026, 11, 24, tzinfo=UTC)) is None


def test_the_registered_text_says_what_will_be_measured_and_how() -> None:
    told = terms(an(Design.HOLDBACK, cap=Decimal(5000), until=date(2027, 6, 30)).text)

    assert told == {
        "pattern": "pig_butchering",
        "rule": "money-leaving",
        "design": "holdback",
        "score": "risk_score",
        "cut_off": "80",
        "must_warn_from": "90",
        "control_share": "0.2",
        "arms": "treated, control",
        "metric": "cases",
        "cap": "5000",
        "window": "14d",
        "until": "2027-06-30",
        "spared": "vulnerable people, confirmed victims",
        "unit": "person",
        "analysis": "intention to treat",
        "definition": "of a test",
    }
