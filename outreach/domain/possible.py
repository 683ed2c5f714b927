"""Can conditions answer so together, for any facts at all? Sound, and bounded.

Every fact is cut into the cells that the questions tell apart (`cells.py`); a search through them tries to
find facts for which each condition answers as wanted. Comparisons of two facts, and calculations, are
taken to be free of each other: more is held possible than is, never less. So "impossible" is a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from outreach.domain.cells import Cell, cells_between, cells_of, fact_of
from outreach.domain.condition import All, AnyOf, Compare, Condition, Leaf, Not
from outreach.domain.decision import Truth

TRUE, FALSE, UNKNOWN = 1, 2, 4
"""Sets of answers, as bits."""

MOST_LOOKS = 40_000
"""Looks at a question before we say that we do not know: some hundredths of a second."""

MOST_VARIABLES = 120

_BIT: Mapping[Truth, int] = {True: TRUE, False: FALSE, None: UNKNOWN}

Wish = tuple[Condition, int]
"""A condition, and the answers it may give."""


@lru_cache(maxsize=4096)  # a folder is read again and again, and an edit changes one file of it
def is_impossible(*wishes: Wish) -> bool:
    """True where no facts whatever make every condition give a wanted answer; False where some may."""
    by_variable = _variables({leaf: None for condition, _ in wishes for leaf in _leaves(condition)})
    if by_variable is None or len(by_variable) > MOST_VARIABLES:
        return False
    return not _Search(wishes, by_variable).finds()


def never_true(condition: Condition) -> bool:
    """True where the condition holds for no facts whatever."""
    return is_impossible((condition, TRUE))


def never_false(condition: Condition) -> bool:
    """True where no facts make the condition false: it holds, or nobody knows."""
    return is_impossible((condition, FALSE))


def _leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(inner):
            yield from _leaves(inner)
        case _:
            yield condition


def _variables(leaves: Iterable[Leaf]) -> list[list[Cell]] | None:
    """The cells of each fact, and of each pair that is compared; None where a fact has too many."""
    alone: dict[str, list[Leaf]] = {}
    pairs: dict[object, list[Compare]] = {}
    for leaf in leaves:
        fact = fact_of(leaf)
        if fact is not None:
            alone.setdefault(fact.name, []).append(leaf)
        else:
            compare = cast(Compare, leaf)
            pairs.setdefault((compare.left, compare.right), []).append(compare)
    cells = [cells_of(fact, asked) for asked in alone.values() if (fact := fact_of(asked[0])) is not None]
    if any(each is None for each in cells):
        return None
    return [*(each for each in cells if each is not None), *map(cells_between, pairs.values())]


@dataclass(slots=True)
class _Search:
    wishes: Sequence[Wish]
    variables: list[list[Cell]]
    answers: dict[Leaf, int] = field(default_factory=dict)
    looks: int = 0

    def __post_init__(self) -> None:
        for cells in self.variables:
            self._open(cells)

    def finds(self, place: int = 0) -> bool:
        """True where the facts from `place` on can be chosen, or where looking took too long."""
        self.looks += len(self.answers)
        if self.looks > MOST_LOOKS:
            return True
        if any(not self._range(condition) & wanted for condition, wanted in self.wishes):
            return False
        if place == len(self.variables):
            return True
        for cell in self.variables[place]:
            self.answers.update((leaf, _BIT[truth]) for leaf, truth in cell.items())
            if self.finds(place + 1):
                return True
        self._open(self.variables[place])
        return False

    def _open(self, cells: Sequence[Cell]) -> None:
        """Nothing is chosen here: each question may answer as any of the cells does."""
        for leaf in cells[0]:
            self.answers[leaf] = 0
            for cell in cells:
                self.answers[leaf] |= _BIT[cell[leaf]]

    def _range(self, condition: Condition) -> int:
        """The answers this condition may give, or more of them."""
        match condition:
            case All(parts):
                return _joined([self._range(part) for part in parts])
            case AnyOf(parts):
                return _turned(_joined([_turned(self._range(part)) for part in parts]))
            case Not(inner):
                return _turned(self._range(inner))
            case _:
                return self.answers[condition]


def _joined(ranges: Sequence[int]) -> int:
    """AND of sets of answers."""
    every, some = TRUE | UNKNOWN | FALSE, 0
    for each in ranges:
        every, some = every & each, some | each
    is_open = all(each & (TRUE | UNKNOWN) for each in ranges)
    return every & TRUE | some & FALSE | (some & UNKNOWN if is_open else 0)


def _turned(answers: int) -> int:
    """NOT of a set of answers."""
    return answers & UNKNOWN | (FALSE if answers & TRUE else 0) | (TRUE if answers & FALSE else 0)
