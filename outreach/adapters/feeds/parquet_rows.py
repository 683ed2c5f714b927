"""Parquet: rows with their own types, streamed by Arrow, a column that nobody asks for never read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from outreach.adapters.feeds.fault import Fault, reject
from outreach.adapters.feeds.file_marks import Mark, new_mark
from outreach.adapters.feeds.json_rows import shown
from outreach.adapters.feeds.mapping import Select
from outreach.adapters.feeds.raw import LINE, BrokenSourceError, RawRows


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetFiles:
    """Parquet files in pieces of `rows` rows; a line is a row."""

    rows: int

    def pieces(
        self, path: Path, place: str, mark: Mark | None, select: Select
    ) -> Iterator[tuple[RawRows, Mark]]:
        """Raw rows from where `mark` ends, each with the mark after it."""
        fresh = new_mark(path)
        done = mark.offset if mark is not None and mark.is_untouched(path) else 0
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            total = file.metadata.num_rows
            for table in _tables(file, _columns(file, select), done, self.rows):
                raw = raw_rows(table, done + 1, place)
                done += table.num_rows
                yield raw, replace(fresh, offset=done, done=done == total)

    def sample(self, path: Path, place: str, select: Select) -> pa.Table:
        """A table without rows that has the file's columns."""
        with parquet.ParquetFile(path) as file:
            names = _columns(file, select)
            table = pa.table({n: pa.array([], file.schema_arrow.field(n).type) for n in names})
            return raw_rows(table, 1, place).table


def raw_rows(table: pa.Table, first: int, place: str) -> RawRows:
    """A table of a source's own types as raw rows; those with text that is no UTF-8 are refused."""
    bad = _not_utf8(table)
    numbers = [first + i for i in range(table.num_rows) if i not in bad]
    clean = table.take(pa.array([n - first for n in numbers], pa.int64())) if bad else table
    return RawRows(
        table=clean.append_column(LINE, pa.array(numbers, pa.int64())),
        rejected=tuple(reject(first + i, place, Fault.NOT_UTF8, b"") for i in sorted(bad)),
        lines=table.num_rows,
        place=place,
        text_of=lambda line: shown(table.slice(line - first, 1).to_pylist()[0]),
    )


def _not_utf8(table: pa.Table) -> set[int]:
    """Places of rows whose text is broken; Parquet does not check, and DuckDB would stop at one."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        return {i for i in range(table.num_rows) if not _is_valid(table.slice(i, 1))}
    return set()


def _is_valid(row: pa.Table) -> bool:
    try:
        row.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _columns(file: parquet.ParquetFile, select: Select) -> list[str]:
    """The columns worth reading; those the select names must be there."""
    present = {name.casefold(): name for name in file.schema_arrow.names}
    found = [present[name.casefold()] for name in select.wanted if name.casefold() in present]
    if lacking := select.lacking(
        [n for n in select.wanted if n.casefold() in present], file.schema_arrow.names
    ):
        raise BrokenSourceError(lacking)
    return found


def _tables(file: parquet.ParquetFile, columns: list[str], done: int, rows: int) -> Iterator[pa.Table]:
    """The rows after the first `done`, whole row groups passed over unread."""
    group, before = 0, 0
    while group < file.num_row_groups and before + file.metadata.row_group(group).num_rows <= done:
        before += file.metadata.row_group(group).num_rows
        group += 1
    skip = done - before
    groups = list(range(group, file.num_row_groups))
    for batch in file.iter_batches(batch_size=rows, row_groups=groups, columns=columns, use_threads=False):
        if skip < batch.num_rows:
            yield pa.Table.from_batches([batch.slice(skip)])
        skip = max(0, skip - batch.num_rows)
