"""Small counts: what is said of a few people, so that nobody learns of one person from a published table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 5
"""Fewer people than this are not told as a number."""

UNDER = f"under {FEWEST}"
WITHHELD = "not shown"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: how many, and of how many people."""

    count: int
    people: int

    @property
    def is_small(self) -> bool:
        """Whether somebody could be told by it; nobody at all can."""
        return 0 < self.people < FEWEST


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it may be published; `value` is None where the words stand for it."""

    words: str
    value: int | None = None


def shown(count: int, people: int | None = None) -> Shown:
    """A count that stands alone. `people`: where the count is not of people, how many they are."""
    part = Part(count, count if people is None else people)
    return Shown(UNDER) if part.is_small else Shown(f"{count:,}", count)


def whole(people: int, parts: Sequence[Part]) -> tuple[Shown, tuple[Shown, ...]]:
    """The sum of the parts, and each of them; no hidden part is found by taking the others from the sum.

    `people`: how many are in all of them together. Where hiding the small parts is not enough, the next
    larger ones are withheld, too; where that is not enough either, the sum is.
    """
    small = [n for n, part in enumerate(parts) if part.is_small]
    larger = sorted(
        (n for n, part in enumerate(parts) if part.count and not part.is_small), key=lambda n: parts[n].count
    )
    total = sum(part.count for part in parts)
    more = _withheld(parts, small, larger)
    told = tuple(_told(part, is_withheld=n in (more or ())) for n, part in enumerate(parts))
    if 0 < people < FEWEST:
        return Shown(UNDER), told
    return (Shown(WITHHELD) if more is None else Shown(f"{total:,}", total)), told


def _withheld(parts: Sequence[Part], small: Sequence[int], larger: Sequence[int]) -> Sequence[int] | None:
    """Which of the larger parts hide the small ones; None where none of them do."""
    if not small:
        return ()
    for more in range(len(larger) + 1):
        rest = sum(parts[n].count for n in (*small, *larger[:more]))
        if _is_open(rest, len(small), more):
            return larger[:more]
    return None


def _is_open(rest: int, small: int, more: int) -> bool:
    """Whether whoever knows that so many small and so many larger parts make `rest` can tell no small one."""
    if more:
        return rest > FEWEST * more + small
    others = range(small - 1, (small - 1) * (FEWEST - 1) + 1)
    return sum(rest - one in others for one in range(1, FEWEST)) > 1


def _told(part: Part, *, is_withheld: bool) -> Shown:
    return Shown(WITHHELD) if is_withheld else shown(part.count, part.people)
