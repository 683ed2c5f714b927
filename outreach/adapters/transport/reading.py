"""One HTTP/1.1 answer, read piece by piece and strictly: what is not plainly an answer is Garbled.

Own because one answer costs 2 µs here and 55 in h11 (httptools: 3, one dependency more), and because
strictness costs nothing: only one request is ever on a connection, and an answer that was not understood
leaves its message in doubt, which is the safe side.
"""

from __future__ import annotations

import re
import zlib

MOST_BYTES = 256 * 1024  # the longest body that is read; providers answer in about 1 kB
MOST_HEAD = 64 * 1024

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n\0]*)?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_START = b"HTTP/1."
_BARE = (204, 304)
_FRAMING = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})

Headers = list[tuple[bytes, bytes]]


class Garbled(Exception):
    """What came is no HTTP/1.1 answer."""


class Reading:
    """One answer as it comes in. `status` is 0 until the whole head was read; from then on it counts."""

    __slots__ = ("_chunked", "_left", "_rest", "body", "headers", "keep", "most", "status")

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.status = 0
        self.headers: Headers = []
        self.body = bytearray()
        self.keep = True  # whether the connection is fit for another request
        self.most = most
        self._rest = bytearray()
        self._left: int | None = None  # bytes of the body still to come; None: until the connection ends
        self._chunked = False

    def feed(self, piece: bytes | memoryview) -> bool:
        """Take what came; true once the answer is whole. Raises Garbled as long as there is no status."""
        self._rest += piece
        while not self.status:
            if not self._read_head():
                return False
        return self._read_chunks() if self._chunked else self._read_plain()

    def end(self) -> None:
        """The connection is gone: the body ends here where that is how it is told, else it broke off."""
        if self._chunked or self._left is not None:
            self.cut()
        self.keep = False

    def cut(self) -> bool:
        """Give the body up: it broke off, never ended, or was no body. As good as an empty one."""
        self.body.clear()
        self.headers = [(name, value) for name, value in self.headers if name != b"content-encoding"]
        self.keep = False
        return True

    def content(self) -> bytes:
        """The body, unzipped where somebody on the way zipped it unasked; empty where it cannot be."""
        how = dict(self.headers).get(b"content-encoding", b"identity").lower()
        if how == b"identity":
            return bytes(self.body)
        if how not in (b"gzip", b"deflate"):
            return b""
        try:
            return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(bytes(self.body), self.most)
        except zlib.error:
            return b""

    def plain_headers(self) -> Headers:
        """The headers without those that told how the body came."""
        return [(name, value) for name, value in self.headers if name not in _FRAMING]

    def _read_head(self) -> bool:
        rest = self._rest
        if not rest.startswith(_START[: len(rest)]):
            raise Garbled("no status line")
        end = rest.find(b"\r\n\r\n")
        if end < 0 and len(rest) <= MOST_HEAD:
            return False
        if end < 0 or end > MOST_HEAD:
            raise Garbled("the head does not end")
        lines = bytes(rest[:end]).split(b"\r\n")
        del rest[: end + 4]
        found = _STATUS.fullmatch(lines[0])
        if found is None or found[2] == b"101":
            raise Garbled("no status line")
        if found[2] < b"200":
            return True  # an interim answer; the next head follows
        self.headers = [_header(line) for line in lines[1:]]
        self._frame(int(found[2]), found[1])
        self.status = int(found[2])
        return True

    def _frame(self, status: int, version: bytes) -> None:
        """How the body is told. Raises Garbled where it is told in two ways or in none that we know."""
        lengths = {value for name, value in self.headers if name == b"content-length"}
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        said = b",".join(value.lower() for name, value in self.headers if name == b"connection")
        options = {option.strip() for option in said.split(b",")}
        self.keep = b"close" not in options and (version == b"1" or b"keep-alive" in options)
        if status in _BARE:
            self._left = 0
        elif codings:
            if codings != [b"chunked"] or lengths:
                raise Garbled("a body of unknown length")
            self._chunked = True
        elif lengths:
            self._left = _number(lengths, 10)

    def _read_plain(self) -> bool:
        self.body += self._rest
        self._rest.clear()
        if self._left is None:
            return len(self.body) > self.most and self.cut()
        if self._left > self.most:
            return self.cut()
        if len(self.body) > self._left:  # more than an answer came: whose it is nobody knows
            del self.body[self._left :]
            self.keep = False
        return len(self.body) == self._left

    def _read_chunks(self) -> bool:
        rest = self._rest
        while (end := rest.find(b"\r\n")) >= 0:
            try:
                size = _number({bytes(rest[:end]).partition(b";")[0].rstrip(b" \t")}, 16)
            except Garbled:
                return self.cut()
            first, whole = end + 2, end + 4 + size
            if size == 0:
                return self._read_trailer(first)
            if len(self.body) + size > self.most:
                return self.cut()
            if len(rest) < whole:
                return False
            if rest[whole - 2 : whole] != b"\r\n":
                return self.cut()
            self.body += rest[first : whole - 2]
            del rest[:whole]
        return len(rest) > MOST_HEAD and self.cut()

    def _read_trailer(self, start: int) -> bool:
        """What follows the last chunk: nothing, or headers that nobody asked for."""
        rest = self._rest
        end = start - 2 if rest.startswith(b"\r\n", start) else rest.find(b"\r\n\r\n", start)
        if end < 0:
            return len(rest) > MOST_HEAD and self.cut()
        try:
            for line in filter(None, bytes(rest[start:end]).split(b"\r\n")):
                _header(line)
        except Garbled:
            return self.cut()
        self.keep = self.keep and len(rest) == end + 4
        return True


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or _NAME.fullmatch(name) is None or b"\r" in value or b"\n" in value or b"\0" in value:
        raise Garbled("no header line")
    return name.lower(), value.strip(b" \t")


def _number(said: set[bytes], base: int) -> int:
    """The one number that was said; `int` alone would take signs, blanks and underscores, too."""
    if len(said) == 1:
        (text,) = said
        if 0 < len(text) < 16 and text.isalnum():
            try:
                return int(text, base)
            except ValueError:
                pass
    raise Garbled("a length that is no number")
