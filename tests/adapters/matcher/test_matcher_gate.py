"""Rows that every rule passes over by pattern or score leave early, and no other row does."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.matcher import DuckMatcher, fact_table
from outreach.domain.condition import All, Compare, Condition, Fact, Literal, Operator
from outreach.domain.facts import FactSpec, FactType
from outreach.domain.plan import PATTERN_FACT, Plan
from tests.adapters.matcher.test_matcher_streams_and_is_locked import NOW, lines
from tests.fakes import OracleMatcher

SCORES = ("risk_score", "other_score")
KINDS = dict.fromkeys(SCORES, FactType.SCORE) | {PATTERN_FACT: FactType.TEXT, "amount": FactType.MONEY}
CATALOGUE = {name: FactSpec(name=name, type=kind, about="") for name, kind in KINDS.items()}


def at_least(name: str, value: str) -> Condition:
    return Compare(Operator.GE, Fact(name, KINDS[name]), Literal(Decimal(value), KINDS[name]))


def probe(pattern: str, score: str, floor: str, has_floor: bool) -> Condition:
    gate = Compare(Operator.EQ, Fact(PATTERN_FACT, FactType.TEXT), Literal(pattern, FactType.TEXT))
    return All((gate, *([at_least(score, floor)] if has_floor else []), at_least("amount", "10")))


probes = st.builds(
    probe, st.sampled_from("ab"), st.sampled_from(SCORES), st.sampled_from(["60", "75.5"]), st.booleans()
)
SEEN = (None, Decimal("59.999"), Decimal(60), Decimal("75.5"))
FLAGS = [
    {PATTERN_FACT: pattern, "risk_score": first, "other_score": second, "amount": amount}
    for pattern in (None, "a", "b", "c")
    for first in SEEN
    for second in SEEN
    for amount in (None, Decimal(9), Decimal(10))
]
"""Every flag that the probes can tell apart."""


@settings(max_examples=40, deadline=None)
@given(asked=st.lists(probes, min_size=1, max_size=4))
def test_the_same_rows_are_handed_over_as_if_every_probe_were_asked_of_every_row(
    asked: list[Condition],
) -> None:
    plan = Plan(probes=tuple(asked), mains=len(asked), rules=())
    table = fact_table(FLAGS, CATALOGUE)
    found = [lines(list(matcher.match(plan, table, NOW))) for matcher in (DuckMatcher(), OracleMatcher())]
    assert found[0] == found[1]
