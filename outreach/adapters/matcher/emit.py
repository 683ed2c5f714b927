"""From our tree to DuckDB's SQL: every character of the query is written here, none by an author.

Texts are escaped by `text` alone; names are quoted by `name` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
    Literal,
    Not,
    OneOf,
    Operator,
    Within,
)
from outreach.domain.evaluate import is_double
from outreach.domain.facts import FactType

MOST_INLINE = 8
"""Longer lists become joined tables: DuckDB walks an inline list once a row (7.1 s against 0.08 s)."""


@dataclass(frozen=True, slots=True)
class RowTime:
    """The run's time where every row has its own: the name of the column that holds it."""

    column: str


RunTime = datetime | RowTime
"""What `within` is asked against: one moment for all rows, or each row's own."""

Membership = tuple[str, tuple[str, ...]]
"""A fact's name, and the texts it (or one of its tags) is looked up in."""


@dataclass(slots=True)
class Joins:
    """The long lists a query asks for, each once however many probes ask it."""

    texts: dict[Membership, str] = field(default_factory=dict)
    tags: dict[Membership, str] = field(default_factory=dict)

    def column(self, kind: FactType, membership: Membership) -> str:
        """The boolean column that holds the answer; it is joined in before any probe is asked."""
        shelf, prefix = (self.tags, "has") if kind is FactType.TAGS else (self.texts, "in")
        return shelf.setdefault(membership, f"{prefix}_{len(shelf)}")


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted text; DuckDB's plain quotes know no escape but the doubled quote."""
    return "'" + value.replace("'", "''") + "'"


def double(value: Decimal) -> str:
    """A literal in double precision, the same double that Python makes of it."""
    written = repr(float(value))
    return written if "e" in written else f"{written}e0"


def moment(value: datetime) -> str:
    """A moment in UTC, to the microsecond."""
    return f"TIMESTAMPTZ '{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00'"


def condition(tree: Condition, now: RunTime, joins: Joins) -> str:
    """The condition as a three-valued SQL expression; `within` is folded against `now`."""
    match tree:
        case All(parts):
            return _joined(" AND ", "TRUE", parts, now, joins)
        case AnyOf(parts):
            return _joined(" OR ", "FALSE", parts, now, joins)
        case Not(inner):
            return f"(NOT {condition(inner, now, joins)})"
        case Compare(op, left, right):
            return _compare(op, left, right)
        case Within(fact, length, null_is_never):
            asked = _within(name(fact.name), length, now)
            return f"coalesce({asked}, FALSE)" if null_is_never else asked
        case _:
            return _leaf(tree, joins)


def _within(column: str, length: timedelta, now: RunTime) -> str:
    if isinstance(now, RowTime):  # whole microseconds: an interval would ask the calendar of every row
        age = f"epoch_us({name(now.column)}) - epoch_us({column})"
        return f"({age} BETWEEN 0 AND {length // timedelta(microseconds=1)})"
    return f"({column} BETWEEN {moment(now - length)} AND {moment(now)})"


def _joined(glue: str, nothing: str, parts: Sequence[Condition], now: RunTime, joins: Joins) -> str:
    return f"({glue.join(condition(part, now, joins) for part in parts)})" if parts else nothing


def _leaf(leaf: IsTrue | IsKnown | OneOf | Contains | HasAny, joins: Joins) -> str:
    column = name(leaf.fact.name)
    match leaf:
        case IsTrue():
            return column
        case IsKnown():
            return f"({column} IS NOT NULL)"
        case Contains(needle=needle):
            return f"contains({column}, {text(needle)})"
        case OneOf(fact, values) | HasAny(fact, values):
            if not values:  # nothing is in an empty list, and still nobody knows what is unknown
                return f"CASE WHEN {column} IS NOT NULL THEN FALSE END"
            texts = tuple(v for v in values if isinstance(v, str))
            if len(texts) > MOST_INLINE:
                return name(joins.column(fact.type, (fact.name, texts)))
            return _inline(leaf, column)


def _inline(leaf: OneOf | HasAny, column: str) -> str:
    match leaf:
        case OneOf(fact, values):
            return f"({column} IN ({', '.join(_constant(v, fact.type) for v in values)}))"
        case HasAny(values=values):
            # contains() a tag beats list_has_any() on short lists, which builds a set a row
            asked = " OR ".join(f"list_contains({column}, {text(v)})" for v in values)
            return f"({asked})"


def _constant(value: Decimal | str, kind: FactType) -> str:
    if isinstance(value, str):
        return text(value)
    return double(value) if kind is FactType.NUMBER else f"{value:f}"


def _compare(op: Operator, left: Expression, right: Expression) -> str:
    """Exact where both sides are exact; in double precision where one of them is."""
    if is_double(left) or is_double(right):
        return f"({_finite(left)} {op} {_finite(right)})"
    return f"({_exact(left)} {op} {_exact(right)})"


def _exact(value: Expression) -> str:
    match value:
        case Fact(fact):
            return name(fact)
        case Literal(bool() as truth):
            return "TRUE" if truth else "FALSE"
        case Literal(Decimal() as number):
            return f"{number:f}"
        case Literal(datetime() as at):
            return moment(at)
        case Literal(constant):
            return text(str(constant))
        case Calculation():
            return _finite(value)


def _finite(value: Expression) -> str:
    """A value in double precision; overflow and 0/0 are no answers."""
    if not isinstance(value, Calculation):
        return _double(value)
    asked = _double(value)
    return f"CASE WHEN isfinite({asked}) THEN {asked} END"


def _double(value: Expression) -> str:
    match value:
        case Fact(fact, kind):
            return name(fact) if kind is FactType.NUMBER else f"CAST({name(fact)} AS DOUBLE)"
        case Literal(Decimal() as number):
            return double(number)
        case Calculation(Arithmetic.RATIO, left, right):
            return f"({_double(left)} / nullif({_double(right)}, 0e0))"
        case Calculation(op, left, right):
            return f"({_double(left)} {op} {_double(right)})"
        case Literal(constant):
            raise TypeError(f"{type(constant).__name__} is no number")
