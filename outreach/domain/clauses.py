"""The clauses of a condition: the questions it is made of, each in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

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
    Leaf,
    Literal,
    Not,
    OneOf,
    Within,
)

Constant = Decimal | str | bool | datetime
"""What a literal may hold."""


def clauses(condition: Condition) -> Iterator[Leaf]:
    """The questions a condition asks, in the author's order; NOT, AND and OR only join them."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from clauses(part)
        case Not(inner):
            yield from clauses(inner)
        case _:
            yield condition


def said(leaf: Leaf) -> str:
    """A clause as an analyst would write it."""
    match leaf:
        case Compare(op, left, right):
            return f"{_value(left)} {op} {_value(right)}"
        case IsTrue(fact):
            return fact.name
        case IsKnown(fact):
            return f"{fact.name} IS NOT NULL"
        case Contains(fact, needle):
            return f"contains({fact.name}, {_constant(needle)})"
        case Within(fact, length):
            return f"within({fact.name}, '{_length(length)}')"
        case OneOf(fact, values, list_name):
            return f"{fact.name} IN {f'@{list_name}' if list_name else f'({_constants(values)})'}"
        case HasAny(fact, values, list_name):
            function = "has" if len(values) == 1 and not list_name else "has_any"
            return f"{function}({fact.name}, {f'@{list_name}' if list_name else _constants(values)})"


def _value(value: Expression) -> str:
    match value:
        case Fact(name):
            return name
        case Literal(constant):
            return _constant(constant)
        case Calculation(Arithmetic.RATIO, left, right):
            return f"ratio({_value(left)}, {_value(right)})"
        case Calculation(op, left, right):
            return f"({_value(left)} {op} {_value(right)})"


def _constants(values: tuple[Decimal | str, ...]) -> str:
    return ", ".join(_constant(v) for v in values)


def _constant(value: Constant) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"'{value:%Y-%m-%dT%H:%M:%SZ}'"
        case _:
            return f"{value:f}"


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes % size == 0:
            return f"{minutes // size} {unit}{'s' * (minutes != size)}"
    return f"{minutes} minute{'s' * (minutes != 1)}"
