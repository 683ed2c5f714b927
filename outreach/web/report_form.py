"""The posted form of a report, taken apart in memory: nothing of a stranger's is written to a disk
unsealed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # a stranger must not fill the log

MOST_PARTS = 60
LONGEST_FIELD = 16_384
LONGEST_HEADER = 1_024
PICTURES = "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a form said: text by field, and the pictures that were chosen."""

    fields: Mapping[str, str] = field(repr=False)
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


def read_form(kind: str, body: bytes) -> Posted | None:
    """The form in a body of this content type; None where it is none, or no form of ours has so much in
    it.
    """
    boundary = _boundary(kind)
    if boundary is None:
        return _plain(body) if _is_plain(kind) else None
    reading = _Reading()
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, _TooMuch, ValueError):
        return None
    return reading.posted() if reading.is_whole else None


def read_beginning(kind: str, begun: bytes) -> Posted:
    """The text by field in what a form began with, the last field as far as it goes; pictures are left out.

    For a form that could not be taken: what somebody typed into it is heard, and given back to them.
    """
    boundary = _boundary(kind)
    if boundary is None:
        text = begun.decode("utf-8", "replace") if _is_plain(kind) else ""
        pairs = (parse_qsl(pair, errors="replace") for pair in text.split("&", MOST_PARTS)[:MOST_PARTS])
        return Posted(fields={name: value for pair in pairs for name, value in reversed(pair)})
    reading = _Reading()
    with suppress(FormParserError, _TooMuch, ValueError):  # what was read until then counts
        MultipartParser(boundary, reading.callbacks()).write(begun)
    reading.break_off()
    return Posted(fields=reading.fields)


def _is_plain(kind: str) -> bool:
    return parse_options_header(kind)[0] == b"application/x-www-form-urlencoded"


def _boundary(kind: str) -> bytes | None:
    """What parts a form with pictures; None where this is none."""
    name, options = parse_options_header(kind)
    boundary = options.get(b"boundary", b"")
    return boundary if name == b"multipart/form-data" and 0 < len(boundary) <= 200 else None


def _plain(body: bytes) -> Posted | None:
    if len(body) > MOST_PARTS * LONGEST_FIELD // 8:
        return None
    try:
        pairs = parse_qsl(body.decode("utf-8"), max_num_fields=MOST_PARTS, errors="strict")
    except ValueError:
        return None
    return Posted(fields={name: value for name, value in reversed(pairs) if len(value) <= LONGEST_FIELD})


class _TooMuch(Exception):
    """More than any form of ours has."""


@dataclass(slots=True)
class _Reading:
    """A form as it is read; the first value of a field counts."""

    fields: dict[str, str] = field(default_factory=dict)
    pictures: list[bytes] = field(default_factory=list)
    is_whole: bool = False
    _parts: int = 0
    _header: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    _named: str | None = None
    _value: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self.begin,
            "on_header_field": self.header_field,
            "on_header_value": self.header_value,
            "on_header_end": self.header_end,
            "on_part_data": self.part,
            "on_part_end": self.end,
            "on_end": self.whole,
        }

    def posted(self) -> Posted:
        return Posted(fields=self.fields, pictures=tuple(self.pictures))

    def begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _TooMuch
        self._named, self._value, self._header = None, bytearray(), (bytearray(), bytearray())

    def header_field(self, read: bytes, start: int, end: int) -> None:
        self._add(0, read[start:end])

    def header_value(self, read: bytes, start: int, end: int) -> None:
        self._add(1, read[start:end])

    def _add(self, which: int, read: bytes) -> None:
        self._header[which].extend(read)
        if len(self._header[which]) > LONGEST_HEADER:
            raise _TooMuch

    def header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._header[1]))
            self._named = options.get(b"name", b"").decode("utf-8", "replace")
        self._header = (bytearray(), bytearray())

    def part(self, read: bytes, start: int, end: int) -> None:
        self._value.extend(memoryview(read)[start:end])
        if self._named != PICTURES and len(self._value) > LONGEST_FIELD:
            raise _TooMuch

    def end(self) -> None:
        if self._named == PICTURES:
            if self._value:  # nothing chosen comes as an empty file
                self.pictures.append(bytes(self._value))
        elif self._named:
            self.fields.setdefault(self._named, self._value.decode("utf-8", "replace"))

    def break_off(self) -> None:
        """No more comes: a field that was begun ends here."""
        if self._named != PICTURES:
            self.end()

    def whole(self) -> None:
        self.is_whole = True
