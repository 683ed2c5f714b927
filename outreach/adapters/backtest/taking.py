"""Rows taken in: each is told by the number of its kind, so that the books decide once a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from outreach.domain.facts import Facts
from outreach.domain.masks import mask_columns

ROWS_AT_ONCE = 400_000
REACH = ("push", "sms", "email")
"""Channels that need an address, in the order of their bits in `reach`."""

PASSED = ("person", "pattern", "locale", "country", "reachable")
"""What is passed through the matcher, beside the facts of the cut-offs."""

Masks = tuple[int, ...]
_KEPT = "person, file, row, locale, country, reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Takes matched rows into the table `said`: person, file, row, locale, country, reach and `kind`.

    `relevant` has each pattern's bits that matter; `number` tells a kind of row (pattern, masks, scores) by a
    number: 0 is not kept, -1 asks `number_of`, which is told the person, too.
    """

    connection: duckdb.DuckDBPyConnection
    relevant: Mapping[str, Masks]
    probes: int
    scores: Sequence[str]
    number: Callable[[str, Masks, Facts], int]
    number_of: Callable[[str, str, Masks, Facts], int]

    def take(self, batches: Iterable[pa.Table], progress: Callable[[int], None] = lambda rows: None) -> None:
        """Every row of these tables."""
        self._make_tables()
        for chunk in _joined(batches):
            self._chunk(chunk)
            progress(chunk.num_rows)

    @property
    def _keys(self) -> list[str]:
        return [f"k{place}" for place in range(2 * len(mask_columns(self.probes)[0]))]

    def _make_tables(self) -> None:
        run = self.connection.execute
        keys = ", ".join(f"{key} BIGINT" for key in self._keys)
        run(f"CREATE TEMP TABLE kinds (pattern VARCHAR, {keys}, kind INTEGER)")
        run(
            "CREATE TEMP TABLE said (person VARCHAR, file BIGINT, row BIGINT, locale VARCHAR,"
            " country VARCHAR, reach UTINYINT, kind INTEGER)"
        )
        half = len(self._keys) // 2
        bits: dict[str, Any] = {"pattern": pa.array(list(self.relevant), pa.string())}
        for place in range(half):
            bits[f"r{place}"] = pa.array([masks[place] for masks in self.relevant.values()], pa.int64())
        with _registered(self.connection, "bits", pa.table(bits)):
            run("CREATE TEMP TABLE relevant AS SELECT * FROM bits")

    def _chunk(self, chunk: pa.Table) -> None:
        run = self.connection.execute
        keys = ", ".join(["pattern", *self._keys])
        with _registered(self.connection, "chunk", chunk):
            run(f"CREATE OR REPLACE TEMP TABLE asked AS {self._asked()}")
        firsts = ", ".join(["", *(f'first("{score}")' for score in self.scores)])
        fresh = run(
            f"SELECT {keys}{firsts} FROM asked ANTI JOIN kinds USING ({keys}) GROUP BY {keys}"
        ).fetchall()
        self._number(fresh)
        run(f"INSERT INTO said SELECT {_KEPT}, kind FROM asked JOIN kinds USING ({keys}) WHERE kind > 0")
        self._coins(keys)

    def _asked(self) -> str:
        true, unknown = mask_columns(self.probes)
        half = len(true)
        bits = [f"{column} & r{place % half} AS k{place}" for place, column in enumerate([*true, *unknown])]
        reach = " + ".join(
            f"CASE WHEN list_contains(reachable, '{channel}') THEN {1 << bit} ELSE 0 END"
            for bit, channel in enumerate(REACH)
        )
        scores = [f'"{score}"' for score in self.scores]
        columns = ["person", "file", "row", "pattern", "locale", "country", *scores, *bits]
        return f"SELECT {', '.join(columns)}, {reach} AS reach FROM chunk JOIN relevant USING (pattern)"

    def _number(self, fresh: Sequence[tuple[Any, ...]]) -> None:
        if not fresh:
            return
        width = 1 + len(self._keys)
        numbers = [self.number(row[0], row[1:width], self._scores(row[width:])) for row in fresh]
        columns = dict(
            zip(["pattern", *self._keys], zip(*(row[:width] for row in fresh), strict=True), strict=True)
        )
        types = [pa.string(), *[pa.int64()] * len(self._keys)]
        table = pa.table(
            {
                name: pa.array(values, kind)
                for (name, values), kind in zip(columns.items(), types, strict=True)
            }
            | {"kind": pa.array(numbers, pa.int32())}
        )
        with _registered(self.connection, "fresh", table):
            self.connection.execute("INSERT INTO kinds SELECT * FROM fresh")

    def _scores(self, values: Sequence[Any]) -> Facts:
        return {name: value for name, value in zip(self.scores, values, strict=True) if value is not None}

    def _coins(self, keys: str) -> None:
        """Rows of which an experiment's coin decides, each for its person."""
        scores = ", ".join(["", *(f'"{score}"' for score in self.scores)])
        query = f"SELECT {_KEPT}, {keys}{scores} FROM asked JOIN kinds USING ({keys}) WHERE kind = -1"
        asked = self.connection.sql(query).to_arrow_table()
        if not asked.num_rows:
            return
        numbers = [self._coin(row) for row in asked.to_pylist()]
        numbered = asked.append_column("kind", pa.array(numbers, pa.int32()))
        with _registered(self.connection, "coins", numbered):
            self.connection.execute(f"INSERT INTO said SELECT {_KEPT}, kind FROM coins WHERE kind > 0")

    def _coin(self, row: Mapping[str, Any]) -> int:
        masks = tuple(row[key] for key in self._keys)
        scores = self._scores([row[score] for score in self.scores])
        return self.number_of(row["person"], row["pattern"], masks, scores)


def _joined(batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in larger tables: a query costs the same for ten rows as for ten thousand."""
    held: list[pa.Table] = []
    for batch in batches:
        held.append(batch)
        if sum(table.num_rows for table in held) >= ROWS_AT_ONCE:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    connection.register(name, table)
    try:
        yield
    finally:
        connection.unregister(name)
