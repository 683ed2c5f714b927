"""What our own lists and ledger say of a flag's destination, joined to a batch before it is matched.

Who wins: our allow-list (not listed), then our lists (listed), then the feed's own word; where it says
nothing of an address that we can read, and there are lists, it is not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa

from outreach.domain.chains import Address
from outreach.domain.entries import Entry, together
from outreach.domain.facts import FactType
from outreach.engine.twins import Paid, paid_at, with_twins
from outreach.frames import ARROW_TYPES
from outreach.store.allowed import all_allowed
from outreach.store.database import Store, Tx
from outreach.store.entries import voices
from outreach.store.lists import edition

LISTED, CATEGORIES, LISTED_AT = "destination_listed", "destination_categories", "destination_listed_at"
WHERE, CHAIN = "beneficiary", "destination_chain"


class Lookup(Protocol):
    """The lists as of one edition, asked by batches."""

    edition: int

    def fill(self, edition: int, entries: Iterable[Entry], allowed: Iterable[Address]) -> None:
        """Know these entries and no others; what is allowed wins."""
        ...

    def hits(self, addresses: pa.ChunkedArray, chains: pa.ChunkedArray, now: datetime) -> pa.Table:
        """The rows that are listed or allowed: n, on_chain, address, is_allowed, categories, listed_at."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """What is known of destinations. `shipped`: allowed wherever we run."""

    store: Store
    lookup: Lookup
    shipped: Callable[[], Mapping[Address, str]]

    def renew(self, now: datetime) -> None:
        """Look things up in the lists as they are now."""
        with self.store.read() as tx:
            newest = edition(tx)
            if newest != self.lookup.edition:
                allowed = [*self.shipped(), *(each.address for each in all_allowed(tx))]
                self.lookup.fill(newest, together(voices(tx, now)), allowed)

    def join(self, tx: Tx, table: pa.Table, persons: Sequence[str], now: datetime) -> pa.Table:
        """The table with the lists' facts and the twins of known payees; whom they pay now is remembered."""
        if WHERE not in table.column_names or not table.num_rows:
            return table
        chains = table[CHAIN] if CHAIN in table.column_names else _nothing(table.num_rows)
        hits = {hit["n"]: hit for hit in self.lookup.hits(table[WHERE], chains, now).to_pylist()}
        where = zip(table[WHERE].to_pylist(), chains.to_pylist(), strict=True)
        paid = [paid_at(destination, chain, tx.vault.fingerprint) for destination, chain in where]
        table = self._listed(table, hits, paid)
        bad = {n for n, hit in hits.items() if not hit["is_allowed"]}
        return with_twins(tx, table, persons, [None if n in bad else p for n, p in enumerate(paid)], now)

    def _listed(
        self, table: pa.Table, hits: Mapping[int, Mapping[str, Any]], paid: Sequence[Paid | None]
    ) -> pa.Table:
        names = table.column_names
        has_lists = self.lookup.edition > 0
        if LISTED in names and (hits or has_lists):
            said = table[LISTED].to_pylist()
            asked = [each if has_lists else None for each in paid]
            told = [_is_listed(word, hits.get(n), asked[n]) for n, word in enumerate(said)]
            table = _set(table, LISTED, told, FactType.BOOLEAN)
        if not hits:
            return table
        for name, kind, pick in ((CATEGORIES, FactType.TAGS, _words), (LISTED_AT, FactType.TIME, _since)):
            if name in names:
                values = table[name].to_pylist()
                for n, hit in hits.items():
                    values[n] = None if hit["is_allowed"] else pick(values[n], hit)
                table = _set(table, name, values, kind)
        return table


def _is_listed(said: Any, hit: Mapping[str, Any] | None, paid: Paid | None) -> bool | None:
    if hit is not None:
        return not hit["is_allowed"]
    return False if said is None and paid is not None else None if said is None else bool(said)


def _words(said: list[str] | None, hit: Mapping[str, Any]) -> list[str]:
    return sorted({*(said or ()), *(hit["categories"] or ())})


def _since(said: datetime | None, hit: Mapping[str, Any]) -> datetime | None:
    return min((at for at in (said, hit["listed_at"]) if at is not None), default=None)


def _set(table: pa.Table, name: str, values: Sequence[Any], kind: FactType) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, name, pa.array(values, ARROW_TYPES[kind]))


def _nothing(rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, pa.string())])
