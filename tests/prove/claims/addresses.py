"""The full public list: every row counted, the allow-list first, a bad source gone with all it alone brought.

On both databases: `addresses/listed.csv.gz` is imported with its own column of sources, its benign controls
are looked up, one source is withdrawn, then the whole list. The daily lists of `scam_domains` are imported in
shuffled pieces, one of them twice, and at once. Then a million destinations are looked up beside DuckDB's own
hash join.
"""

from __future__ import annotations

import csv
import gzip
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from bench.addresses import look_up, made
from outreach.adapters.address_lists import Shape, rows_in, shipped_allowed
from outreach.adapters.chains import read
from outreach.adapters.lookup import DuckLookup
from outreach.domain.hitting import HitPolicy, Hits
from outreach.domain.listed import Row
from outreach.engine.destinations import Destinations
from outreach.engine.list_changes import Change, ListChanges
from outreach.engine.lists import Brought, Lists, Taken
from outreach.store.database import Store
from outreach.store.tables import listed
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground

LISTED, CONTROLS = "data/addresses/listed.csv.gz", "data/addresses/benign_controls.csv.gz"
DAILY = "data/scam_domains/daily_to_2025.ndjson.gz"
SOURCE = "graphsense/graphsense-tagpacks:sextortion_talos"
AT = datetime(2026, 11, 23, tzinfo=UTC)
BY = Change(actor="proof", reason="a bad source")
NAMES = {
    "BTC": "bitcoin",
    "EVM": "evm",
    "LTC": "litecoin",
    "TRON": "tron",
    "BCH": "bitcoin_cash",
    "XRP": "xrp",
}
"""What the list calls the chains that are checked."""
ALLOWED = ("0x" + "0" * 40, "0xdAC17F958D2ee523a2206206994597C13D831ec7")


def run(ground: Ground) -> dict[str, Figure]:
    """All of it on both databases; a figure of several is their sum, or the worst of them."""
    found: dict[str, Figure] = {}
    with ground.stores() as stores:
        for name, store in stores.items():
            found |= {f"{what} ({name})": figure for what, figure in _list(ground.shared, store).items()}
            found |= {f"{what} ({name})": figure for what, figure in _daily(ground.shared, store).items()}
    return found | _speed(ground.n)


def _file(shared: Path, name: str) -> Path:
    path = shared / name
    if not path.exists():
        raise MissingPart(f"no {name} in the shared records")
    return path


def _rows(shared: Path, name: str, **shape: Any) -> Iterator[Row]:
    return rows_in(_file(shared, name).read_bytes(), Shape(**shape), name)


