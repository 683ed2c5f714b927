"""A list's bytes as rows: CSV, NDJSON or JSON, plain or gzipped. What is no row comes back saying so.

A line of JSON may also be a day's list: `{"date": …, "addresses": [...], "removed": [...]}`.
"""

from __future__ import annotations

import csv
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from gzip import GzipFile
from io import BytesIO, StringIO
from typing import Any, Literal

from outreach.domain.chains import Fault
from outreach.domain.listed import Row
from outreach.domain.printable import printable
from outreach.errors import FeedError

GZIP = b"\x1f\x8b"
_BETWEEN = re.compile(r"[|;,]")
_SOURCES = re.compile(r"[|;]")
LONGEST_NAME = 128
FORMATS = ("csv", "ndjson", "json")
FIELDS = ("chain", "address", "categories", "confidence", "first_seen", "last_seen", "expires_at", "date")
"""What a row may say, and the names it is looked for under, where the settings give no other."""

_ALSO = {"categories": ("category",), "date": ("at", "day"), "chain": ("network",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a list is written. `columns`: our field → its name in the list. `chain`: of rows that name none.

    `sources`: the column that says who each row is from, several with bars between; '' where there is none.
    """

    format: Literal["csv", "ndjson", "json"] = "csv"
    delimiter: str = ","
    chain: str = ""
    sources: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    largest: int = 256 << 20


def rows_in(raw: bytes, shape: Shape, name: str) -> Iterator[Row]:
    """Every row of a list; FeedError where it is no such list at all, or unpacks to more than it may."""
    text = unpacked(raw, shape.largest, name).decode("utf-8-sig", "replace")
    if text.lstrip()[:1] == "<":
        raise FeedError(f"{name}: it is a web page, not a list")
    match shape.format:
        case "csv":
            yield from _csv(text, shape, name)
        case "ndjson":
            for line, said in enumerate(text.split("\n"), 1):
                if said.strip():
                    yield from _parsed(said, line, shape)
        case "json":
            yield from _json(text, shape, name)


def unpacked(raw: bytes, largest: int, name: str) -> bytes:
    """The bytes, out of their gzip where they are in one; FeedError where they are more than they may be."""
    whole = raw
    if raw.startswith(GZIP):
        try:
            with GzipFile(fileobj=BytesIO(raw)) as file:
                whole = file.read(largest + 1)
        except EOFError:
            raise FeedError(f"{name}: the gzip is cut short") from None
        except (OSError, zlib.error):
            raise FeedError(f"{name}: the gzip is broken") from None
    if len(whole) > largest:
        raise FeedError(f"{name}: it is larger than {largest:,} bytes unpacked (largest_bytes)")
    return whole


def _csv(text: str, shape: Shape, name: str) -> Iterator[Row]:
    if len(shape.delimiter) != 1:
        raise FeedError(f"{name}: between its cells stands one character (delimiter)")
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=shape.delimiter, strict=True)
    reader.fieldnames = _header(reader, shape, name)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield Row(line=reader.line_num, fault=Fault.UNREADABLE)
            continue
        if cells is None:
            return
        if None in cells or None in cells.values():  # more cells than columns, or fewer
            yield Row(line=reader.line_num, fault=Fault.UNREADABLE)
            continue
        yield _row(cells, reader.line_num, shape)


def _header(reader: csv.DictReader[str], shape: Shape, name: str) -> list[str]:
    """The names of the columns; FeedError where one is missing that the settings ask for."""
    try:
        header = [each.strip() for each in reader.fieldnames or ()]
    except csv.Error:
        header = []
    wanted = shape.columns.get("address", "address")
    if wanted not in header:
        raise FeedError(
            f"{name}: its first line names no column '{wanted}': say which it is (columns.address)"
        )
    asked = {*shape.columns.values(), *([shape.sources] if shape.sources else [])}
    if missing := sorted(asked - {*header}):
        raise FeedError(f"{name}: its first line names no column '{missing[0]}', which the settings ask for")
    return header


def _parsed(said: str, line: int, shape: Shape) -> Iterator[Row]:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        found = None
    yield from _record(found, line, shape)


def _json(text: str, shape: Shape, name: str) -> Iterator[Row]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedError(f"{name}: it is not JSON") from None
    if isinstance(found, dict) and isinstance(found.get("entries"), list):
        found = found["entries"]
    for line, record in enumerate(found if isinstance(found, list) else [found], 1):
        yield from _record(record, line, shape)


def _record(found: object, line: int, shape: Shape, at: str = "") -> Iterator[Row]:
    """The rows of one JSON value: an address, an object about one, or a day's list."""
    if isinstance(found, str):
        yield _row({"address": found, "date": at}, line, Shape(chain=shape.chain))
    elif not isinstance(found, dict):
        yield Row(line=line, fault=Fault.UNREADABLE)
    elif isinstance(found.get("addresses"), list):
        day = str(_found(found, "date", shape) or "")
        for each in found["addresses"]:
            yield from _record(each, line, shape, day)
        removed = found.get("removed")
        for each in removed if isinstance(removed, list) else ():
            yield from (_removed(row) for row in _record(each, line, shape, day))
    else:
        yield _row({"date": at, **found} if at else found, line, shape)


def _removed(row: Row) -> Row:
    return Row(line=row.line, chain=row.chain, address=row.address, sources=row.sources, at=row.at,
               is_removed=True, fault=row.fault)  # fmt: skip


def _row(cells: Mapping[str, Any], line: int, shape: Shape) -> Row:
    said = {name: _found(cells, name, shape) for name in FIELDS}
    removed = _found(cells, "removed", shape)
    named = cells.get(shape.sources) if shape.sources else None
    return Row(
        line=line,
        chain=_text(said["chain"]) or shape.chain,
        address=_text(said["address"]),
        sources=tuple(_name(each) for each in _parts(named, _SOURCES)),
        categories=_parts(said["categories"], _BETWEEN),
        confidence=_text(said["confidence"]),
        first_seen=_text(said["first_seen"]),
        last_seen=_text(said["last_seen"]),
        expires_at=_text(said["expires_at"]),
        at=_text(said["date"]),
        is_removed=removed is True or _text(removed).lower() in {"true", "yes", "1"},
    )


def _found(cells: Mapping[str, Any], name: str, shape: Shape) -> Any:
    if name in shape.columns:
        return cells.get(shape.columns[name])
    names = (name, *_ALSO.get(name, ()))
    return next((cells[each] for each in names if each in cells), None)


def _text(value: object) -> str:
    """A cell as text; what is a list or an object where one thing should stand cannot be an address."""
    return "" if value is None else str(value).strip()


def _name(source: str) -> str:
    """A source's name as it can be kept and shown."""
    return " ".join(printable(source).split())[:LONGEST_NAME]


def _parts(value: object, between: re.Pattern[str]) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else between.split(_text(value))
    return tuple(text for each in parts if (text := _text(each)))
