"""CSV records that may span lines, where a feed declares quoted newlines: records are counted, not lines.

A quote that never closes (before the end, or within `longest` bytes) costs its first line only: reading goes
on with the next one, so that one stray quote does not swallow a file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.adapters.feeds.lines import BATCH_BYTES, LineReader, Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: bytes
    end: int  # the byte after it and its newline
    length: int

    @property
    def is_cut(self) -> bool:
        return self.length > len(self.text)


class RecordReader:
    """Groups the lines of a reader into records; `Lines` then holds records, numbered from `line`."""

    def __init__(self, lines: LineReader, *, offset: int, line: int, longest: int, delimiter: str) -> None:
        self._lines, self._offset, self._line, self._longest = lines, offset, line, longest
        self._waiting: deque[_Line] = deque()
        self._source_ended = False
        self._is_unterminated = False
        self._source_at = offset
        d = re.escape(delimiter.encode())
        field = rb'(?:"(?:[^"]++|"")*+"|[^"' + d + rb"]*+)"
        inside = rb'(?:[^"]++|"")*+'
        self._opens = re.compile(rb"(?:" + field + d + rb')*+"' + inside)
        self._closes = re.compile(inside + rb'"(?:' + d + field + rb")*+\r?")
        self._reopens = re.compile(inside + rb'"(?:' + d + field + rb")*+" + d + rb'"' + inside)
        self._stays = re.compile(inside)

    def take(self, rows: int) -> Lines:
        """Up to `rows` records."""
        texts: list[bytes] = []
        cut: dict[int, int] = {}
        opened: set[int] = set()
        size = last = 0
        while len(texts) < rows and size < BATCH_BYTES and self._has_line(0):
            count, is_open = self._extent()
            parts = [self._waiting.popleft() for _ in range(count)]
            if parts[0].is_cut:
                cut[len(texts)] = parts[0].length
            if is_open:
                opened.add(len(texts))
            texts.append(b"\n".join(part.text for part in parts))
            size += len(texts[-1])
            last, self._offset = parts[-1].end - self._offset, parts[-1].end
        first, self._line = self._line, self._line + len(texts)
        ended = not self._has_line(0)
        return Lines(
            texts=texts,
            first=first,
            end=self._offset,
            too_long=cut,
            open_quotes=frozenset(opened),
            tail=last if ended and self._is_unterminated else 0,
            ended=ended,
        )

    def _extent(self) -> tuple[int, bool]:
        """How many waiting lines are the next record, and whether its quote was never closed."""
        if b'"' not in self._waiting[0].text or not self._opens.fullmatch(self._waiting[0].text):
            return 1, False
        length = len(self._waiting[0].text)
        for count, line in self._following():
            length += len(line.text) + 1
            if line.is_cut or length > self._longest:
                break
            if self._closes.fullmatch(line.text):
                return count, False
            if not self._stays.fullmatch(line.text) and not self._reopens.fullmatch(line.text):
                break
        return 1, True

    def _following(self) -> Iterator[tuple[int, _Line]]:
        place = 1
        while self._has_line(place):
            yield place + 1, self._waiting[place]
            place += 1

    def _has_line(self, place: int) -> bool:
        while len(self._waiting) <= place and not self._source_ended:
            self._wait_for_more()
        return len(self._waiting) > place

    def _wait_for_more(self) -> None:
        lines = self._lines.take(1000)
        self._source_ended, self._is_unterminated = lines.ended, lines.tail > 0
        for place, text in enumerate(lines.texts):
            length = lines.too_long.get(place, len(text))
            self._source_at = min(self._source_at + length + 1, lines.end)
            self._waiting.append(_Line(text=text, end=self._source_at, length=length))
