"""Questions that are no comparison: BETWEEN, IN, IS NULL, and the functions that answer yes or no."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sqlglot import expressions as sql

from outreach.adapters.rulebook.compare import compared, is_possible, kind_of, shown
from outreach.adapters.rulebook.operands import literal
from outreach.adapters.rulebook.vocabulary import Reading
from outreach.domain.condition import (
    All,
    Condition,
    Contains,
    Fact,
    HasAny,
    IsKnown,
    Not,
    OneOf,
    Operator,
    Within,
)
from outreach.domain.facts import FactType, WhenNull


def _between(reading: Reading, node: sql.Expression) -> Condition | None:
    low = compared(reading, node, Operator.GE, node.this, node.args["low"])
    before = len(reading.excerpt.page.problems)
    high = None if low is None else compared(reading, node, Operator.LE, node.this, node.args["high"])
    if low is None or high is None or len(reading.excerpt.page.problems) > before:
        return None
    return All((low, high), reading.span(node))


def _one_of(reading: Reading, node: sql.Expression) -> Condition | None:
    fact = reading.fact_of(
        node.this, FactType.TEXT, FactType.INTEGER, FactType.NUMBER, FactType.SCORE, FactType.MONEY
    )
    named = node.args.get("field")
    if isinstance(named, sql.Parameter):
        found = reading.list_named(named)
        if fact is None or found is None:
            return None
        if fact.type is not FactType.TEXT:
            reading.report("E030", node, f"@{found[0]} holds texts; '{fact.name}' is {fact.type.value}")
            return None
        return OneOf(fact, found[1], found[0], reading.span(node))
    if node.args.get("query") or named is not None or not node.expressions:
        reading.report(
            "E023", node, "IN takes values in brackets, or a list", "x IN ('a', 'b') or x IN @list"
        )
        return None
    values = [_listed(reading, fact, part) for part in node.expressions]
    if fact is None or any(value is None for value in values):
        return None
    return OneOf(fact, tuple(v for v in values if v is not None), "", reading.span(node))


def _listed(reading: Reading, fact: Fact | None, node: sql.Expression) -> Decimal | str | None:
    """One value inside IN (…), of the fact's kind."""
    if isinstance(node, sql.Null):
        reading.report("E033", node, "nothing is ever equal to NULL", "OR x IS NULL")
        return None
    if not isinstance(node, sql.Literal | sql.Neg):
        reading.report("E023", node, "IN takes numbers or texts in brackets")
        return None
    value = literal(reading, node)
    if value is None or fact is None:
        return None
    if kind_of(value) != kind_of(fact):
        reading.report("E030", node, f"'{fact.name}' is {kind_of(fact)}, {shown(value)} is {kind_of(value)}")
        return None
    if isinstance(value.value, str):
        return value.value if is_possible(reading, fact, value.value, node) else None
    return value.value if isinstance(value.value, Decimal) else None


def _is_null(reading: Reading, node: sql.Expression) -> Condition | None:
    if not isinstance(node.expression, sql.Null):
        reading.report("E010", node, "IS asks only for NULL", "x, NOT x, x IS NULL or x IS NOT NULL")
        return None
    fact = reading.fact(node.this)
    return None if fact is None else Not(IsKnown(fact, reading.span(node)), reading.span(node))


def _within(reading: Reading, node: sql.Expression) -> Condition | None:
    if len(node.expressions) != 2:
        reading.report("E023", node, "within takes a time and a length", "within(flagged_at, '48 hours')")
        return None
    fact = reading.fact_of(node.expressions[0], FactType.TIME)
    length = reading.length(node.expressions[1])
    if fact is None or length is None:
        return None
    is_never = reading.words.catalogue[fact.name].when_null is WhenNull.NEVER
    return Within(fact, length, is_never, reading.span(node))


def _contains(reading: Reading, node: sql.Expression) -> Condition | None:
    fact, needle = reading.fact_of(node.this, FactType.TEXT), node.expression
    if not isinstance(needle, sql.Literal) or not needle.is_string or not needle.name:
        reading.report(
            "E023", needle or node, "contains looks for a text between quotes", "contains(memo, 'fee')"
        )
        return None
    return None if fact is None else Contains(fact, needle.name, reading.span(node))


def _has_any(reading: Reading, node: sql.Expression) -> Condition | None:
    is_one = node.name.lower() == "has"
    if len(node.expressions) < 2 or (is_one and len(node.expressions) > 2):
        hint = "has(tags, 'x')" if is_one else "has_any(tags, 'x', 'y') or has_any(tags, @list)"
        reading.report("E023", node, f"{node.name} takes tags and what to look for", hint)
        return None
    fact = reading.fact_of(node.expressions[0], FactType.TAGS)
    wanted = node.expressions[1:]
    if len(wanted) == 1 and isinstance(wanted[0], sql.Parameter) and not is_one:
        found = reading.list_named(wanted[0])
        return None if fact is None or not found else HasAny(fact, found[1], found[0], reading.span(node))
    for part in wanted:
        if not isinstance(part, sql.Literal) or not part.is_string or not part.name:
            reading.report(
                "E023", part, "a tag between single quotes belongs here", "or has_any(tags, @list)"
            )
            fact = None
    return None if fact is None else HasAny(fact, tuple(p.name for p in wanted), "", reading.span(node))


PREDICATES: dict[str, Callable[[Reading, sql.Expression], Condition | None]] = {
    "between": _between,
    "in": _one_of,
    "is": _is_null,
    "within": _within,
    "contains": _contains,
    "has": _has_any,
    "has_any": _has_any,
}
