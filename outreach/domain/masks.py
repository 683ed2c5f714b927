"""Answers as bits: how a matcher's masks are read back into true, false and unknown."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.domain.decision import Truth

PROBES_A_MASK = 60
"""Probes a BIGINT carries; fewer than 63, so that no engine's sign bit is ever touched."""


def mask_count(probes: int) -> int:
    """How many masks of each kind answer this many probes; at least one."""
    return max(1, -(-probes // PROBES_A_MASK))


def mask_columns(probes: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the columns (`true_0…`, `unknown_0…`)."""
    count = mask_count(probes)
    return tuple(f"true_{i}" for i in range(count)), tuple(f"unknown_{i}" for i in range(count))


def main_bits(mains: int) -> tuple[int, ...]:
    """For each mask, the bits that belong to main probes; the first `mains` probes are those."""
    whole = (1 << PROBES_A_MASK) - 1
    return tuple(
        min(whole, (1 << max(0, mains - first)) - 1) for first in range(0, max(mains, 1), PROBES_A_MASK)
    )


class Answers(Sequence[Truth]):
    """One row's truths in plan order, read from its masks when asked."""

    __slots__ = ("_probes", "_true", "_unknown")

    def __init__(self, true: Sequence[int], unknown: Sequence[int], probes: int) -> None:
        self._true, self._unknown, self._probes = true, unknown, probes

    def __len__(self) -> int:
        return self._probes

    def __getitem__(self, index: int) -> Truth:  # type: ignore[override]
        """The truth of one probe; slices are not asked of answers."""
        if not 0 <= index < self._probes:
            raise IndexError(index)
        mask, bit = divmod(index, PROBES_A_MASK)
        if self._unknown[mask] >> bit & 1:
            return None
        return bool(self._true[mask] >> bit & 1)


def answers(true: Sequence[Sequence[int]], unknown: Sequence[Sequence[int]], probes: int) -> list[Answers]:
    """Each row's truths, from the mask columns (one sequence of ints a mask)."""
    rows = zip(zip(*true, strict=True), zip(*unknown, strict=True), strict=True)
    return [Answers(t, u, probes) for t, u in rows]
