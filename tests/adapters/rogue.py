"""A mail server that misbehaves at one step, and counts the words that it got whole."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STALL = 3.0  # seconds until a stalled connection is let go, if its client does not leave sooner
SAID = {"greeting": b"220 hi\r\n", "STARTTLS": b"220 go\r\n", "DATA": b"354 go\r\n", "AUTH": b"235 ok\r\n"}


class Rogue:
    """Speaks SMTP until the step `at`, at which it says `raw` and then keeps on, closes, resets or stalls.

    Steps are the commands, `greeting`, `half the words` (nothing is said before they ended) and `words`.
    """

    def __init__(self, at: str, raw: bytes, then: str = "keep", tls: ssl.SSLContext | None = None) -> None:
        self.at, self.raw, self.then = at, raw, then
        self.words = 0
        self.connections = 0
        self._tls = tls
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """No more connections."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            if self._say(line, "greeting"):
                self._commands(line)

    def _commands(self, line: socket.socket) -> None:
        with line.makefile("rb") as reader:
            while command := reader.readline():
                verb = command.split()[0].decode("ascii", "replace").upper() if command.split() else ""
                if not self._say(line, verb):
                    return
                if verb == "STARTTLS" and self._tls is not None and self.at != verb:
                    with self._tls.wrap_socket(line, server_side=True) as sealed:
                        return self._commands(sealed)
                if verb == "DATA" and self.at != verb and not self._words(line, reader):
                    return

    def _words(self, line: socket.socket, reader: object) -> bool:
        if self.at == "half the words":
            reader.readline()
            return self._say(line, self.at)
        while reader.readline() != b".\r\n":
            pass
        self.words += 1
        return self._say(line, "words")

    def _say(self, line: socket.socket, step: str) -> bool:
        if step != self.at:
            line.sendall(self._hello() if step == "EHLO" else SAID.get(step, b"250 ok\r\n"))
            return True
        line.sendall(self.raw)
        if self.then == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self.then == "stall":
            line.settimeout(STALL)
            while line.recv(4096):
                pass
        return self.then == "keep"

    def _hello(self) -> bytes:
        more = b"250-STARTTLS\r\n" if self._tls is not None else b""
        return b"250-hi\r\n" + more + b"250 AUTH PLAIN LOGIN\r\n"


@contextmanager
def rogue(at: str, raw: bytes, then: str = "keep", tls: ssl.SSLContext | None = None) -> Iterator[Rogue]:
    """A server for the length of a block."""
    server = Rogue(at, raw, then, tls)
    try:
        yield server
    finally:
        server.stop()
