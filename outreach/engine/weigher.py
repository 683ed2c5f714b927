"""How many of the latest transfers a list would match, counted in the flag archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import pyarrow as pa

from outreach.domain.chains import Address, Chain, chain_like, key_of
from outreach.domain.entries import Entry
from outreach.domain.hitting import Hits
from outreach.engine.destinations import CHAIN, WHERE, Lookup
from outreach.errors import ArchiveError

Pair = tuple[str, str | None]
"""A destination as a feed spelled it, and its word for the chain."""


class Reads(Protocol):
    """The archive, as far as it is read."""

    def read(
        self, since: date, until: date, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The flags of these days; ArchiveError where no file has one of the columns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveWeigher:
    """Weighs by the archive; a machine without one weighs nothing, and holds nothing."""

    archive: Reads
    lookup: Callable[[], Lookup]

    def __call__(self, addresses: Sequence[Address], now: datetime, days: int) -> Hits:
        """Of the transfers of these days to an address that can be read, those that go to one of these."""
        paid = self._paid(now, days)
        if not paid:
            return Hits(transfers=0, matched=0, by_entry={})
        pairs = list(paid)
        lookup = self.lookup()
        lookup.fill(0, (_entry(each, now) for each in addresses), ())
        where = pa.chunked_array([pa.array([pair[0] for pair in pairs], pa.string())])
        chains = pa.chunked_array([pa.array([pair[1] for pair in pairs], pa.string())])
        by_entry: Counter[Address] = Counter()
        for hit in lookup.hits(where, chains, now).to_pylist():
            by_entry[Address(Chain(hit["on_chain"]), hit["address"])] += paid[pairs[hit["n"]]]
        return Hits(transfers=paid.total(), matched=by_entry.total(), by_entry=by_entry)

    def _paid(self, now: datetime, days: int) -> Counter[Pair]:
        since, until = (now - timedelta(days=days)).date(), now.date()
        try:
            return _counted(self.archive.read(since, until, (WHERE, CHAIN)))
        except ArchiveError:  # files from before feeds could say the chain
            return self._without_chains(since, until)

    def _without_chains(self, since: date, until: date) -> Counter[Pair]:
        try:
            return _counted(self.archive.read(since, until, (WHERE,)))
        except ArchiveError:
            return Counter()


def _counted(batches: Iterator[pa.RecordBatch]) -> Counter[Pair]:
    found: Counter[Pair] = Counter()
    for batch in batches:
        rows = batch.num_rows
        chains = batch.column(CHAIN).to_pylist() if CHAIN in batch.schema.names else [None] * rows
        found.update(zip(batch.column(WHERE).to_pylist(), chains, strict=True))
    return Counter(
        {pair: n for pair, n in found.items() if pair[0] and (pair[1] or chain_like(key_of(pair[0])))}
    )


def _entry(address: Address, now: datetime) -> Entry:
    return Entry(
        address=address,
        categories=(),
        sources=(),
        confidence=None,
        first_seen=now,
        last_seen=now,
        expires_at=None,
    )
