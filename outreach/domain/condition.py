"""The tree a rule's `when:` becomes: our own, small, typed, three-valued.

Analysts write SQL-like text; sqlglot parses it; the checker turns it into this tree; the oracle
(`evaluate.py`) and the emitter for DuckDB read the same tree. Nothing else ever reaches an engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from outreach.domain.facts import FactType


@dataclass(frozen=True, slots=True)
class Span:
    """Where in its file a piece of text stands: 1-based line and column, and its length in characters."""

    line: int
    column: int
    length: int = 1


class Operator(StrEnum):
    """Comparison between two expressions of one kind."""

    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Arithmetic(StrEnum):
    """Calculation between numbers, always in double precision; division is `ratio(a, b)`."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    RATIO = "ratio"  # NULL where the divisor is 0


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of one fact."""

    name: str
    type: FactType
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant as the author wrote it: Decimal for numbers, str, bool, or aware datetime."""

    value: Decimal | str | bool | datetime
    type: FactType
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Calculation:
    """`left op right`, in double precision; NULL if either side is."""

    op: Arithmetic
    left: Expression
    right: Expression
    span: Span | None = field(default=None, compare=False)

    @property
    def type(self) -> FactType:
        """Always NUMBER."""
        return FactType.NUMBER


Expression = Fact | Literal | Calculation


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; unknown if either side is NULL. Text takes only = and <>."""

    op: Operator
    left: Expression
    right: Expression
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A boolean fact standing alone."""

    fact: Fact
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IsKnown:
    """`x IS NOT NULL`: the one question whose answer is never unknown."""

    fact: Fact
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """`x IN (…)` over literals or a named list; unknown if x is NULL. `list_name` keeps `@name`."""

    fact: Fact
    values: tuple[Decimal | str, ...]
    list_name: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Contains:
    """`contains(text, 'needle')`: case-sensitive substring; unknown if the text is NULL."""

    fact: Fact
    needle: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class HasAny:
    """`has(tags, 'x')` or `has_any(tags, @list)`: one tag in common; unknown if the tags are NULL."""

    fact: Fact
    values: tuple[str, ...]
    list_name: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    """`within(time, '48 hours')`: run time minus `length` <= time <= run time.

    NULL is unknown, or false where the catalogue says that NULL means *never* (`null_is_never`).
    """

    fact: Fact
    length: timedelta
    null_is_never: bool = False
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Three-valued NOT."""

    condition: Condition
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Three-valued AND: false if any is false, else unknown if any is unknown, else true."""

    conditions: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Three-valued OR: true if any is true, else unknown if any is unknown, else false."""

    conditions: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False)


Leaf = Compare | IsTrue | IsKnown | OneOf | Contains | HasAny | Within
Condition = Leaf | Not | All | AnyOf
