"""Destinations looked up on the lists, a whole batch at once: a hash join in DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from outreach.domain.chains import Address, chain_named, key_of
from outreach.domain.entries import Entry
from outreach.errors import OutreachError

KEY = """
CASE WHEN starts_with(address, '0x') OR starts_with(address, '0X') THEN lower(address)
     WHEN starts_with(address, 'BC1Q') OR starts_with(address, 'BC1P') OR starts_with(address, 'LTC1')
     THEN lower(address)
     WHEN starts_with(address, 'bitcoincash:') OR starts_with(address, 'BITCOINCASH:')
     THEN lower(substr(address, 13))
     ELSE address END"""
"""`domain.chains.key_of` in SQL, but for blanks around it; a test holds them to each other."""

_HITS = f"""
SELECT n, on_chain, e.address, is_allowed, categories, listed_at
FROM (SELECT n, chain, {KEY} AS key FROM asked) AS a JOIN entries AS e ON e.key = a.key AND e.chain = a.chain
WHERE is_allowed OR expires_at IS NULL OR expires_at > $1
"""
_HITS_ANYWHERE = f"""
SELECT n, on_chain, e.address, is_allowed, categories, listed_at
FROM (SELECT n, {KEY} AS key FROM asked) AS a JOIN anywhere AS e ON e.key = a.key
WHERE is_allowed OR expires_at IS NULL OR expires_at > $1
"""
"""Without a chain one column is joined, which is faster by half."""

_MOMENT = pa.timestamp("us", tz="UTC")
_SAID = [
    ("on_chain", pa.string()),
    ("address", pa.string()),
    ("is_allowed", pa.bool_()),
    ("categories", pa.list_(pa.string())),
    ("listed_at", _MOMENT),
]
_SCHEMA = pa.schema([("chain", pa.string()), ("key", pa.string()), *_SAID, ("expires_at", _MOMENT)])
HITS = pa.schema([("n", pa.int64()), *_SAID])
"""What a look-up finds: the row's number, the entry's identity, and whether it is allowed or what is said."""


@dataclass(slots=True, kw_only=True)
class DuckLookup:
    """The lists as of one edition, asked by batches. Nothing outside of the process can be reached by it."""

    threads: int = 2
    edition: int = -1
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def fill(self, edition: int, entries: Iterable[Entry], allowed: Iterable[Address]) -> None:
        """Know these entries, and no others, from now on; what is allowed wins."""
        rows = _rows(entries, frozenset(allowed))
        connection = duckdb.connect(":memory:", config={"threads": str(self.threads)})
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET enable_external_access = false")
        connection.register("told", pa.Table.from_pylist(rows, _SCHEMA))
        connection.execute("CREATE TABLE entries AS SELECT * FROM told WHERE chain <> ''")
        connection.execute("CREATE TABLE anywhere AS SELECT * FROM told WHERE chain = ''")
        connection.unregister("told")
        with self._lock:
            self._connection, self.edition = connection, edition

    def hits(self, addresses: pa.ChunkedArray, chains: pa.ChunkedArray, now: datetime) -> pa.Table:
        """The rows whose destination is listed or allowed, as `HITS`; NULL is never one.

        `chains` are the feed's words for them, NULL where it does not say: then any chain's entry counts.
        """
        n = pc.cumulative_sum(pa.repeat(1, len(addresses)))
        asked = pa.table({"n": pc.subtract(n, 1), "address": pc.ascii_trim_whitespace(addresses)})
        if chains.null_count == len(chains):
            return self._asked(asked, _HITS_ANYWHERE, now)
        asked = asked.append_column("chain", canonical(chains))
        said = pc.not_equal(asked["chain"], "")
        found = [
            self._asked(asked.filter(said), _HITS, now),
            self._asked(asked.filter(pc.invert(said)), _HITS_ANYWHERE, now),
        ]
        return pa.concat_tables(found)

    def _asked(self, asked: pa.Table, query: str, now: datetime) -> pa.Table:
        with self._lock:
            if self._connection is None:
                return HITS.empty_table()
            cursor = self._connection.cursor()
        try:
            cursor.register("asked", asked)
            found: pa.Table = cursor.sql(query, params=[now]).to_arrow_table()
            return found.cast(HITS)
        except duckdb.Error as error:  # what follows the first colon may quote a row
            raise OutreachError(f"DuckDB could not look up: {str(error).split(':', 1)[0]}") from None
        finally:
            cursor.close()


NO_CHAIN = "?"
"""A chain that we do not know: no entry is on it. The empty text is any chain."""


def canonical(chains: pa.ChunkedArray) -> pa.Array:
    """The feed's words for chains as ours: '' where it says nothing."""
    whole: pa.Array = pa.concat_arrays(chains.chunks) if chains.num_chunks else pa.array([], pa.string())
    coded = whole.dictionary_encode()
    words = [str(chain_named(word) or NO_CHAIN) if word else "" for word in coded.dictionary.to_pylist()]
    named = pa.DictionaryArray.from_arrays(coded.indices, pa.array(words, pa.string()))
    return pc.fill_null(named.cast(pa.string()), "")


Found = dict[tuple[str, str], dict[str, object]]


def _rows(entries: Iterable[Entry], allowed: frozenset[Address]) -> list[dict[str, object]]:
    """A row a spelling, under its chain, and under any chain."""
    known = {(each.chain, each.text) for each in allowed}
    found: Found = {}
    for address in allowed:
        nothing: dict[str, object] = {"categories": None, "listed_at": None, "expires_at": None}
        _spell(found, address, {"is_allowed": True, **nothing})
    for entry in entries:
        if (entry.address.chain, entry.address.text) not in known:
            said: dict[str, object] = {
                "is_allowed": False,
                "categories": entry.categories,
                "listed_at": entry.first_seen,
                "expires_at": entry.expires_at,
            }
            _spell(found, entry.address, said)
    return [{"chain": chain, "key": key, **said} for (chain, key), said in found.items()]


def _spell(found: Found, address: Address, said: dict[str, object]) -> None:
    said = {"on_chain": address.chain.value, "address": address.text, **said}
    for text in filter(None, (address.text, address.also)):
        key = key_of(text)
        found[address.chain.value, key] = said
        before = found.get(("", key))
        # Allowed on one chain and listed on another: without its chain nobody can tell, so the word stands.
        if before is None or (before["is_allowed"] and not said["is_allowed"]):
            found["", key] = said


__all__ = ["HITS", "DuckLookup", "canonical"]
