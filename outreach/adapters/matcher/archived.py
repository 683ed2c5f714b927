"""The matcher over archived pulls: every row is asked as of the time at which its own pull was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from outreach.adapters.matcher.duck import DuckMatcher, locked, types_of
from outreach.adapters.matcher.emit import RowTime, name, text
from outreach.adapters.matcher.query import Source, fused
from outreach.domain.masks import mask_columns
from outreach.domain.plan import Plan

FILE, ROW, PULLED_AT = "file", "row", "pulled_at"
"""Columns of every answer: the place of the pull among the pulls, the row in its file, the pull's time."""

_FOUND = "found"
_PULLED = "pulled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """One archived pull: its file, and when it was decided."""

    path: Path
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMatcher:
    """Asks a plan of every flag of these pulls, in one fused query; refuses as DuckMatcher does."""

    matcher: DuckMatcher
    pulls: Sequence[Pulled]

    def match(self, plan: Plan, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Rows on which some main probe is true or unknown: `file`, `row`, these columns and the masks.

        A column that no file has is NULL throughout.
        """
        with self._opened() as (connection, relation):
            source = Source(
                relation=relation,
                columns=types_of(connection, relation),
                row_key=(FILE, ROW),
                beside=(PULLED_AT,),
            )
            passed = [FILE, ROW, *(column for column in columns if column in source.columns)]
            query = fused(plan, RowTime(PULLED_AT), source, passed)
            for table in self.matcher.asked(connection, plan, query):
                for column in columns:
                    if column not in table.column_names:
                        table = table.append_column(column, pa.nulls(table.num_rows, pa.string()))
                yield table

    def rows(self, wanted: pa.Table, columns: Sequence[str] | None = None) -> pa.Table:
        """The archived rows that `wanted` (columns `file` and `row`) names, with `file`, `row`, `pulled_at`.

        `columns` that no file has are left out. Files of which nothing is wanted are not opened.
        """
        places = sorted(set(wanted.column(FILE).to_pylist()))
        with self._opened(places) as (connection, relation):
            connection.register("wanted", wanted)
            have = types_of(connection, relation)
            chosen = [c for c in (have if columns is None else columns) if c in have]
            listed = ", ".join(name(c) for c in dict.fromkeys([FILE, ROW, PULLED_AT, *chosen]))
            query = f"SELECT {listed} FROM {relation} SEMI JOIN wanted USING ({FILE}, {ROW})"
            with self.matcher.stopped_in_time(connection):
                return connection.sql(query).to_arrow_table()

    def sum_of_masks(self, plan: Plan) -> int:
        """Every mask of every row, summed by DuckDB and handed to nobody: what the asking alone costs."""
        with self._opened() as (connection, relation):
            source = Source(
                relation=relation,
                columns=types_of(connection, relation),
                row_key=(FILE, ROW),
                beside=(PULLED_AT,),
            )
            query = fused(plan, RowTime(PULLED_AT), source, ())
            self.matcher.show_lists(connection, query)
            masks = [mask for kind in mask_columns(len(plan.probes)) for mask in kind]
            sums = " + ".join(f"sum({mask} % 1000003)" for mask in masks)
            with self.matcher.stopped_in_time(connection):
                found = connection.execute(f"SELECT {sums} FROM ({query.sql})").fetchone()
        return int(found[0] or 0) if found else 0

    def count_of(self, persons: Sequence[str]) -> int:
        """How many of the rows are about these people."""
        if not persons:
            return 0
        with self._opened() as (connection, relation):
            connection.register("those", pa.table({"person": pa.array(persons, pa.string())}))
            query = f"SELECT count(*) FROM {relation} SEMI JOIN those USING (person)"
            with self.matcher.stopped_in_time(connection):
                found = connection.execute(query).fetchone()
        return int(found[0]) if found else 0

    @contextmanager
    def _opened(self, places: Sequence[int] = ()) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
        """The pulls in these places as one relation; all of them where no place is named."""
        chosen = places or range(len(self.pulls))
        files = [self.pulls[place].path.resolve() for place in chosen]
        with locked(self.matcher, files) as connection:
            times = pa.array([self.pulls[place].at for place in chosen], pa.timestamp("us", tz="UTC"))
            columns = {"listed": range(len(files)), FILE: chosen}
            known = {name: pa.array(values, pa.int64()) for name, values in columns.items()}
            connection.register(_PULLED, pa.table({**known, PULLED_AT: times}))
            listed = ", ".join(text(str(file)) for file in files)
            read = f"read_parquet([{listed}], union_by_name = true, file_row_number = true)"
            yield (
                connection,
                f"(SELECT {_FOUND}.*, {_PULLED}.{FILE}, {_FOUND}.file_row_number AS {ROW}, {PULLED_AT}"
                f" FROM {read} {_FOUND} JOIN {_PULLED} ON {_FOUND}.file_index = {_PULLED}.listed)",
            )
