"""CSV: lines judged one by one where anything is odd about them, and the good ones parsed in bulk by Arrow.

A line that passed is one row with the header's number of fields for any reader, so the two cannot disagree.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import csv as arrow_csv

from outreach.adapters.feeds.fault import Fault, reject
from outreach.adapters.feeds.lines import Lines
from outreach.adapters.feeds.raw import LINE, BrokenSourceError, RawRows
from outreach.domain.flag import Rejected

BOM = b"\xef\xbb\xbf"


class CsvRows:
    """Reads lines under one header. `wanted` raw columns are matched without regard to case or blanks."""

    def __init__(self, header: bytes, *, delimiter: str, wanted: Sequence[str], multi_line: bool) -> None:
        self.names = names = _header(header, delimiter)
        places = {
            name: [i for i, n in enumerate(names) if n.casefold() == name.casefold()] for name in wanted
        }
        self.columns = {name: found[0] for name, found in places.items() if found}
        self.doubled = next((name for name, found in places.items() if len(found) > 1), "")
        self._width, self._delimiter, self._multi_line = len(names), delimiter, multi_line
        d = re.escape(delimiter.encode())
        newline = b"" if multi_line else rb"\r\n"
        field = rb'(?:"(?:[^"' + newline + rb']++|"")*+"|[^"\r\n' + d + rb"]*+)"
        self._good = re.compile(field + rb"(?:" + d + field + rb"){%d}" % (self._width - 1))
        self._any_width = re.compile(field + rb"(?:" + d + field + rb")*+")

    def rows(self, lines: Lines, place: str) -> RawRows:
        """The raw rows of these lines."""
        texts, whole = lines.texts, b"\n".join(lines.texts)
        if b"\r" in whole:
            texts = [text.removesuffix(b"\r") for text in texts]
            whole = b"\n".join(texts)
        faults = self._faults(texts, whole, lines)
        numbers = list(range(lines.first, lines.first + len(texts)))
        if faults:
            numbers = [number for i, number in enumerate(numbers) if i not in faults]
            whole = b"\n".join([text for i, text in enumerate(texts) if i not in faults])
        return RawRows(
            table=self._table(whole, numbers),
            rejected=tuple(self._reject(lines, i, fault, place) for i, fault in sorted(faults.items())),
            lines=len(texts),
            place=place,
            text_of=lambda line: lines.texts[line - lines.first],
        )

    def _reject(self, lines: Lines, i: int, fault: Fault, place: str) -> Rejected:
        column = self.doubled if fault is Fault.DUPLICATE_COLUMN else ""
        return reject(lines.first + i, place, fault, lines.texts[i], column)

    def _faults(self, texts: list[bytes], whole: bytes, lines: Lines) -> dict[int, Fault]:
        """Place → what is wrong; only lines with something odd about them are looked at one by one."""
        if self.doubled:
            return dict.fromkeys(range(len(texts)), Fault.DUPLICATE_COLUMN)
        faults = {i: fault for i in self._odd(texts, whole) if (fault := self._judge(texts[i])) is not None}
        faults.update(dict.fromkeys(lines.open_quotes, Fault.OPEN_QUOTE))
        faults.update(dict.fromkeys(lines.too_long, Fault.TOO_LONG_LINE))
        return faults

    def _odd(self, texts: list[bytes], whole: bytes) -> set[int]:
        """Places of lines that are not simply the right number of plain fields."""
        delimiter, commas = self._delimiter.encode(), self._width - 1
        odd = {i for i, text in enumerate(texts) if text.count(delimiter) != commas or not text}
        for sign in (b'"', b"\0", b"\r"):
            if sign in whole:
                odd.update(i for i, text in enumerate(texts) if sign in text)
        if not _is_utf8(whole):
            odd.update(i for i, text in enumerate(texts) if not text.isascii())
        if commas == 0:
            odd.update(i for i, text in enumerate(texts) if text.isspace())
        return odd

    def _judge(self, text: bytes) -> Fault | None:
        if not text.strip():
            return Fault.BLANK
        if b"\0" in text:
            return Fault.NUL
        if not _is_utf8(text):
            return Fault.NOT_UTF8
        if self._good.fullmatch(text):
            return None
        if self._any_width.fullmatch(text):
            return Fault.FIELD_COUNT
        if b"\r" in text and not self._multi_line:
            return Fault.STRAY_RETURN
        return Fault.OPEN_QUOTE if text.count(b'"') % 2 else Fault.STRAY_QUOTE

    def _table(self, joined: bytes, numbers: list[int]) -> pa.Table:
        names = [str(i) for i in range(self._width)]
        wanted = [str(i) for i in self.columns.values()]
        if not numbers:
            columns = {name: pa.array([], pa.string()) for name in self.columns}
            return pa.table({**columns, LINE: pa.array([], pa.int64())})
        table = arrow_csv.read_csv(
            pa.BufferReader(joined + b"\n"),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(joined) + 2, column_names=names),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=self._multi_line, ignore_empty_lines=False
            ),
            arrow_csv.ConvertOptions(
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,  # done above, line by line where it mattered
            ),
        )
        if table.num_rows != len(numbers):
            raise BrokenSourceError(f"{len(numbers)} good lines parsed as {table.num_rows} rows")
        return table.rename_columns(list(self.columns)).append_column(LINE, pa.array(numbers, pa.int64()))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _header(header: bytes, delimiter: str) -> list[str]:
    try:
        text = header.removeprefix(BOM).decode().rstrip("\r")
        rows: Iterator[list[str]] = csv.reader([text], delimiter=delimiter, strict=True)
        names = [name.strip() for name in next(rows)]
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise BrokenSourceError("the header line cannot be read") from None
    if "\0" in text or not any(names):
        raise BrokenSourceError("the header line cannot be read")
    return names
