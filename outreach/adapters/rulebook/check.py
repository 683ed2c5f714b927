"""The checker: sqlglot's tree in, our own typed tree out; what is not on the list is refused.

sqlglot parses and does not validate, so nothing is taken on trust: every node class accepted here is
named here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sqlglot import expressions as sql

from outreach.adapters.rulebook.excerpt import Excerpt
from outreach.adapters.rulebook.lint import lint
from outreach.adapters.rulebook.operands import literal, moment, operand, report_foreign
from outreach.adapters.rulebook.parse import parse
from outreach.adapters.rulebook.vocabulary import Reading, Vocabulary, list_places
from outreach.domain.condition import (
    All,
    AnyOf,
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
from outreach.domain.facts import FactType, WhenNull
from outreach.domain.problem import did_you_mean

_COMPARISONS: dict[type[sql.Expression], Operator] = {
    sql.EQ: Operator.EQ,
    sql.NEQ: Operator.NE,
    sql.LT: Operator.LT,
    sql.LTE: Operator.LE,
    sql.GT: Operator.GT,
    sql.GTE: Operator.GE,
}


def check(excerpt: Excerpt, words: Vocabulary) -> Condition | None:
    """The condition an excerpt says, or None with every problem of it reported."""
    parsed = parse(excerpt)
    if parsed is None:
        return None
    tree, tokens = parsed
    reading = Reading(excerpt=excerpt, words=words, list_places=list_places(tokens))
    before = len(excerpt.page.problems)
    try:
        result = condition(reading, tree)
    except RecursionError:
        excerpt.report("E004", 0, 1, "the expression is nested too deep", "split it into two rules")
        return None
    if result is not None and len(excerpt.page.problems) == before:
        lint(excerpt.page, result)
    return result if len(excerpt.page.problems) == before else None


def condition(reading: Reading, node: sql.Expression) -> Condition | None:
    """The condition of a node, or None with the problem reported."""
    if isinstance(node, sql.Paren):
        return condition(reading, node.this)
    if isinstance(node, sql.And | sql.Or):
        return _joined(reading, node)
    if isinstance(node, sql.Not):
        return _negated(reading, node)
    if type(node) in _COMPARISONS:
        return _compared(reading, node, _COMPARISONS[type(node)], node.this, node.expression)
    if isinstance(node, sql.Column):
        return _bare(reading, node)
    reader = _PREDICATES.get(_predicate_name(node))
    if reader is not None:
        return reader(reading, node)
    _report_no_condition(reading, node)
    return None


def _predicate_name(node: sql.Expression) -> str:
    return node.name.lower() if isinstance(node, sql.Anonymous) else node.key


def _report_no_condition(reading: Reading, node: sql.Expression) -> None:
    if isinstance(node, sql.Boolean):
        reading.report("E040", node, "TRUE and FALSE alone ask nothing", "write a condition over facts")
    elif isinstance(node, sql.Literal | sql.Neg | sql.Add | sql.Sub | sql.Mul | sql.Null | sql.Parameter):
        reading.report("E031", node, "this is a value, not a condition", "compare it with something")
    elif isinstance(node, sql.Anonymous) and node.name.lower() == "ratio":
        reading.report("E031", node, "ratio is a number, not a condition", "compare it: ratio(a, b) > 2")
    else:
        report_foreign(reading, node)


def _joined(reading: Reading, node: sql.And | sql.Or) -> Condition | None:
    kind, parts, spine = type(node), [], [node]
    while spine:  # chains lean left: walked with a stack, so that their length costs no recursion
        part = spine.pop()
        if type(part) is kind:
            spine += [part.expression, part.this]
        else:
            parts.append(condition(reading, part))
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    span = reading.span(node)
    return All(known, span) if kind is sql.And else AnyOf(known, span)


def _negated(reading: Reading, node: sql.Not) -> Condition | None:
    inner = condition(reading, node.this)
    if inner is None:
        return None
    if isinstance(inner, Not) and isinstance(inner.condition, IsKnown):
        return inner.condition  # x IS NOT NULL arrives as NOT (x IS NULL)
    return Not(inner, reading.span(node))


def _bare(reading: Reading, node: sql.Column) -> Condition | None:
    fact = reading.fact(node)
    if fact is None:
        return None
    if fact.type is not FactType.BOOLEAN:
        hint = f"compare it: {fact.name} …" if fact.type is not FactType.TAGS else f"has({fact.name}, 'x')"
        reading.report("E031", node, f"'{fact.name}' is {fact.type.value}, not a condition", hint)
        return None
    return IsTrue(fact, fact.span)


def _compared(
    reading: Reading, node: sql.Expression, op: Operator, left: sql.Expression, right: sql.Expression
) -> Compare | None:
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
    if _kind(first) != _kind(second):
        said = f"{_said(first)} is {_kind(first)}, {_said(second)} is {_kind(second)}"
        reading.report("E030", node, f"two kinds of values are compared: {said}")
        return None
    if _kind(first) == "tags":
        reading.report("E030", node, "tags are not compared", "has(tags, 'x') or has_any(tags, @list)")
        return None
    if _kind(first) in {"text", "boolean"} and op not in {Operator.EQ, Operator.NE}:
        reading.report("E032", node, f"{_kind(first)} has no order", "only = and <>")
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
    return value if _is_possible(reading, other, value.value, node) else None


def _is_possible(reading: Reading, fact: Fact, value: str, node: sql.Expression) -> bool:
    choices = reading.words.catalogue[fact.name].one_of
    if fact.type is not FactType.TEXT or not choices or value in choices:
        return True
    hint = did_you_mean(value, choices) or f"one of {', '.join(choices)}"
    reading.report("E035", node, f"'{fact.name}' is never '{value}'", hint)
    return False


def _kind(value: Expression) -> str:
    return "number" if value.type.is_numeric else value.type.value


def _said(value: Expression) -> str:
    match value:
        case Fact():
            return f"'{value.name}'"
        case Literal():
            return f"'{value.value}'" if isinstance(value.value, str) else str(value.value)
        case _:
            return "the calculation"


def _between(reading: Reading, node: sql.Expression) -> Condition | None:
    low = _compared(reading, node, Operator.GE, node.this, node.args["low"])
    before = len(reading.excerpt.page.problems)
    high = None if low is None else _compared(reading, node, Operator.LE, node.this, node.args["high"])
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
    if _kind(value) != _kind(fact):
        reading.report("E030", node, f"'{fact.name}' is {_kind(fact)}, {_said(value)} is {_kind(value)}")
        return None
    if isinstance(value.value, str):
        return value.value if _is_possible(reading, fact, value.value, node) else None
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


_PREDICATES: dict[str, Callable[[Reading, sql.Expression], Condition | None]] = {
    "between": _between,
    "in": _one_of,
    "is": _is_null,
    "within": _within,
    "contains": _contains,
    "has": _has_any,
    "has_any": _has_any,
}
