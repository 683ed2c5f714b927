"""Which patterns are of scams, and which of the pillars around them."""

from __future__ import annotations

from collections.abc import Iterable

PILLARS = frozenset({"silent_loss", "education"})
"""What is written after a scam, of whatever pattern: it has rules and messages of its own kind."""


def of_scams(patterns: Iterable[str]) -> list[str]:
    """The patterns without those of the pillars."""
    return [pattern for pattern in patterns if pattern not in PILLARS]