def _list(shared: Path, store: Store) -> dict[str, Figure]:
    began = time.monotonic()
    rows = list(_rows(shared, LISTED, sources="sources"))
    taken = _stage(store).take(Brought(feed="public", rows=rows), "proof")
    seconds = time.monotonic() - began
    with gzip.open(_file(shared, LISTED), "rt", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    told = taken.one.figures
    of = "rows of the public list"
    figures = {
        "rows that nobody accounts for": Figure(len(lines) - _accounted(told), len(lines), of),
        "rows taken": Figure(told["new"], len(lines), of),
        "rows rejected": Figure(told["rejected"], len(lines), f"{of}: {_reasons(taken)}"),
        "chains counted otherwise than the list has them": _chains(taken, lines),
        "seconds to import": Figure(round(seconds, 1), len(lines), of),
        **_looked_up(shared, store),
    }
    return figures | _withdrawn(store, lines)


def _accounted(told: Any) -> int:
    return sum(told[name] for name in ("new", "refreshed", "same", "removed", "held", "rejected"))


def _reasons(taken: Taken) -> str:
    counts = taken.one.counts
    return ", ".join(f"{k.partition('.')[2]} {n}" for k, n in counts.items() if k.startswith("rejected."))


def _chains(taken: Taken, lines: list[dict[str, str]]) -> Figure:
    has = Counter(f"chain.{NAMES[line['chain']]}" for line in lines if _taken(line))
    told = {name: n for name, n in taken.one.counts.items() if name.startswith("chain.")}
    differing = sum(told.get(name, 0) != n for name, n in has.items()) + len(told.keys() - has.keys())
    said = ", ".join(f"{name.partition('.')[2]} {n}" for name, n in sorted(told.items()))
    return Figure(differing, len(has), f"chains: {said}")


def _looked_up(shared: Path, store: Store) -> dict[str, Figure]:
    controls = [row.address for row in _rows(shared, CONTROLS)]
    matched = sum(_are_listed(store, controls))
    wrong = sum(_are_listed(store, list(ALLOWED)))
    return {
        "allowed addresses told as listed": Figure(wrong, len(ALLOWED), "of the list: null address, USDT"),
        "benign controls listed": Figure(matched, len(controls), "benign controls"),
    }


def _are_listed(store: Store, addresses: list[str]) -> list[bool]:
    table = pa.table(
        {
            "beneficiary": pa.array(addresses, pa.string()),
            "destination_listed": pa.nulls(len(addresses), pa.bool_()),
        }
    )
    destinations = Destinations(store=store, lookup=DuckLookup(), shipped=lambda: shipped_allowed(read))
    destinations.renew(AT)
    with store.begin() as tx:
        told = destinations.join(tx, table, ["somebody"] * len(addresses), AT)
    return [bool(word) for word in told["destination_listed"].to_pylist()]


def _withdrawn(store: Store, lines: list[dict[str, str]]) -> dict[str, Figure]:
    changes = ListChanges(store=store, shipped=lambda: shipped_allowed(read), clock=lambda: AT)
    of = {_key(line["address"]): set(line["sources"].split("|")) for line in lines if _taken(line)}
    alone = {address for address, sources in of.items() if sources == {SOURCE}}
    shared = {address for address, sources in of.items() if SOURCE in sources and len(sources) > 1}
    changes.withdraw(SOURCE, BY)
    left, rest = _addresses(store), of.keys() - alone
    changes.withdraw("public", BY)
    return {
        "left of what only a withdrawn source brought": Figure(len(alone & left), len(alone), "addresses"),
        "gone though others say it as well": Figure(len(rest - left), len(rest), "addresses"),
        "of them also the withdrawn source's": Figure(len(shared & left), len(shared), "addresses"),
        "left of the whole list": Figure(len(_addresses(store)), len(of), "addresses"),
    }


def _taken(line: dict[str, str]) -> bool:
    return line["chain"] in NAMES


def _key(address: str) -> str:
    """As it is kept; an address of Bitcoin Cash is kept in both spellings."""
    return address.lower() if address.lower().startswith(("0x", "bc1", "ltc1")) else address


def _addresses(store: Store) -> set[str]:
    with store.read() as tx:
        rows = tx.connection.execute(select(listed.c.address, listed.c.also)).all()
    return {word for row in rows for word in row if word}


def _daily(shared: Path, store: Store) -> dict[str, Figure]:
    lines = gzip.decompress(_file(shared, DAILY).read_bytes()).decode().splitlines()
    days = [list(rows_in(line.encode(), Shape(format="ndjson", chain="evm"), DAILY)) for line in lines]
    random.Random(5).shuffle(days)
    pieces = [list(chain(*days[n::40])) for n in range(40)]
    read_rows = sum(len(day) for day in days)
    stage, accounted = _stage(store), 0
    for piece in (*pieces, pieces[0]):
        accounted += _accounted(stage.take(Brought(feed="daily", rows=piece), "proof").one.figures)
    stage.take(Brought(feed="at once", rows=list(chain(*days))), "proof")
    differing = _table(store, "daily") ^ _table(store, "at once")
    n = len(_table(store, "at once"))
    what = f"addresses from {len(days)} days"
    return {
        "daily lists, pieces in another order: rows that differ": Figure(len(differing), n, what),
        "daily rows that nobody accounts for": Figure(
            read_rows + len(pieces[0]) - accounted, read_rows, "rows of daily lists"
        ),
    }


def _table(store: Store, feed: str) -> set[tuple[Any, ...]]:
    c = listed.c
    said = (c.chain, c.address, c.told_at, c.removed_at, c.first_seen, c.last_seen, c.categories)
    with store.read() as tx:
        return {tuple(row) for row in tx.connection.execute(select(*said).where(c.feed == feed))}


def _stage(store: Store) -> Lists:
    return Lists(
        store=store,
        check=read,
        shipped=lambda: shipped_allowed(read),
        weigh=lambda addresses, now, days: Hits(transfers=0, matched=0, by_entry={}),
        policy=HitPolicy(),
        clock=lambda: AT,
        new_id=store.new_id,
    )


def _speed(n: int) -> dict[str, Figure]:
    known, paid = made(n, 100_000)
    told = look_up(known, pa.chunked_array([pa.array(paid)]))
    return {
        "look-up, times DuckDB's hash join by lower case": Figure(
            told["times a join by lower case"], n, f"destinations; {told['look-up']:.2f} CPU seconds"
        ),
        "listed destinations that a look-up missed": Figure(
            n // 50 - int(told["found"]), n // 50, "listed ones"
        ),
    }
