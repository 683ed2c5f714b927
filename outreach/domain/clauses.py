"""The clauses of a condition: the questions it is made of, each in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


Named = Callable[[Fact], str]
"""How a fact is written in a clause: by its name, unless somebody wants its value beside it."""


def name_of(fact: Fact) -> str:
    """A fact by its bare name."""
    return fact.name


def said(leaf: Leaf, named: Named = name_of) -> str:
    """A clause as an analyst would write it."""
    match leaf:
        case Compare(op, left, right):
            return f"{_value(left, named)} {op} {_value(right, named)}"
        case IsTrue(fact):
            return named(fact)
        case IsKnown(fact):
            return f"{named(fact)} IS NOT NULL"
        case Contains(fact, needle):
            return f"contains({named(fact)}, {_constant(needle)})"
        case Within(fact, length):
            return f"within({named(fact)}, '{_length(length)}')"
        case OneOf(fact, values, list_name):
            return f"{named(fact)} IN {f'@{list_name}' if list_name else f'({_constants(values)})'}"
        case HasAny(fact, values, list_name):
            function = "has" if len(values) == 1 and not list_name else "has_any"
            return f"{function}({named(fact)}, {f'@{list_name}' if list_name else _constants(values)})"


def _value(value: Expression, named: Named) -> str:
    match value:
        case Fact():
            return named(value)
        case Literal(constant):
            return _constant(constant)
        case Calculation(Arithmetic.RATIO, left, right):
            return f"ratio({_value(left, named)}, {_value(right, named)})"
        case Calculation(op, left, right):
            return f"({_value(left, named)} {op} {_value(right, named)})"


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
