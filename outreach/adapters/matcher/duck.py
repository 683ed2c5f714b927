"""DuckDB as a matcher: locked, bounded, and asked one query a batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from outreach.adapters.matcher.emit import text
from outreach.adapters.matcher.query import Query, Source, fused
from outreach.domain.masks import main_bits, mask_columns
from outreach.domain.plan import Plan
from outreach.errors import OutreachError

BATCH = "batch"
ROW = "outreach_row"
ROWS_A_BATCH = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckMatcher:
    """Answers every probe of a plan for every row, with DuckDB.

    Nothing outside of the process can be reached by a query, and a query that runs longer than
    `at_most` is stopped with an OutreachError. `threads` and `memory` bound what it takes of the machine.
    """

    threads: int = 2
    memory: str = "400MB"
    at_most: timedelta = timedelta(minutes=10)

    def match(self, plan: Plan, batch: pa.Table, now: datetime) -> Iterator[pa.Table]:
        """The rows on which some main probe is true or unknown, with the batch's columns and the masks."""
        with locked(self, ()) as connection:
            numbered = batch.append_column(ROW, pa.array(range(batch.num_rows), pa.int64()))
            connection.register(BATCH, numbered)
            source = Source(relation=BATCH, columns=types_of(connection, BATCH), row_key=(ROW,))
            query = fused(plan, now, source, batch.column_names)
            yield from self.asked(connection, plan, query)

    def match_parquet(
        self, plan: Plan, path: Path | Sequence[Path], now: datetime, columns: Sequence[str]
    ) -> Iterator[pa.Table]:
        """The same over Parquet files of any size, streamed; facts that a file lacks are unknown.

        `path` is a file, a folder (all `*.parquet` under it), or several of them. OutreachError where
        there is no file to read.
        """
        files = _parquet_files([path] if isinstance(path, Path) else path)
        with locked(self, files) as connection:
            listed = ", ".join(text(str(file)) for file in files)
            read = f"read_parquet([{listed}], union_by_name = true, file_row_number = true, filename = true)"
            key = ("filename", "file_row_number")
            source = Source(relation=read, columns=types_of(connection, read), row_key=key)
            yield from self.asked(connection, plan, fused(plan, now, source, columns))

    def asked(self, connection: duckdb.DuckDBPyConnection, plan: Plan, query: Query) -> Iterator[pa.Table]:
        """The rows of a query that some main probe wants or cannot decide."""
        self.show_lists(connection, query)
        with self.stopped_in_time(connection):
            reader = connection.sql(query.sql).to_arrow_reader(ROWS_A_BATCH)
        while True:
            with self.stopped_in_time(connection):
                batch = next(reader, None)
            if batch is None:
                return
            kept = _kept(pa.Table.from_batches([batch]), plan)
            if kept.num_rows:
                yield kept

    def show_lists(self, connection: duckdb.DuckDBPyConnection, query: Query) -> None:
        """Let a query see the long lists that it asks."""
        for table, values in query.lists.items():
            connection.register(table, pa.table({"value": pa.array(values, pa.string())}))

    @contextmanager
    def stopped_in_time(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Interrupt DuckDB where it does not come back in time; no failure is told with a value of a row."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            connection.interrupt()

        timer = threading.Timer(self.at_most.total_seconds(), stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (duckdb.Error, OSError) as error:  # through Arrow, DuckDB's errors arrive as OSError
            if late.is_set():
                hint = "fewer rules, smaller batches, or a higher limit"
                raise OutreachError(f"matching was stopped after {self.at_most}: {hint}") from None
            # What follows the first colon may quote a row.
            raise OutreachError(f"DuckDB could not match: {str(error).split(':', 1)[0]}") from None
        finally:
            timer.cancel()


@contextmanager
def locked(matcher: DuckMatcher, files: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reaches these files and nothing else, and cannot be talked out of it."""
    connection = duckdb.connect(
        ":memory:", config={"threads": str(matcher.threads), "memory_limit": matcher.memory}
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET python_enable_replacements = false")
        if files:
            listed = ", ".join(text(str(file)) for file in files)
            connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def types_of(connection: duckdb.DuckDBPyConnection, relation: str) -> Mapping[str, str]:
    """The relation's columns and their SQL types."""
    found = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {row[0]: row[1] for row in found}


def _parquet_files(paths: Sequence[Path]) -> list[Path]:
    files = []
    for path in paths:
        files += sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    missing = [str(file) for file in files if not file.is_file()]
    if missing or not files:
        raise OutreachError(f"no Parquet file to match: {', '.join(missing) or 'no path was given'}")
    return [file.resolve() for file in files]


def _kept(answered: pa.Table, plan: Plan) -> pa.Table:
    """The rows that some main probe wants or cannot decide.

    Filtered here and not in SQL: WHERE over a mask makes DuckDB evaluate every probe twice.
    """
    bits = main_bits(plan.mains)
    trues, unknowns = mask_columns(len(plan.probes))
    wanted = None
    for mask, true, unknown in zip(bits, trues, unknowns, strict=False):
        either = pc.bit_wise_or(answered.column(true), answered.column(unknown))
        here = pc.not_equal(pc.bit_wise_and(either, pa.scalar(mask, pa.int64())), 0)
        wanted = here if wanted is None else pc.or_(wanted, here)
    return answered.filter(wanted)
