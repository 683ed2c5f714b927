"""The values a fact can have, as far as a set of questions can tell them apart.

Two values that answer every question alike share a cell. Each cell is found by asking the oracle about one
value of it, so what is said here of a question cannot differ from what a run answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import chain, combinations, pairwise

from outreach.domain.condition import (
    Compare,
    Contains,
    Fact,
    HasAny,
    Leaf,
    Literal,
    OneOf,
    Operator,
    Within,
)
from outreach.domain.decision import Truth
from outreach.domain.evaluate import evaluate
from outreach.domain.facts import FactType, Value

Cell = Mapping[Leaf, Truth]
"""What one value (or unknown) answers to each question."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOST_PIECES = 6  # texts and tags asked of one fact that are told apart by every subset of them
_STEPS = {FactType.SCORE: Decimal("0.001"), FactType.MONEY: Decimal("0.0001"), FactType.INTEGER: Decimal(1)}
_TICK = timedelta(microseconds=1)


def fact_of(leaf: Leaf) -> Fact | None:
    """The one fact a question asks, or None where it asks several or calculates."""
    match leaf:
        case Compare(_, Fact() as fact, Literal()) | Compare(_, Literal(), Fact() as fact):
            return fact
        case Compare():
            return None
        case _:
            return leaf.fact


def cells_of(fact: Fact, leaves: Sequence[Leaf]) -> list[Cell] | None:
    """Every way in which values of this fact answer these questions; None where there are too many."""
    if fact.type is FactType.TIME:
        return _of_time(fact, leaves)
    values = _values(fact, leaves)
    return None if values is None else _asked(fact, leaves, [*values, None])


def _asked(fact: Fact, leaves: Sequence[Leaf], values: Iterable[Value]) -> list[Cell]:
    rows = {tuple(evaluate(leaf, {fact.name: value}, NOW) for leaf in leaves): None for value in values}
    return [dict(zip(leaves, row, strict=True)) for row in rows]


def _values(fact: Fact, leaves: Sequence[Leaf]) -> list[Value] | None:
    """A value of every cell, save for unknown."""
    match fact.type:
        case FactType.BOOLEAN:
            return [True, False]
        case FactType.TEXT:
            return _texts(fact, leaves)
        case FactType.TAGS:
            return _tags([leaf for leaf in leaves if isinstance(leaf, HasAny)])
        case FactType.NUMBER:
            return list(_doubles({float(c) for c in _constants(leaves) if isinstance(c, Decimal)}))
        case _:
            return list(_exact(fact.type, {c for c in _constants(leaves) if isinstance(c, Decimal)}))


def _constants(leaves: Iterable[Leaf]) -> Iterator[object]:
    for leaf in leaves:
        match leaf:
            case Compare(_, Literal(value), _) | Compare(_, _, Literal(value)):
                yield value
            case OneOf(values=values):
                yield from values
            case _:
                pass


def _doubles(points: Collection[float]) -> Iterator[float]:
    ordered = sorted(points) or [0.0]
    yield from ordered
    yield from (ordered[0] - 1 - abs(ordered[0]), ordered[-1] + 1 + abs(ordered[-1]))
    yield from (middle for low, high in pairwise(ordered) if low < (middle := low + (high - low) / 2) < high)


def _exact(kind: FactType, points: Collection[Decimal]) -> Iterator[Decimal | int]:
    """Multiples of the type's step: on the points, between them, and outside of them."""
    step = _STEPS[kind]
    floors = sorted({(point / step).to_integral_value(ROUND_FLOOR) * step for point in points})
    low = min(floors, default=Decimal(0))
    for value in sorted({low - step, Decimal(0), *floors, *(floor + step for floor in floors)}):
        if kind is FactType.INTEGER:
            yield int(value)
        elif kind is FactType.MONEY or 0 <= value <= 100:
            yield value


def _texts(fact: Fact, leaves: Sequence[Leaf]) -> list[Value] | None:
    """Each text that is named, and texts of none of these names with every set of pieces asked for."""
    named = {c for c in _constants(leaves) if isinstance(c, str)}
    pieces = sorted({leaf.needle for leaf in leaves if isinstance(leaf, Contains)})
    if len(pieces) > MOST_PIECES:
        return None
    # No name and no piece holds a NUL, so that joining by it makes nothing that was not put in.
    others = ("\0".join((*subset, "")) + "\0" for subset in _subsets(pieces))
    return [*_unlike(fact, leaves, named), *others]


def _unlike(fact: Fact, leaves: Sequence[Leaf], named: Collection[str]) -> Iterator[str]:
    """One of the named texts for each way to answer: of a list of thousands, most are alike."""
    lists = [frozenset(leaf.values) for leaf in leaves if isinstance(leaf, OneOf)]
    others = [leaf for leaf in leaves if not isinstance(leaf, OneOf)]
    rows: dict[tuple[object, ...], str] = {}
    for text in sorted(named):
        asked = (evaluate(leaf, {fact.name: text}, NOW) for leaf in others)
        rows.setdefault((*(text in each for each in lists), *asked), text)
    yield from rows.values()


def _tags(leaves: Sequence[HasAny]) -> list[Value] | None:
    """Every set of tags, where tags that stand in the same lists are one."""
    lists = [frozenset(leaf.values) for leaf in leaves]
    alike = {tuple(tag in each for each in lists): tag for each in lists for tag in sorted(each)}
    return None if len(alike) > MOST_PIECES else list(_subsets(sorted(alike.values())))


def _subsets(pieces: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(pieces, size) for size in range(len(pieces) + 1))


def _of_time(fact: Fact, leaves: Sequence[Leaf]) -> list[Cell]:
    """Ages and dates apart: when the run is, nobody knows, so that every age may be of every date."""
    ages = [leaf for leaf in leaves if isinstance(leaf, Within)]
    dates = [leaf for leaf in leaves if isinstance(leaf, Compare)]
    lengths = {leaf.length for leaf in ages}
    points = [c for c in _constants(dates) if isinstance(c, datetime)]
    old = [NOW + _TICK, NOW, *(NOW - at for length in lengths for at in (length, length + _TICK))]
    near = [point + step for point in points for step in (-_TICK, timedelta(), _TICK)] or [NOW]
    others = [leaf for leaf in leaves if not isinstance(leaf, Within | Compare)]
    known = _asked(fact, others, [NOW])[0]
    cells: list[Cell] = [
        {**age, **date, **known} for age in _asked(fact, ages, old) for date in _asked(fact, dates, near)
    ]
    return [*cells, *_asked(fact, leaves, [None])]


_ORDERS = {
    -1: {Operator.LT, Operator.LE, Operator.NE},
    0: {Operator.EQ, Operator.LE, Operator.GE},
    1: {Operator.GT, Operator.GE, Operator.NE},
}


def cells_between(leaves: Sequence[Compare]) -> list[Cell]:
    """How comparisons of the same two things answer: less, equal, more, or unknown."""
    told: list[Cell] = [{leaf: leaf.op in holds for leaf in leaves} for holds in _ORDERS.values()]
    unknown: Cell = dict.fromkeys(leaves)
    return [*told, unknown]
