"""People counted: who would be warned by either book, by what, where and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from outreach.adapters.backtest.taking import REACH, Taking
from outreach.domain.backtest import Change

MEMORY = "700MB"
NEEDS_NO_ADDRESS = ("inbox", "call")

DIMENSIONS = {
    "pattern": "pattern",
    "rule": "rule",
    "locale": "coalesce(locale, '')",
    "country": "coalesce(country, '')",
}
"""What people are counted by, and how a row tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One decision of a kind of row: by which side's rule (a number), whether a shadow, and its verdict."""

    kind: int
    side: int
    rule: int
    is_shadow: bool
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """So many outreaches that one side's rule would open, of one run, locale, country and set of channels."""

    side: int
    rule: int
    run: str
    locale: str
    country: str
    reach: frozenset[str]
    count: int


@contextmanager
def counting(threads: int = 2, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of our own, which spills to a folder of its own where memory is short."""
    with TemporaryDirectory(prefix="outreach-backtest-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(threads),
            "memory_limit": memory,
            "temp_directory": str(Path(folder)),
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            connection.execute("SET preserve_insertion_order = false")
            connection.execute("SET python_enable_replacements = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Asks the table `said` that a `Taking` filled. Sides: 0 is the book before, 1 the book after."""

    connection: duckdb.DuckDBPyConnection

    def mark(
        self, marks: Sequence[Mark], rules: Sequence[tuple[int, int, str, str]], runs: Sequence[str]
    ) -> None:
        """Say what the kinds mean. `rules`: side, number, pattern, `pattern/id`; `runs`: of each file."""
        self._table(
            "marks",
            [(m.kind, m.side, m.rule, m.is_shadow, m.verdict) for m in marks],
            {
                "kind": pa.int32(),
                "side": pa.int32(),
                "number": pa.int32(),
                "shadow": pa.bool_(),
                "verdict": pa.string(),
            },
        )
        types = {"side": pa.int32(), "number": pa.int32(), "pattern": pa.string(), "rule": pa.string()}
        self._table("rules", rules, types)
        self._table("runs", list(enumerate(runs)), {"file": pa.int64(), "run": pa.string()})
        run = self.connection.execute
        run(
            "CREATE TEMP TABLE warned AS SELECT person, file, row, kind, side, number, shadow, pattern, rule,"
            " locale, country, reach FROM said JOIN marks USING (kind) JOIN rules USING (side, number)"
            " WHERE verdict = 'warn'"
        )
        run("CREATE TEMP VIEW live AS SELECT * FROM warned WHERE NOT shadow")
        run(
            "CREATE TEMP TABLE several AS SELECT DISTINCT person FROM"
            " (SELECT person FROM live GROUP BY person, side HAVING count(*) > 1)"
        )
        run("CREATE TEMP TABLE opened (side INTEGER, file BIGINT, row BIGINT, number INTEGER)")
        run("INSERT INTO opened SELECT side, file, row, number FROM live ANTI JOIN several USING (person)")

    def flags(self) -> Change:
        """Flags on which a live rule warns."""
        inner = "SELECT bool_or(side = 0) AS b, bool_or(side = 1) AS a FROM live GROUP BY file, row"
        return next(self._changes(f"SELECT '' AS name, b, a FROM ({inner})"), Change(name=""))

    def people(self, *, shadow: bool = False) -> Change:
        """People whom a live rule (or, apart, a shadow rule) warns."""
        inner = (
            "SELECT bool_or(side = 0) AS b, bool_or(side = 1) AS a FROM warned"
            f" WHERE shadow = {shadow} GROUP BY person"
        )
        return next(self._changes(f"SELECT '' AS name, b, a FROM ({inner})"), Change(name=""))

    def people_by(self, dimension: str, *, shadow: bool = False) -> tuple[Change, ...]:
        """People by pattern, rule, locale or country; one whose flags differ in it counts in each."""
        inner = (
            f"SELECT {DIMENSIONS[dimension]} AS name, bool_or(side = 0) AS b, bool_or(side = 1) AS a"
            f" FROM warned WHERE shadow = {shadow} GROUP BY person, name"
        )
        return tuple(self._changes(inner))

    def people_by_channel(self, ladders: Iterable[tuple[int, int, str]]) -> tuple[Change, ...]:
        """People by channels of the ladder that they have an address for. `ladders`: side, rule, channel."""
        rows = [(side, rule, channel, _bit(channel)) for side, rule, channel in ladders]
        types = {"side": pa.int32(), "number": pa.int32(), "name": pa.string(), "bit": pa.uint8()}
        self._table("ladders", rows, types)
        inner = (
            "SELECT name, bool_or(side = 0) AS b, bool_or(side = 1) AS a FROM live"
            " JOIN ladders USING (side, number) WHERE reach & bit = bit GROUP BY person, name"
        )
        return tuple(self._changes(inner))

    def verdicts(self) -> dict[tuple[str, bool, int], int]:
        """Flags by verdict, shadow and side."""
        rows = self.connection.execute(
            "SELECT verdict, shadow, side, count(*) FROM said JOIN marks USING (kind) GROUP BY ALL"
        ).fetchall()
        return {(verdict, shadow, side): count for verdict, shadow, side, count in rows}

    def several(self) -> pa.Table:
        """Every row of people with several warnings: `person`, `file`, `row`, `kind`. One warning opens."""
        query = "SELECT person, file, row, kind FROM said SEMI JOIN several USING (person)"
        return self.connection.sql(query).to_arrow_table()

    def add_opened(self, rows: Sequence[tuple[int, int, int, int]]) -> None:
        """What opened of them: side, file, row, rule."""
        types = {"side": pa.int32(), "file": pa.int64(), "row": pa.int64(), "number": pa.int32()}
        with self._shown("more", _table(rows, types)):
            self.connection.execute("INSERT INTO opened SELECT * FROM more")

    def opened(self) -> tuple[Opened, ...]:
        """All that would open, counted."""
        rows = self.connection.execute(
            "SELECT side, number, run, coalesce(locale, ''), coalesce(country, ''), reach, count(*)"
            " FROM opened JOIN live USING (side, number, file, row) JOIN runs USING (file) GROUP BY ALL"
        ).fetchall()
        return tuple(
            Opened(
                side=side,
                rule=number,
                run=run,
                locale=locale,
                country=country,
                reach=frozenset(name for bit, name in enumerate(REACH) if reach >> bit & 1).union(
                    NEEDS_NO_ADDRESS
                ),
                count=count,
            )
            for side, number, run, locale, country, reach, count in rows
        )

    def users(self) -> list[tuple[int, int, str, int]]:
        """People for whom a rule opens something in a run, each once: side, rule, run, how many."""
        return self.connection.execute(
            "SELECT side, number, run, count(DISTINCT person) FROM opened"
            " JOIN live USING (side, number, file, row) JOIN runs USING (file) GROUP BY ALL"
        ).fetchall()

    def changed(self, most: int) -> list[tuple[str, int, int, int]]:
        """People whom only one book warns, a few of each rule: person, side, file and row of their flag.

        The newest: they are remembered, and only the last files need be opened to tell of them.
        """
        one = "SELECT person, min(side) AS side FROM live GROUP BY person HAVING min(side) = max(side)"
        flag = (
            "SELECT person, live.side, rule, file, row, row_number() OVER (PARTITION BY person"
            f" ORDER BY file DESC, row) AS n FROM live JOIN ({one}) one USING (person)"
        )
        ranked = (
            "SELECT *, row_number() OVER (PARTITION BY side, rule ORDER BY file DESC, md5(person)) AS place"
            f" FROM ({flag}) WHERE n = 1"
        )
        kept = f"FROM ({ranked}) WHERE place <= {most} ORDER BY side DESC, rule, place"
        query = f"SELECT person, side, file, row {kept}"
        return self.connection.execute(query).fetchall()

    def first_warned(self, persons: Sequence[str]) -> list[tuple[str, str, int, int]]:
        """Of these people each live warning: person, pattern, side and file."""
        with self._shown("those", pa.table({"person": pa.array(persons, pa.string())})):
            query = "SELECT DISTINCT person, pattern, side, file FROM live SEMI JOIN those USING (person)"
            return self.connection.execute(query).fetchall()

    def _changes(self, rows: str) -> Iterator[Change]:
        query = (
            "SELECT name, count(*) FILTER (b AND a), count(*) FILTER (a AND NOT b),"
            f" count(*) FILTER (b AND NOT a) FROM ({rows}) GROUP BY name ORDER BY name"
        )
        for name, same, plus, minus in self.connection.execute(query).fetchall():
            yield Change(name=name, same=same, plus=plus, minus=minus)

    def _table(self, name: str, rows: Sequence[Sequence[Any]], types: Mapping[str, pa.DataType]) -> None:
        with self._shown(f"{name}_shown", _table(rows, types)):
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_shown")

    @contextmanager
    def _shown(self, name: str, table: pa.Table) -> Iterator[None]:
        self.connection.register(name, table)
        try:
            yield
        finally:
            self.connection.unregister(name)


def _table(rows: Sequence[Sequence[Any]], types: Mapping[str, pa.DataType]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    return pa.table(
        {name: pa.array(values, kind) for (name, kind), values in zip(types.items(), columns, strict=True)}
    )


def _bit(channel: str) -> int:
    return 1 << REACH.index(channel) if channel in REACH else 0


__all__ = ["Counting", "Mark", "Opened", "Taking", "counting"]
