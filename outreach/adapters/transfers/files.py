"""Transfers in files: Parquet, CSV or NDJSON, one or a glob of them, all read at each search."""

from __future__ import annotations

import glob as globbing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from outreach.adapters.transfers.search import Search, Span
from outreach.domain.lookback import Turned
from outreach.errors import FeedError

READERS = {
    "parquet": "read_parquet({files}, union_by_name = true)",
    "csv": "read_csv({files}, all_varchar = true, header = true, delim = '{delimiter}',"
    " union_by_name = true)",
    "ndjson": "read_json({files}, format = 'newline_delimited', union_by_name = true)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFiles:
    """Every file that matches `glob`. `select` maps columns to SQL over the files' own; a column of the same
    name needs none. A line that is none makes the whole search fail: nobody is passed over in silence."""

    name: str
    glob: str
    format: str
    select: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","

    def sent_to(self, turned: Sequence[Turned], since: datetime, until: datetime) -> Iterator[pa.Table]:
        """What the port promises."""
        files = self._files()
        with Search(self.name, files) as search:
            span = Span(turned=turned, since=since, until=until)
            yield from search.found(self._source(files), self.select, span)

    def check(self) -> None:
        """FeedError where no file is there, or the select fits none."""
        now = datetime.min.replace(tzinfo=UTC)
        files = self._files()[:1]
        with Search(self.name, files) as search:
            list(search.found(f"(SELECT * FROM {self._source(files)} LIMIT 10)", self.select, _nothing(now)))

    def _files(self) -> list[Path]:
        files = sorted(Path(found) for found in globbing.glob(self.glob, recursive=True))
        if not files:
            raise FeedError(f"{self.name}: no file matches {self.glob}; put one there or mend the path")
        return [path.resolve() for path in files if path.is_file()]

    def _source(self, files: Sequence[Path]) -> str:
        listed = "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in files) + "]"
        return READERS[self.format].format(files=listed, delimiter=self.delimiter.replace("'", "''"))


def _nothing(now: datetime) -> Span:
    return Span(turned=(), since=now, until=now)
