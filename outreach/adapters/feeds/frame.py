"""The typed frame: one step, shared by every feed, from raw rows to a batch of typed flags.

Everything is done set-wise in a locked DuckDB (no file, no network, no settings); Python touches a row
only when it goes to quarantine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from outreach.adapters.feeds.conflicts import conflicting
from outreach.adapters.feeds.fault import Fault, reject
from outreach.adapters.feeds.locked import locked_duckdb
from outreach.adapters.feeds.mapping import Select
from outreach.adapters.feeds.raw import RawRows
from outreach.adapters.feeds.typing_query import FAULT, TypingQuery, broken_select, picks, typing_query
from outreach.domain.facts import Catalogue
from outreach.domain.flag import FlagBatch, Rejected
from outreach.errors import FeedError
from outreach.frames import flag_schema


class Framer:
    """Types batch after batch of one feed; a context manager, because it holds a DuckDB of its own."""

    def __init__(self, *, feed: str, catalogue: Catalogue, select: Select, patterns: Collection[str]) -> None:
        self.feed, self.catalogue, self.select = feed, catalogue, select
        self.schema = flag_schema(catalogue)
        self._connection = locked_duckdb(catalogue, patterns)
        self._queries: dict[tuple[str, ...], TypingQuery] = {}

    def __enter__(self) -> Framer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def batch(self, raw: RawRows, cursor: str) -> FlagBatch[pa.Table]:
        """The batch these raw rows make: rows and rejected together are `raw.lines`, or FeedError."""
        raw = replace(raw, table=_trimmed(raw.table))
        typed, unpicked = self._typed(raw)
        good, faulty = self._without_faults(typed, raw)
        clean, doubled = _without_conflicts(good, raw)
        rejected = sorted((*raw.rejected, *unpicked, *faulty, *doubled), key=lambda r: r.line)
        if clean.num_rows + len(rejected) != raw.lines:
            raise FeedError(
                f"feed {self.feed}: {raw.lines} lines became {clean.num_rows} rows and {len(rejected)}"
                " rejected; the select must give one value a row"
            )
        return FlagBatch(
            table=clean, rejected=tuple(rejected), lines=raw.lines, cursor=cursor, place=raw.place
        )

    def try_on(self, table: pa.Table) -> None:
        """FeedError where the select does not fit these raw columns."""
        self._answer(table.slice(0, 0))

    def _typed(self, raw: RawRows) -> tuple[pa.Table, list[Rejected]]:
        """The typing query's answer; rows on which an expression of the operator's fails are set aside."""
        try:
            return self._answer(raw.table), []
        except _SelectFailedError:
            rows, rejected = self._without_broken(raw)
        try:
            return self._answer(rows), rejected
        except _SelectFailedError as error:
            raise FeedError(
                f"feed {self.feed}: the select fails on the rows ({error}); use TRY_CAST"
            ) from None

    def _without_faults(self, typed: pa.Table, raw: RawRows) -> tuple[pa.Table, list[Rejected]]:
        """Good rows in the flag schema, and those with a fault."""
        faults = self._query(raw.table).faults
        is_good = pc.is_null(typed[FAULT])
        bad = typed.select(["line", FAULT]).filter(pc.invert(is_good))
        rejected = [
            reject(line, raw.place, faults[place][0], raw.text_of(line), faults[place][1])
            for line, place in zip(bad["line"].to_pylist(), bad[FAULT].to_pylist(), strict=True)
        ]
        return self._in_schema(typed.filter(is_good) if rejected else typed), rejected

    def _in_schema(self, typed: pa.Table) -> pa.Table:
        """Every column of the schema, in its order; those nobody gave are NULL."""
        columns = [
            typed[field.name].cast(field.type)
            if field.name in typed.column_names
            else pa.nulls(typed.num_rows, field.type)
            for field in self.schema
        ]
        return pa.table(columns, schema=self.schema)

    def _answer(self, rows: pa.Table) -> pa.Table:
        """The typing query over these rows; tells a select that never fits from one that fails on a row."""
        try:
            return self._ask(rows, self._query(rows).sql)
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
            said = str(error).splitlines()[0]  # of the operator's own expression: no row was read yet
            raise FeedError(f"feed {self.feed}: the select does not fit: {said}") from None
        except duckdb.Error as error:
            raise _SelectFailedError(type(error).__name__) from None

    def _query(self, rows: pa.Table) -> TypingQuery:
        """The query for tables with these columns, written once."""
        present = tuple(f"{field.name} {field.type}" for field in rows.schema)
        if present not in self._queries:
            expressions = self._expressions(rows)
            probe = self._ask(rows.slice(0, 0), picks(self.select.given)).schema if self.select.given else []
            types = {**{field.name: field.type for field in rows.schema}, **{f.name: f.type for f in probe}}
            lists = frozenset(name for name, kind in types.items() if pa.types.is_list(kind))
            self._queries[present] = typing_query(self.catalogue, expressions, self.select.given, lists)
        return self._queries[present]

    def _expressions(self, rows: pa.Table) -> Mapping[str, str]:
        return self.select.expressions(rows.column_names)

    def _without_broken(self, raw: RawRows) -> tuple[pa.Table, list[Rejected]]:
        """The rows on which no expression fails, and those on which one does."""
        names = list(self._expressions(raw.table))
        try:
            found = self._ask(raw.table, broken_select(self._expressions(raw.table)))
        except duckdb.Error as error:
            raise FeedError(f"feed {self.feed}: the select fails ({type(error).__name__})") from None
        bad = found.filter(pc.is_valid(found["place"]))
        rejected = [
            reject(line, raw.place, Fault.SELECT_FAILED, raw.text_of(line), names[place])
            for line, place in zip(bad["line"].to_pylist(), bad["place"].to_pylist(), strict=True)
        ]
        return raw.table.filter(pc.is_null(found["place"])), rejected

    def _ask(self, rows: pa.Table, sql: str) -> pa.Table:
        self._connection.register("raw", rows)
        try:
            return self._connection.sql(sql).to_arrow_table()
        finally:
            self._connection.unregister("raw")


class _SelectFailedError(Exception):
    """An expression of the operator's failed on some row."""


def _trimmed(rows: pa.Table) -> pa.Table:
    """Text without blanks around it: ten times cheaper here than in SQL, column by column."""
    for place, column in enumerate(rows.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            rows = rows.set_column(place, column, pc.ascii_trim_whitespace(rows[column.name]))
    return rows


def _without_conflicts(table: pa.Table, raw: RawRows) -> tuple[pa.Table, list[Rejected]]:
    """Of rows with one identity and different content, the first; exact repeats stay."""
    places = conflicting(table)
    if not places:
        return table, []
    lines = table["line"].take(pa.array(places)).to_pylist()
    keep = pc.invert(pc.is_in(table["line"], pa.array(lines, pa.int64())))
    return table.filter(keep), [
        reject(line, raw.place, Fault.CONFLICT, raw.text_of(line), "identity") for line in lines
    ]
