"""Kinds of rows are decided just as the engine decides each row by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.backtest_joint import joint
from outreach.domain.backtest_kinds import BY_PERSON, NOTHING, Kinds
from outreach.domain.decision import Truth, decide
from outreach.domain.evaluate import evaluate
from outreach.domain.experiment import Design
from outreach.domain.facts import Facts
from outreach.domain.masks import PROBES_A_MASK, mask_count
from outreach.domain.plan import Plan, plan
from outreach.domain.ruleset import Exclusion, IfUnknown, Rule, Rulebook, RuleStatus, Score
from outreach.domain.scale import Urgency
from tests.build import LISTED, NOW, OWNED, a_rule, a_rule_set, a_rulebook, an_experiment, over

PATTERN = "pig_butchering"
PEOPLE = ("even", "odd!")

OF: dict[Design, dict[str, Any]] = {
    Design.TIE_BREAKER: {"band": Decimal(5)},
    Design.HOLDBACK: {"below": Decimal(85), "share": Decimal("0.2")},
    Design.WAIT_LIST: {"below": Decimal(85)},
    Design.CALL_LOTTERY: {},
    Design.DISCONTINUITY: {},
    Design.VARIANTS: {"variants": ("a", "b", "c")},
}
rules = st.builds(
    lambda status, cut, tie, unknown, spared, when, critical: a_rule(
        status=status,
        score=Score(
            fact="risk_score", at_least=Decimal(cut), observe_from=Decimal(60), tie_break=tie and Decimal(5)
        ),
        experiment=tie and an_experiment(tie, cut_off=Decimal(cut), **OF[tie]),
        urgency=Urgency.CRITICAL if critical else Urgency.SOON,
        if_unknown=unknown,
        exclusions=(Exclusion(because="own", when=OWNED),) if spared else (),
        when=LISTED if when else over(50),
    ),
    st.sampled_from([RuleStatus.LIVE, RuleStatus.LIVE, RuleStatus.SHADOW]),
    st.sampled_from([70, 80]),
    st.sampled_from([None, *Design]),
    st.sampled_from(list(IfUnknown)),
    st.booleans(),
    st.booleans(),
    st.sampled_from([False, False, True]),
)
books = st.lists(rules, min_size=1, max_size=4).map(
    lambda found: a_rulebook(
        a_rule_set(PATTERN, *(_named(rule, f"rule-{n}") for n, rule in enumerate(found)))
    )
)
truth = st.sampled_from([None, True, False])
rows = st.fixed_dictionaries(
    {
        "risk_score": st.sampled_from([None, *map(Decimal, (59, 60, 65, 66, 70, 74, 75, 80, 85, 90))]),
        "destination_listed": truth,
        "destination_owned": truth,
        "is_vulnerable": truth,
    }
)


def _named(rule: Rule, id: str) -> Rule:
    return a_rule(
        id,
        status=rule.status,
        score=rule.score,
        if_unknown=rule.if_unknown,
        exclusions=rule.exclusions,
        when=rule.when,
        urgency=rule.warn.urgency,
        experiment=rule.experiment and replace(rule.experiment, rule=id),
    )


def coin(person: str, rule: Rule) -> str | None:
    arms = (rule.experiment.arms or ("",)) if rule.experiment else (None,)
    return arms[(len(person) + len(rule.id) + ord(person[0])) % len(arms)]


def masks(asked: Plan, relevant: tuple[int, ...], facts: Facts) -> tuple[int, ...]:
    truths: list[Truth] = [evaluate(probe, facts, NOW) for probe in asked.probes]
    found = []
    for kind in (True, None):
        for n in range(mask_count(len(truths))):
            part = truths[n * PROBES_A_MASK : (n + 1) * PROBES_A_MASK]
            found.append(sum(1 << i for i, t in enumerate(part) if t is kind) & relevant[n])
    return tuple(found)


def decided(book: Rulebook, facts: Facts, person: str) -> list[tuple[str, ...]]:
    asked = plan(book)
    truths = [evaluate(probe, facts, NOW) for probe in asked.probes]
    acting, shadow = decide(asked.rules, truths, facts, partial(coin, person))
    every = ((acting,) if acting else ()) + shadow
    return [
        (d.rule.rule.id, d.verdict.value, d.reason.value, d.because, d.arm, d.registration) for d in every
    ]


@settings(max_examples=150, deadline=None)
@given(before=books, after=books, found=st.lists(rows, min_size=1, max_size=6))
def test_every_row_is_decided_by_both_books_as_the_engine_decides_it(
    before: Rulebook, after: Rulebook, found: list[dict[str, object]]
) -> None:
    joined = joint(before, after)
    kinds = Kinds(joined, coin)
    for row in found:
        facts: Facts = {k: v for k, v in ({"pattern": PATTERN} | row).items() if v is not None}  # type: ignore[misc]
        bits = masks(joined.plan, joined.relevant[PATTERN], facts)
        scores = {"risk_score": facts["risk_score"]} if "risk_score" in facts else {}
        number = kinds.number(PATTERN, bits, scores)
        for person in PEOPLE:
            one = kinds.number_of(person, PATTERN, bits, scores) if number == BY_PERSON else number
            words = kinds.kinds[one].words
            for book, word in zip((before, after), words, strict=True):
                said = [
                    (d.rule.rule.id, d.verdict.value, d.reason.value, d.because, d.arm, d.registration)
                    for d in word.all
                ]
                assert said == decided(book, facts, person)
            assert (one == NOTHING) == (not words[0].all and not words[1].all)
