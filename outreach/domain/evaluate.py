"""The oracle: what a condition says of one row of facts, in plain three-valued logic.

Slow and obvious on purpose. DuckDB answers for millions; this says what the right answer is, and a
property test holds the two together.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from outreach.domain.condition import (
    All,
    AnyOf,
    Arithmetic,
    Calculation,
    Compare,
    Condition,
    Contains,
    Expression,
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
from outreach.domain.facts import Facts, FactType, Value

COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}


def evaluate(condition: Condition, facts: Facts, now: datetime) -> Truth:
    """True, False, or None where a fact that decides it is unknown; `now` is the run's time."""
    match condition:
        case All(parts):
            return _all([evaluate(part, facts, now) for part in parts])
        case AnyOf(parts):
            return _not(_all([_not(evaluate(part, facts, now)) for part in parts]))
        case Not(inner):
            return _not(evaluate(inner, facts, now))
        case IsKnown(fact):
            return facts.get(fact.name) is not None
        case Compare(op, left, right):
            return _compare(op, left, right, facts)
        case IsTrue() | OneOf() | Contains() | HasAny() | Within():
            return _ask(condition, facts.get(condition.fact.name), now)


def _ask(leaf: IsTrue | OneOf | Contains | HasAny | Within, value: Value, now: datetime) -> Truth:
    """A question to one fact."""
    if value is None:
        return False if isinstance(leaf, Within) and leaf.null_is_never else None
    match leaf:
        case IsTrue():
            return value is True
        case OneOf(fact, values):
            wanted = _number(value, fact.type)
            return wanted in (values if isinstance(wanted, str) else [_number(v, fact.type) for v in values])
        case Contains(needle=needle):
            return needle in str(value)
        case HasAny(values=values):
            return isinstance(value, tuple) and not set(values).isdisjoint(value)
        case Within(length=length):
            return isinstance(value, datetime) and now - length <= value <= now


def _all(truths: Sequence[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _compare(op: Operator, left: Expression, right: Expression, facts: Facts) -> Truth:
    """Exact where both sides are exact; in double precision where one of them is."""
    first, second = value_of(left, facts), value_of(right, facts)
    if first is None or second is None:
        return None
    kind = FactType.NUMBER if is_double(left) or is_double(right) else left.type
    return COMPARE[op](_number(first, kind), _number(second, kind))


def is_double(value: Expression) -> bool:
    """True for calculations and for facts of type number; literals, scores and money are exact."""
    return isinstance(value, Calculation) or (isinstance(value, Fact) and value.type is FactType.NUMBER)


def _number(value: Value, kind: FactType) -> Value:
    """A number in the precision of `kind`; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    if kind is FactType.NUMBER:
        return float(value)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def value_of(value: Expression, facts: Facts) -> Value:
    """The value of a fact, a literal or a calculation; None where it is unknown."""
    match value:
        case Fact(name):
            return facts.get(name)
        case Literal(constant):
            return constant
        case Calculation():
            result = _calculate(value, facts)
            # Overflow and 0/0 are no answers.
            return result if result is not None and math.isfinite(result) else None


def _calculate(calculation: Calculation, facts: Facts) -> float | None:
    left, right = _double(calculation.left, facts), _double(calculation.right, facts)
    if left is None or right is None:
        return None
    match calculation.op:
        case Arithmetic.ADD:
            return left + right
        case Arithmetic.SUB:
            return left - right
        case Arithmetic.MUL:
            return left * right
        case Arithmetic.RATIO:
            return None if right == 0 else left / right


def _double(value: Expression, facts: Facts) -> float | None:
    if isinstance(value, Calculation):
        return _calculate(value, facts)
    found = value_of(value, facts)
    return float(found) if isinstance(found, int | float | Decimal) else None
