"""Physical lines of a byte stream, split before anything is parsed, in memory bounded by a batch.

One unclosed quote then costs one line; a line longer than `longest` is passed over without being held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from outreach.adapters.feeds.fault import SHOWN

BLOCK = 1 << 20
BATCH_BYTES = 32 << 20
"""A batch ends here, even where it has fewer rows."""


class ByteStream(Protocol):
    """What is read of an open file, plain or unpacked."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; b"" at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Consecutive lines without their newlines; those in `too_long` (place → real length) are cut.

    `first` is the number of the first, `end` the byte after the last, `tail` the length of an
    unterminated last line (0: it ended in a newline). `ended`: nothing is left.
    """

    texts: list[bytes]
    first: int
    end: int
    too_long: Mapping[int, int] = field(default_factory=dict)
    open_quotes: frozenset[int] = frozenset()
    tail: int = 0
    ended: bool = False


class LineReader:
    """Takes lines off a stream that stands at byte `offset`, before line `line` (1-based)."""

    def __init__(self, stream: ByteStream, *, offset: int, line: int, longest: int) -> None:
        self._stream, self._offset, self._line, self._longest = stream, offset, line, longest
        self._ready: list[bytes] = []
        self._held = 0  # bytes in _ready
        self._carry = b""
        self._overflow: int | None = None  # length so far of a line being passed over; _carry shows its start
        self._lengths: dict[int, int] = {}  # real lengths of cut lines, by number
        self._unterminated = False
        self._ended = False

    def take(self, rows: int) -> Lines:
        """Up to `rows` lines, fewer at the end of the stream or where they are large."""
        while len(self._ready) <= rows and self._held < BATCH_BYTES and not self._ended:
            self._fill()
        texts, self._ready = self._ready[:rows], self._ready[rows:]
        first = self._line
        self._line += len(texts)
        cut = {n: self._lengths.pop(n) for n in list(self._lengths) if n < self._line}
        size = sum(map(len, texts))
        self._held -= size
        size += sum(length - len(texts[n - first]) for n, length in cut.items())
        ended = self._ended and not self._ready
        tail = cut.get(self._line - 1, len(texts[-1])) if ended and self._unterminated and texts else 0
        self._offset += size + len(texts) - (1 if ended and self._unterminated and texts else 0)
        return Lines(
            texts=texts,
            first=first,
            end=self._offset,
            too_long={n - first: length for n, length in cut.items()},
            tail=tail,
            ended=ended,
        )

    def _fill(self) -> None:
        block = self._stream.read(BLOCK)
        if not block:
            self._finish()
            return
        if self._overflow is not None:
            block = self._pass_over(self._overflow, block)
        if block:
            pieces = (self._carry + block).split(b"\n")
            self._carry = pieces.pop()
            self._add(pieces)
            if len(self._carry) > self._longest:
                self._overflow, self._carry = len(self._carry), self._carry[:SHOWN]

    def _pass_over(self, length: int, block: bytes) -> bytes:
        """Drop what belongs to a line that is too long; the rest of the block after its newline."""
        end = block.find(b"\n")
        if end < 0:
            self._overflow = length + len(block)
            return b""
        self._add_cut(self._carry, length + end)
        self._carry, self._overflow = b"", None
        return block[end + 1 :]

    def _finish(self) -> None:
        self._ended = True
        if self._overflow is not None:
            self._add_cut(self._carry, self._overflow)
            self._unterminated = True
        elif self._carry:
            self._add([self._carry])
            self._unterminated = True
        self._carry = b""

    def _add(self, pieces: list[bytes]) -> None:
        if pieces and max(map(len, pieces)) > self._longest:
            for piece in pieces:
                if len(piece) > self._longest:
                    self._add_cut(piece[:SHOWN], len(piece))
                else:
                    self._add([piece])
            return
        self._ready += pieces
        self._held += sum(map(len, pieces))

    def _add_cut(self, shown: bytes, length: int) -> None:
        self._lengths[self._line + len(self._ready)] = length
        self._ready.append(shown)
        self._held += len(shown)
