"""Where lists come from: files by a pattern (daily ones with the day in their names), and URLs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from glob import glob
from hashlib import sha256
from pathlib import Path

import httpx

from outreach.adapters.address_lists.reading import Shape, rows_in, unpacked
from outreach.domain.listed import Row, moment_in
from outreach.errors import FeedError

WITHIN_SECONDS = 600.0
"""A list that trickles in for longer does not come: another of the same name waits behind it."""

_DAY = re.compile(r"(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A list that came: its rows, the day it is of (None: it does not say), and where to go on."""

    rows: Iterator[Row]
    as_of: datetime | None
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFiles:
    """Every file that a pattern finds and that is new, or has changed; in the order of their names."""

    name: str
    pattern: str
    shape: Shape

    def fetch(self, position: str) -> Iterator[Fetched]:
        """What is new behind `position`; FeedError where a file cannot be read."""
        marks: dict[str, list[int]] = json.loads(position) if position else {}
        paths = sorted(Path(each) for each in glob(self.pattern, recursive=True))
        if not paths and not marks:
            raise FeedError(f"list {self.name}: no file is at its path")
        for path in paths:
            try:
                stat = path.stat()
                mark = [stat.st_size, stat.st_mtime_ns]
                if not path.is_file() or marks.get(path.name) == mark:
                    continue
                if stat.st_size > self.shape.largest:
                    raise FeedError(f"list {self.name}: {path.name} is larger than largest_bytes")
                raw = path.read_bytes()
            except OSError as error:
                raise FeedError(f"list {self.name}: {path.name}: {error.strerror}") from None
            marks[path.name] = mark
            rows = rows_in(raw, self.shape, f"list {self.name}: {path.name}")
            yield Fetched(rows=rows, as_of=day_of(path.name), position=json.dumps(marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUrl:
    """One list at a URL, asked for only where it has changed (ETag, Last-Modified, then its own hash)."""

    name: str
    url: str = field(repr=False)
    client: httpx.Client = field(repr=False)
    shape: Shape
    elapsed: Callable[[], float] = time.monotonic

    def fetch(self, position: str) -> Iterator[Fetched]:
        """The list, where it is another one than at `position`; FeedError where it does not come."""
        known: dict[str, str] = json.loads(position) if position else {}
        asked = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
        asked["Accept-Encoding"] = "gzip"
        try:
            headers = {name: value for name, value in asked.items() if value}
            with self.client.stream("GET", self.url, headers=headers) as answer:
                if answer.status_code == httpx.codes.NOT_MODIFIED:
                    return
                if answer.status_code != httpx.codes.OK:
                    raise FeedError(f"list {self.name}: its server answered {answer.status_code}")
                raw = self._bounded(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FeedError(f"list {self.name}: its server was not heard ({type(error).__name__})") from None
        digest = sha256(raw).hexdigest()
        if digest == known.get("sha256"):
            return
        seen = {
            "etag": answer.headers.get("etag", ""),
            "modified": answer.headers.get("last-modified", ""),
            "sha256": digest,
        }
        rows = rows_in(raw, self.shape, f"list {self.name}")
        yield Fetched(rows=rows, as_of=None, position=json.dumps(seen))

    def _bounded(self, answer: httpx.Response) -> bytes:
        """The body, unpacked here: whatever httpx unpacks is in memory before anybody can say how large."""
        packed = answer.headers.get("content-encoding", "").strip().lower()
        if packed not in {"", "identity", "gzip", "x-gzip"}:
            raise FeedError(f"list {self.name}: its answer is packed in a way that was not asked for")
        parts, size, until = [], 0, self.elapsed() + WITHIN_SECONDS
        for part in answer.iter_raw():
            size += len(part)
            if size > self.shape.largest:
                raise FeedError(f"list {self.name}: its answer is larger than largest_bytes")
            if self.elapsed() > until:
                raise FeedError(f"list {self.name}: its answer took longer than {WITHIN_SECONDS:.0f} seconds")
            parts.append(part)
        raw = b"".join(parts)
        return unpacked(raw, self.shape.largest, f"list {self.name}") if "gzip" in packed else raw


def day_of(name: str) -> datetime | None:
    """The day that a file's name says."""
    found = _DAY.search(name)
    return (moment_in("-".join(found.groups())) or None) if found else None
