"""Lists of addresses: a look-up of a million destinations beside DuckDB's own hash join, and 100,000 rows in.

    python bench/addresses.py [DESTINATIONS] [ENTRIES]

CPU seconds of this process; the ratio is the look-up's to a plain join of the same two tables in the same
run, the best of three each: as they stand (which finds no address in its checksum's case), and by lower case.
PostgreSQL is measured where `OUTREACH_BENCH_POSTGRES` names an empty database.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from outreach.adapters.chains import read
from outreach.adapters.chains.evm import checksummed
from outreach.adapters.lookup import DuckLookup
from outreach.domain.chains import Address, Chain
from outreach.domain.entries import Entry
from outreach.domain.hitting import HitPolicy, Hits
from outreach.domain.listed import Row
from outreach.engine.lists import Brought, Lists
from outreach.store import schema
from outreach.store.database import Store
from tests.conftest import MIGRATIONS, a_vault, ids, sqlite_store

AT = datetime(2026, 11, 23, tzinfo=UTC)


def best(work: Callable[[], object], times: int = 3) -> float:
    """The least CPU seconds that it took."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def made(destinations: int, entries: int) -> tuple[list[str], list[str]]:
    """Entries, and destinations of which every fiftieth is one of them in its checksum's case."""
    dice = random.Random(7)
    known = [f"0x{dice.getrandbits(160):040x}" for _ in range(entries)]
    paid = [
        f"0x{checksummed(dice.choice(known)[2:])}" if n % 50 == 0 else f"0x{dice.getrandbits(160):040x}"
        for n in range(destinations)
    ]
    return known, paid


def main(destinations: int = 1_000_000, entries: int = 100_000) -> None:
    known, paid = made(destinations, entries)
    print(look_up(known, pa.chunked_array([pa.array(paid)])))
    with tempfile.TemporaryDirectory() as folder:
        imports(sqlite_store(Path(folder)), known, "SQLite")
    if url := os.environ.get("OUTREACH_BENCH_POSTGRES"):
        store = Store(url, a_vault(), ids())
        schema.migrate(store.engine, MIGRATIONS)
        imports(store, known, "PostgreSQL")


def look_up(known: list[str], paid: pa.ChunkedArray) -> dict[str, float]:
    """CPU seconds by what was done, and how many were found."""
    lookup, chains = DuckLookup(), pa.chunked_array([pa.nulls(len(paid), pa.string())])
    listed = [
        Entry(
            address=Address(Chain.EVM, text),
            categories=("drainer",),
            sources=("x",),
            confidence=None,
            first_seen=AT,
            last_seen=AT,
            expires_at=None,
        )
        for text in known
    ]
    fill = best(lambda: lookup.fill(1, listed, ()), 1)
    connection = duckdb.connect(config={"threads": "2"})
    connection.register("told", pa.table({"address": known, "categories": [["drainer"]] * len(known)}))
    connection.execute("CREATE TABLE listed AS SELECT * FROM told")
    rows = pa.table({"n": range(len(paid)), "address": paid})
    connection.register("paid", rows)
    join = "SELECT n, categories FROM paid JOIN listed USING (address)"
    lower = "SELECT n, categories FROM paid JOIN listed ON lower(paid.address) = listed.address"
    plain = best(lambda: connection.sql(join).to_arrow_table())
    folded = best(lambda: connection.sql(lower).to_arrow_table())
    ours = best(lambda: lookup.hits(paid, chains, AT))
    return {
        "fill": fill,
        "plain join": plain,
        "join by lower case": folded,
        "look-up": ours,
        "times a plain join": round(ours / plain, 1),
        "times a join by lower case": round(ours / folded, 1),
        "found": lookup.hits(paid, chains, AT).num_rows,
    }


def imports(store: Store, known: list[str], name: str) -> None:
    def nothing(addresses: object, now: datetime, days: int) -> Hits:
        return Hits(transfers=0, matched=0, by_entry={})

    lists = Lists(
        store=store,
        check=read,
        shipped=dict,
        weigh=nothing,
        policy=HitPolicy(),
        clock=lambda: AT,
        new_id=store.new_id,
    )
    rows = [
        Row(line=n, chain="ETH", address=f"0x{checksummed(a[2:])}", categories=("drainer",))
        for n, a in enumerate(known)
    ]
    for what in ("new", "again"):
        wall, cpu = time.monotonic(), time.process_time()
        lists.take(Brought(feed="bench", rows=rows), "bench")
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        print(f"{name}: {len(rows):,} rows, {what}: {cpu:.1f} CPU s, {wall:.1f} s in all")
    store.close()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
