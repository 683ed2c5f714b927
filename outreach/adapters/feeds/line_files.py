"""Files made of lines: where to go on, what the header says, and the pieces that follow."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import pyarrow as pa

from outreach.adapters.feeds.csv_rows import CsvRows
from outreach.adapters.feeds.file_marks import Mark, head_of, new_mark, without_tail
from outreach.adapters.feeds.json_rows import line_rows
from outreach.adapters.feeds.lines import LineReader, Lines
from outreach.adapters.feeds.mapping import Select
from outreach.adapters.feeds.raw import BrokenSourceError, RawRows
from outreach.adapters.feeds.records import RecordReader


class _Rows(Protocol):
    """What turns lines into raw rows."""

    def rows(self, lines: Lines, place: str) -> RawRows:
        """The raw rows of these lines."""
        ...


@dataclass(frozen=True, slots=True)
class _JsonRows:
    select: Select

    def rows(self, lines: Lines, place: str) -> RawRows:
        return line_rows(lines, place, self.select)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFiles:
    """CSV (with a delimiter) or NDJSON (without), read in pieces of `rows` lines."""

    delimiter: str | None
    quoted_newlines: bool
    rows: int
    longest: int

    def pieces(
        self, path: Path, place: str, mark: Mark | None, select: Select
    ) -> Iterator[tuple[RawRows, Mark]]:
        """Raw rows from where `mark` ends, each with the mark after it."""
        fresh = new_mark(path)
        with _opened(path) as stream:
            start = head_of(stream)
            shape, header_size = self._shape(stream, select)
            if mark is None or not mark.goes_on(stream, fresh):
                mark = Mark(
                    size=fresh.size, mtime_ns=fresh.mtime_ns, offset=header_size, line=1 + bool(header_size)
                )
            stream.seek(mark.offset)
            for lines in self._lines(stream, mark):
                yield shape.rows(lines, place), fresh.after(lines, start)

    def sample(self, path: Path, place: str, select: Select) -> pa.Table:
        """A few raw rows, to try a select on."""
        with _opened(path) as stream:
            shape, header_size = self._shape(stream, select)
            stream.seek(header_size)
            lines = LineReader(stream, offset=0, line=1, longest=self.longest).take(100)
            return shape.rows(lines, place).table

    def _lines(self, stream: BinaryIO, mark: Mark) -> Iterator[Lines]:
        reader: LineReader | RecordReader
        reader = LineReader(stream, offset=mark.offset, line=mark.line, longest=self.longest)
        if self.delimiter is not None and self.quoted_newlines:
            reader = RecordReader(
                reader, offset=mark.offset, line=mark.line, longest=self.longest, delimiter=self.delimiter
            )
        tail, ended = mark.tail, False
        while not ended:
            lines = without_tail(reader.take(self.rows), tail)
            tail, ended = "", lines.ended
            if lines.texts:
                yield lines

    def _shape(self, stream: BinaryIO, select: Select) -> tuple[_Rows, int]:
        """What reads the lines, and the size of the header before them."""
        if self.delimiter is None:
            return _JsonRows(select), 0
        stream.seek(0)
        header = LineReader(stream, offset=0, line=1, longest=self.longest).take(1)
        if not header.texts or header.too_long:
            raise BrokenSourceError(
                "has no header line" if not header.texts else "has an endless header line"
            )
        shape = CsvRows(
            header.texts[0],
            delimiter=self.delimiter,
            wanted=select.wanted,
            multi_line=self.quoted_newlines,
        )
        if lacking := select.lacking(tuple(shape.columns), shape.names):
            raise BrokenSourceError(lacking)
        return shape, header.end


def _opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where its name ends in .gz."""
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")
