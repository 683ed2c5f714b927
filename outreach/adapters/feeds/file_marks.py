"""How far each file has been read: the cursor of a file feed.

A finished file that did not change is not opened again; one that grew goes on where it ended; one that was
replaced is read from its start (identities make that harmless). Files that are gone are forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from outreach.adapters.feeds.lines import Lines

_SAMPLE = 4096


class Seekable(Protocol):
    """An open file, plain or unpacked."""

    def read(self, size: int, /) -> bytes:
        """`size` bytes, fewer only at the end."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to a byte."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where one file stands.

    `offset` and `line` say what is read next (unpacked; in Parquet `offset` is a row). `tail` is the digest
    of a last line without newline: it was read, but perhaps it was not whole yet, so `offset` is before it.
    `sample` is the digest of the file's start and of the `sampled` bytes before `offset`.
    """

    size: int
    mtime_ns: int
    offset: int = 0
    line: int = 1
    done: bool = False
    tail: str = ""
    sampled: int = 0
    sample: str = ""

    def is_untouched(self, path: Path) -> bool:
        """True where the file still has the size and time it had."""
        state = path.stat()
        return (self.size, self.mtime_ns) == (state.st_size, state.st_mtime_ns)

    def goes_on(self, stream: Seekable, now: Mark) -> bool:
        """True where what was read of the file still stands there, so that the rest can be read."""
        if self.size == now.size and self.mtime_ns != now.mtime_ns:
            return False
        stream.seek(0)
        start = stream.read(min(_SAMPLE, self.offset))
        stream.seek(self.offset - self.sampled)
        return _digest(start, stream.read(self.sampled)) == self.sample

    def after(self, lines: Lines, start: bytes) -> Mark:
        """The mark once these lines have been read of a file that begins with `start`."""
        whole = lines.texts[:-1] if lines.tail else lines.texts
        is_cut = len(whole) - 1 in lines.too_long
        last = b"\n" if is_cut else (whole[-1] + b"\n")[-_SAMPLE:] if whole else b""
        offset = lines.end - lines.tail
        return replace(
            self,
            offset=offset,
            line=lines.first + len(whole),
            done=lines.ended,
            tail=tail_digest(lines, len(lines.texts) - 1) if lines.tail else "",
            sampled=len(last),
            sample=_digest(start[: min(_SAMPLE, offset)], last),
        )


Marks = Mapping[str, Mark]
"""Place (the path below the glob's root) → how far it is read."""


def new_mark(path: Path) -> Mark:
    """The mark of a file of which nothing has been read."""
    state = path.stat()
    return Mark(size=state.st_size, mtime_ns=state.st_mtime_ns)


def head_of(stream: Seekable) -> bytes:
    """As much of a file's start as its mark samples."""
    stream.seek(0)
    return stream.read(_SAMPLE)


def tail_digest(lines: Lines, place: int) -> str:
    """What tells an unterminated line from the same line once it is longer."""
    text = lines.texts[place]
    return _digest(text, str(lines.too_long.get(place, len(text))).encode())


def without_tail(lines: Lines, tail: str) -> Lines:
    """The lines without a first one that was read before, when it had no newline yet."""
    if not tail or not lines.texts or tail_digest(lines, 0) != tail:
        return lines
    return replace(
        lines,
        texts=lines.texts[1:],
        first=lines.first + 1,
        too_long={place - 1: length for place, length in lines.too_long.items() if place},
        open_quotes=frozenset(place - 1 for place in lines.open_quotes if place),
    )


def read_marks(cursor: str | None, present: Collection[str]) -> dict[str, Mark]:
    """The marks of the files that are still there; ValueError, TypeError, KeyError: no cursor of ours."""
    found = json.loads(cursor)["files"] if cursor else {}
    names = Mark.__slots__
    return {p: Mark(**dict(zip(names, mark, strict=True))) for p, mark in found.items() if p in present}


def write_marks(marks: Marks) -> str:
    """The cursor that holds these marks."""
    return json.dumps({"files": {p: astuple(mark) for p, mark in marks.items()}}, separators=(",", ":"))


def _digest(first: bytes, second: bytes) -> str:
    return sha256(first + b"\0" + second).hexdigest()[:16]
