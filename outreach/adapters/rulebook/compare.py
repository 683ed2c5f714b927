"""Comparisons: two values of one kind, and an operator that the kind has."""

from __future__ import annotations

from sqlglot import expressions as sql

from outreach.adapters.rulebook.operands import moment, operand
from outreach.adapters.rulebook.vocabulary import Reading
from outreach.domain.condition import Compare, Expression, Fact, Literal, Operator
from outreach.domain.facts import FactType
from outreach.domain.problem import did_you_mean

COMPARISONS: dict[type[sql.Expression], Operator] = {
    sql.EQ: Operator.EQ,
    sql.NEQ: Operator.NE,
    sql.LT: Operator.LT,
    sql.LTE: Operator.LE,
    sql.GT: Operator.GT,
    sql.GTE: Operator.GE,
}


def compared(
    reading: Reading, node: sql.Expression, op: Operator, left: sql.Expression, right: sql.Expression
) -> Compare | None:
    """The comparison of two pieces of the tree, or None with the problem reported."""
    first, second = operand(reading, left), operand(reading, right)
    if first is None or second is None:
        return None
    read = _beside(reading, first, second, left), _beside(reading, second, first, right)
    if read[0] is None or read[1] is None:
        return None
    return _typed(reading, node, op, read[0], read[1])


def _typed(
    reading: Reading, node: sql.Expression, op: Operator, first: Expression, second: Expression
) -> Compare | None:
    """The comparison, where both sides are of one kind and the kind has this operator."""
    if kind_of(first) != kind_of(second):
        said = f"{shown(first)} is {kind_of(first)}, {shown(second)} is {kind_of(second)}"
        reading.report("E030", node, f"two kinds of values are compared: {said}")
        return None
    if kind_of(first) == "tags":
        reading.report("E030", node, "tags are not compared", "has(tags, 'x') or has_any(tags, @list)")
        return None
    if kind_of(first) in {"text", "boolean"} and op not in {Operator.EQ, Operator.NE}:
        reading.report("E032", node, f"{kind_of(first)} has no order", "only = and <>")
        return None
    return Compare(op, first, second, reading.span(node))


def _beside(
    reading: Reading, value: Expression, other: Expression, node: sql.Expression
) -> Expression | None:
    """A literal read in the light of what it is compared with: a moment, or one of a closed set."""
    if not isinstance(value, Literal) or not isinstance(value.value, str) or not isinstance(other, Fact):
        return value
    if other.type is FactType.TIME:
        return moment(reading, value, node)
    return value if is_possible(reading, other, value.value, node) else None


def is_possible(reading: Reading, fact: Fact, value: str, node: sql.Expression) -> bool:
    """True where the fact can have this text; reported where it lies outside of the fact's closed set."""
    choices = reading.words.catalogue[fact.name].one_of
    if fact.type is not FactType.TEXT or not choices or value in choices:
        return True
    hint = did_you_mean(value, choices) or f"one of {', '.join(choices)}"
    reading.report("E035", node, f"'{fact.name}' is never '{value}'", hint)
    return False


def kind_of(value: Expression) -> str:
    """What a value may be compared with: all numbers are of one kind."""
    return "number" if value.type.is_numeric else value.type.value


def shown(value: Expression) -> str:
    """A value as a problem names it."""
    match value:
        case Fact():
            return f"'{value.name}'"
        case Literal():
            return f"'{value.value}'" if isinstance(value.value, str) else str(value.value)
        case _:
            return "the calculation"
