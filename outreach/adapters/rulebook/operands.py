"""Values inside an expression: facts, literals and calculations, each with its kind."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from sqlglot import expressions as sql

from outreach.adapters.rulebook.vocabulary import FUNCTIONS, Reading
from outreach.domain.condition import Arithmetic, Calculation, Expression, Literal
from outreach.domain.facts import FactType
from outreach.domain.problem import did_you_mean

_NUMBER = re.compile(r"([0-9]{1,15})?(\.[0-9]{1,6})?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?")
_CALCULATIONS = {sql.Add: Arithmetic.ADD, sql.Sub: Arithmetic.SUB, sql.Mul: Arithmetic.MUL}
_CONDITIONS = (sql.Connector, sql.Predicate, sql.Not, sql.Between, sql.In)
_REPLACEMENTS = {
    sql.Div: "division is ratio(a, b)",
    sql.Cast: "no casts: facts are typed already",
    sql.TryCast: "no casts: facts are typed already",
    sql.Case: "write two rules, or OR",
    sql.Subquery: "conditions ask the facts of one flag",
    sql.Select: "conditions ask the facts of one flag",
    sql.Like: "contains(text, 'words')",
    sql.ILike: "contains(text, 'words')",
    sql.Lower: "text is compared as it is",
    sql.CurrentTimestamp: "within(time, '48 hours') asks against the run's time",
    sql.CurrentDate: "within(time, '48 hours') asks against the run's time",
    sql.Interval: "within(time, '48 hours')",
    sql.Concat: "one text between one pair of quotes",
}


def operand(reading: Reading, node: sql.Expression) -> Expression | None:
    """The typed value of a node, or None with the problem reported."""
    if isinstance(node, sql.Paren):
        return operand(reading, node.this)
    if isinstance(node, sql.Column):
        return reading.fact(node)
    if isinstance(node, sql.Literal | sql.Boolean | sql.Neg):
        return literal(reading, node)
    if isinstance(node, sql.Add | sql.Sub | sql.Mul):
        return _calculation(reading, node, _CALCULATIONS[type(node)], node.this, node.expression)
    if isinstance(node, sql.Anonymous) and node.name.lower() == "ratio":
        if len(node.expressions) == 2:
            return _calculation(reading, node, Arithmetic.RATIO, *node.expressions)
        reading.report("E023", node, "ratio takes two numbers", "ratio(a, b)")
        return None
    _report_no_operand(reading, node)
    return None


def _report_no_operand(reading: Reading, node: sql.Expression) -> None:
    if isinstance(node, sql.Null):
        reading.report("E033", node, "nothing is ever equal to NULL", "x IS NULL, or x IS NOT NULL")
    elif isinstance(node, sql.Parameter):
        reading.report("E023", node, f"@{node.name} is a list", "text IN @list, or has_any(tags, @list)")
    elif isinstance(node, _CONDITIONS) and not isinstance(node, sql.Like | sql.ILike):
        hint = "compare two values, or join conditions with AND and OR"
        reading.report("E031", node, "a condition stands where a value belongs", hint)
    else:
        report_foreign(reading, node)


def report_foreign(reading: Reading, node: sql.Expression) -> None:
    """Report a construct, function or stray word that the language does not have."""
    if isinstance(node, sql.Alias):
        _report_alias(reading, node)
    elif isinstance(node, sql.Anonymous):
        hint = did_you_mean(node.name.lower(), FUNCTIONS) or f"there are {', '.join(FUNCTIONS)}"
        reading.report("E022", node, f"unknown function '{node.name}'", hint)
    else:
        hint = next((h for kind, h in _REPLACEMENTS.items() if isinstance(node, kind)), "")
        what = "this function" if isinstance(node, sql.Func) and not hint else "this part of SQL"
        code = "E022" if isinstance(node, sql.Func) and not hint else "E010"
        known = hint or f"there are AND, OR, NOT, IN, BETWEEN, IS NULL and {', '.join(FUNCTIONS)}"
        reading.report(code, node, f"{what} ({node.key}) is not in the rule language", known)


def _report_alias(reading: Reading, node: sql.Alias) -> None:
    stray = node.args.get("alias")
    place = stray if isinstance(stray, sql.Expression) else node
    name = place.name
    number = re.fullmatch(r"[_xXoObB]*[0-9][0-9a-fA-F_]*", name)
    hint = did_you_mean(name.upper(), ("AND", "OR")) or (
        "a number in plain digits?" if number else "join clauses with AND or OR"
    )
    reading.report("E003", place, f"'{name}' cannot stand here", hint)


def literal(reading: Reading, node: sql.Expression) -> Literal | None:
    """A text, a truth or a number in plain digits, or None with the problem reported."""
    span = reading.span(node)
    if isinstance(node, sql.Boolean):
        return Literal(bool(node.this), FactType.BOOLEAN, span)
    if isinstance(node, sql.Neg):
        inner = node.this
        if not isinstance(inner, sql.Literal) or inner.is_string:
            reading.report("E036", node, "a minus belongs before a number", "for a fact: 0 - x")
            return None
        value = number(reading, inner)
        return None if value is None else Literal(-value, FactType.NUMBER, span)
    if isinstance(node, sql.Literal) and node.is_string:
        return Literal(node.name, FactType.TEXT, span)
    value = number(reading, node)
    return None if value is None else Literal(value, FactType.NUMBER, span)


def number(reading: Reading, node: sql.Expression) -> Decimal | None:
    """A number in plain digits, or None with the problem reported."""
    if isinstance(node, sql.Literal) and not node.is_string and _NUMBER.fullmatch(node.name):
        return Decimal(node.name)
    hint = "like 1000 or 0.25: at most 15 digits before the point and 6 behind it, no exponent"
    reading.report("E036", node, f"'{node.name}' is not a plain number", hint)
    return None


def moment(reading: Reading, value: Literal, node: sql.Expression) -> Literal | None:
    """A text literal beside a time fact as that moment; a date alone is its midnight in UTC."""
    written = str(value.value)
    try:
        if _MOMENT.fullmatch(written):
            read = datetime.fromisoformat(written)
            aware = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
            return Literal(aware, FactType.TIME, value.span)
    except (ValueError, OverflowError):
        pass
    hint = "like '2026-11-22' or '2026-11-22T08:00:00Z'; for ages: within(time, '48 hours')"
    reading.report("E037", node, f"'{written}' is not a moment", hint)
    return None


def _calculation(
    reading: Reading, node: sql.Expression, op: Arithmetic, left: sql.Expression, right: sql.Expression
) -> Calculation | None:
    sides = [(operand(reading, part), part) for part in (left, right)]
    for side, part in sides:
        if side is not None and not side.type.is_numeric:
            what = "calculation takes numbers" if op is not Arithmetic.RATIO else "ratio takes numbers"
            reading.report("E030", part, f"{what}; this is {side.type.value}")
            return None
    if sides[0][0] is None or sides[1][0] is None:
        return None
    return Calculation(op, sides[0][0], sides[1][0], reading.span(node))
