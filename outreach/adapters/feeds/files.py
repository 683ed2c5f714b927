"""Files as a feed: CSV, NDJSON and Parquet, plain or gzip, one or a glob of them, in name order."""

from __future__ import annotations

import glob as globbing
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from outreach.adapters.feeds.file_marks import Mark, read_marks, write_marks
from outreach.adapters.feeds.frame import Framer
from outreach.adapters.feeds.line_files import LineFiles
from outreach.adapters.feeds.mapping import Select, read_select
from outreach.adapters.feeds.parquet_rows import ParquetFiles
from outreach.adapters.feeds.raw import BrokenSourceError
from outreach.domain.facts import Catalogue
from outreach.domain.flag import FlagBatch
from outreach.errors import FeedError


class FileFormat(StrEnum):
    """What is in the files."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


_UNREADABLE = (BrokenSourceError, OSError, EOFError, zlib.error, pa.ArrowException)
"""What reading one file may end in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFeed:
    """Reads every file that matches `glob`, each once, and what is appended to it later.

    Lines are physical lines: split first, parsed then. A CSV's header line is not counted among `lines`
    (but line numbers are an editor's: the first row is line 2); a blank line is counted and quarantined.
    With `quoted_newlines` records are counted instead of lines. `select` maps columns of a flag to SQL over
    the raw columns (all text; in Parquet their own types); columns not in it are read from raw columns of
    the same name. Files ending in `.gz` are unpacked. Move read files away once in a while: the cursor
    names every file that is there. Bring a file in by renaming it, or end what you append in a newline.
    """

    name: str
    catalogue: Catalogue
    glob: str
    format: FileFormat | str
    patterns: Collection[str]
    select: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    quoted_newlines: bool = False
    batch_rows: int = 20_000
    longest_line: int = 1_000_000

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        """Everything not read yet, file by file in name order, in bounded batches.

        A file that cannot be read does not keep the others from being read; FeedError names it at the end.
        """
        files = self._files()
        select = read_select(self.name, self.select, self.catalogue)
        marks = self._marks(cursor, files)
        broken: list[str] = []
        with self._framer(select) as framer:
            for place, path in files.items():
                known = marks.get(place)
                try:
                    if known is not None and known.done and known.is_untouched(path):
                        continue
                    for raw, mark in self._reader().pieces(path, place, known, select):
                        marks[place] = mark
                        yield framer.batch(raw, write_marks(marks))
                except _UNREADABLE as error:
                    broken.append(f"{place} {_cause(error)}")
        if broken:
            raise FeedError(f"feed {self.name}: " + "\n  ".join(broken) + "\n  mend or move the file away")

    def check(self) -> None:
        """FeedError where no file is there, or the first one cannot be read or fits no select."""
        files = self._files()
        if not files:
            raise FeedError(f"feed {self.name}: no file matches {self.glob}; put one there or mend the glob")
        select = read_select(self.name, self.select, self.catalogue)
        place, path = next(iter(files.items()))
        try:
            sample = self._reader().sample(path, place, select)
        except _UNREADABLE as error:
            raise FeedError(f"feed {self.name}: {place} {_cause(error)}") from None
        with self._framer(select) as framer:
            framer.try_on(sample)

    def _framer(self, select: Select) -> Framer:
        return Framer(feed=self.name, catalogue=self.catalogue, select=select, patterns=self.patterns)

    def _reader(self) -> LineFiles | ParquetFiles:
        if self.format == FileFormat.PARQUET:
            return ParquetFiles(rows=self.batch_rows)
        return LineFiles(
            delimiter=self.delimiter if self.format == FileFormat.CSV else None,
            quoted_newlines=self.quoted_newlines,
            rows=self.batch_rows,
            longest=self.longest_line,
        )

    def _files(self) -> dict[str, Path]:
        """Place below the root → path, in name order; FeedError where the root itself is gone."""
        root = _root(self.glob)
        if not root.is_dir():
            raise FeedError(
                f"feed {self.name}: there is no folder {root}; make it, mount it or mend the glob"
            )
        paths = (Path(found) for found in globbing.glob(self.glob, recursive=True))
        return {str(path.relative_to(root)): path for path in sorted(paths) if path.is_file()}

    def _marks(self, cursor: str | None, files: Mapping[str, Path]) -> dict[str, Mark]:
        try:
            return read_marks(cursor, files)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise FeedError(
                f"feed {self.name}: its cursor is not one of a file feed; was the feed renamed?"
            ) from None


def _root(glob: str) -> Path:
    """The deepest folder of a glob that has no wildcard in it."""
    fixed: list[str] = []
    for part in Path(glob).parts[:-1]:
        if globbing.has_magic(part):
            break
        fixed.append(part)
    return Path(*fixed)


def _cause(error: Exception) -> str:
    """Why a file could not be read, without a word of what is in it."""
    if isinstance(error, BrokenSourceError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return f"cannot be read: it is damaged or not of the feed's format ({type(error).__name__})"
