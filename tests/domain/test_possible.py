"""What is called impossible never happens, on any row; and the usual contradictions are seen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.domain.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Contains,
    Fact,
    HasAny,
    IsKnown,
    IsTrue,
    Literal,
    Not,
    OneOf,
    Operator,
    Within,
)
from outreach.domain.decision import Truth
from outreach.domain.evaluate import evaluate
from outreach.domain.facts import FactType
from outreach.domain.possible import FALSE, TRUE, UNKNOWN, is_impossible, never_false, never_true
from tests.prove.random_trees import NOW, Dice

BITS: dict[Truth, int] = {True: TRUE, False: FALSE, None: UNKNOWN}
AGE = Fact("age", FactType.NUMBER)
SCORE = Fact("score", FactType.SCORE)
SENDS = Fact("sends", FactType.INTEGER)
KIND = Fact("kind", FactType.TEXT)
TAGS = Fact("tags", FactType.TAGS)
SEEN = Fact("seen_at", FactType.TIME)
LISTED = IsTrue(Fact("listed", FactType.BOOLEAN))
OWNED = IsTrue(Fact("owned", FactType.BOOLEAN))
DAY = timedelta(days=1)


def number(fact: Fact, op: str, value: str) -> Compare:
    return Compare(Operator(op), fact, Literal(Decimal(value), FactType.NUMBER))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9), st.integers(1, 7), st.integers(1, 7))
def test_no_row_answers_what_is_called_impossible(seed: int, first: int, second: int) -> None:
    dice = Dice(seed)
    one, other = dice.tree(2), dice.tree(2)
    if not is_impossible((one, first), (other, second)):
        return
    for _ in range(60):
        row = dice.row()
        got = BITS[evaluate(one, row, NOW)] & first, BITS[evaluate(other, row, NOW)] & second
        assert not all(got), row


@pytest.mark.parametrize(
    "condition",
    [
        All((number(AGE, "<", "1"), number(AGE, ">=", "7"))),
        All((AnyOf((LISTED, OWNED)), Not(LISTED), Not(OWNED))),
        All((number(SCORE, ">", "80"), number(SCORE, "<", "80.001"))),
        All((number(SENDS, ">", "3"), number(SENDS, "<", "4"))),
        All((OneOf(KIND, ("a", "b")), Not(OneOf(KIND, ("a", "b", "c"))))),
        All((Contains(KIND, "fee now"), Not(Contains(KIND, "fee")))),
        All((HasAny(TAGS, ("x",)), Not(HasAny(TAGS, ("x", "y"))))),
        All((Within(SEEN, DAY), Not(Within(SEEN, 2 * DAY)))),
        All((Not(IsKnown(SEEN)), Within(SEEN, DAY))),
        number(SCORE, ">", "100"),
    ],
)
def test_a_contradiction_over_the_facts_is_seen(condition: Condition) -> None:
    assert never_true(condition)


@pytest.mark.parametrize(
    "condition",
    [
        All((number(AGE, ">", "3"), number(AGE, "<", "4"))),
        All((number(SCORE, ">", "80"), number(SCORE, "<", "80.002"))),
        All((Contains(KIND, "fee"), Contains(KIND, "now"))),
        All((HasAny(TAGS, ("x",)), HasAny(TAGS, ("y",)))),
        All((Within(SEEN, 2 * DAY), Not(Within(SEEN, DAY)))),
        AnyOf((LISTED, Not(OWNED))),
    ],
)
def test_what_may_hold_is_let_be(condition: Condition) -> None:
    assert not never_true(condition)
    assert not never_false(condition)


def test_what_always_holds_save_for_the_unknown_is_seen() -> None:
    assert never_false(AnyOf((Not(OneOf(KIND, ("a",))), Not(OneOf(KIND, ("b",))))))
    assert never_false(AnyOf((number(AGE, "<", "5"), number(AGE, ">=", "5"))))


def test_too_much_to_look_at_is_never_called_impossible() -> None:
    many = [
        Compare(Operator.LT, Fact(f"a{i}", FactType.NUMBER), Fact(f"b{i}", FactType.NUMBER))
        for i in range(40)
    ]
    odd = All((*(AnyOf((one, other)) for one, other in pairwise(many)), LISTED))
    assert not is_impossible((odd, FALSE), (Not(odd), FALSE | UNKNOWN))
