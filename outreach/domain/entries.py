"""A listed address as it stands: what all its sources come to, together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from outreach.domain.chains import Address
from outreach.domain.listed import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An address that is listed now. `confidence` is that of the surest source; `expires_at` None: never."""

    address: Address
    categories: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: int | None
    first_seen: datetime
    last_seen: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Voice:
    """One source's standing word on one address."""

    address: Address
    source: str
    told: Told


def together(voices: Iterable[Voice]) -> Iterator[Entry]:
    """The entries of these words, which stand in the order of their addresses; none of them is removed."""
    for address, those in groupby(voices, key=attrgetter("address")):
        told = list(those)
        words = [each.told for each in told]
        ends = [word.expires_at for word in words]
        yield Entry(
            address=address,
            categories=tuple(sorted({name for word in words for name in word.categories})),
            sources=tuple(sorted({each.source for each in told})),
            confidence=max((w.confidence for w in words if w.confidence is not None), default=None),
            first_seen=min(word.first_seen for word in words if word.first_seen),
            last_seen=max(word.last_seen for word in words if word.last_seen),
            expires_at=None if None in ends else max(end for end in ends if end),
        )
