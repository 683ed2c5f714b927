"""Random conditions and rows for the oracle: a second generator, beside the property test's own.

Values are few and close together, so that comparisons meet their edges; a fifth of all facts is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

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
from outreach.domain.facts import FactSpec, FactType, Value

NOW = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
TYPES = {
    "on_call": FactType.BOOLEAN,
    "listed": FactType.BOOLEAN,
    "sends": FactType.INTEGER,
    "growth": FactType.NUMBER,
    "age": FactType.NUMBER,
    "risk_score": FactType.SCORE,
    "amount": FactType.MONEY,
    "balance": FactType.MONEY,
    "kind": FactType.TEXT,
    'odd"name': FactType.TEXT,
    "flagged_at": FactType.TIME,
    "warned_at": FactType.TIME,
    "tags": FactType.TAGS,
}
CATALOGUE = {name: FactSpec(name=name, type=kind, about="") for name, kind in TYPES.items()}
WORDS = ("a", "b", "", "it's", "ß", "İ", "a\\", "😀", "%_", "A", " a", "né", "t0", "t7", "t13")
LENGTHS = (timedelta(days=2), timedelta(hours=48), timedelta(minutes=1), timedelta(days=700))
DISTANCES = (*LENGTHS, timedelta(), -timedelta(microseconds=1), timedelta(days=2, microseconds=1))
EDGES = (0.1 + 0.2, -0.0, 1.7e308)
EQUALITY = (Operator.EQ, Operator.NE)
UNKNOWN_SHARE = 0.2


class Dice:
    """Draws trees and rows; the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def row(self) -> dict[str, Value]:
        """A value or NULL for every fact."""
        return {
            name: None if self._random.random() < UNKNOWN_SHARE else self._value(kind)
            for name, kind in TYPES.items()
        }

    def tree(self, depth: int = 3) -> Condition:
        """A condition of up to a few dozen questions."""
        if depth == 0 or self._random.random() < 0.3:
            return self._leaf()
        parts = [self.tree(depth - 1) for _ in range(self._random.randrange(1, 4))]
        return self._random.choice([Not(parts[0]), All(tuple(parts)), AnyOf(tuple(parts))])

    def _value(self, kind: FactType) -> Value:
        draw = self._random
        values: dict[FactType, Callable[[], Value]] = {
            FactType.BOOLEAN: lambda: draw.random() < 0.5,
            FactType.INTEGER: lambda: draw.choice([draw.randrange(-3, 4), 2**62, -(2**63), 2**63 - 1]),
            FactType.NUMBER: lambda: draw.choice([draw.randrange(-10, 11) / 10, *EDGES, draw.uniform(-5, 5)]),
            FactType.SCORE: lambda: Decimal(draw.randrange(0, 100_001)) / 1000,
            FactType.MONEY: lambda: (
                Decimal(draw.choice([draw.randrange(-30, 31), draw.randrange(10**9)])) / 10
            ),
            FactType.TEXT: lambda: draw.choice(WORDS),
            FactType.TIME: lambda: NOW - draw.choice(DISTANCES),
            FactType.TAGS: lambda: tuple(draw.choices(WORDS, k=draw.randrange(0, 4))),
        }
        return values[kind]()

    def _fact(self, *kinds: FactType) -> Fact:
        name = self._random.choice([name for name, kind in TYPES.items() if kind in kinds])
        return Fact(name, TYPES[name])

    def _number(self, depth: int = 2) -> Expression:
        draw = self._random
        if depth and draw.random() < 0.35:
            return Calculation(
                draw.choice(list(Arithmetic)), self._number(depth - 1), self._number(depth - 1)
            )
        if draw.random() < 0.5:
            return Literal(Decimal(draw.randrange(-30, 31)) / 10, FactType.NUMBER)
        return self._fact(*(kind for kind in FactType if kind.is_numeric))

    def _either(self, kind: FactType) -> Expression:
        """A fact or a constant of a kind."""
        value = self._value(kind)
        assert isinstance(value, bool | str | datetime)
        return self._random.choice([self._fact(kind), Literal(value, kind)])

    def _leaf(self) -> Condition:
        draw = self._random
        ways: list[Callable[[], Condition]] = [
            lambda: IsTrue(self._fact(FactType.BOOLEAN)),
            lambda: IsKnown(self._fact(*FactType)),
            lambda: OneOf(self._fact(FactType.TEXT), self._words()),
            lambda: Contains(self._fact(FactType.TEXT), draw.choice([word for word in WORDS if word])),
            lambda: HasAny(self._fact(FactType.TAGS), self._words()),
            lambda: Within(self._fact(FactType.TIME), draw.choice(LENGTHS), draw.random() < 0.5),
            lambda: self._comparison(FactType.TIME, list(Operator)),
            lambda: self._comparison(FactType.TEXT, EQUALITY),
            lambda: self._comparison(FactType.BOOLEAN, EQUALITY),
            lambda: Compare(draw.choice(list(Operator)), self._number(), self._number()),
            lambda: Compare(draw.choice(list(Operator)), self._number(), self._number()),
        ]
        return draw.choice(ways)()

    def _comparison(self, kind: FactType, operators: Sequence[Operator]) -> Condition:
        return Compare(self._random.choice(operators), self._fact(kind), self._either(kind))

    def _words(self) -> tuple[str, ...]:
        """A list of words, short or longer than what is written inline."""
        listed: Sequence[str] = self._random.sample(WORDS, self._random.randrange(0, 12))
        return tuple(listed)
