"""A provider on a real socket that behaves as badly as it is told to, and counts what it saw."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

ID = re.compile(rb"[0-9a-f]{32}")
STALL = 5.0  # seconds until a stalled connection is let go, if its client does not leave sooner


@dataclass(frozen=True)
class Seen:
    """A request that was read whole."""

    head: bytes
    body: bytes

    @property
    def message(self) -> str:
        """Our message id, found anywhere in it."""
        found = ID.search(self.body) or ID.search(self.head)
        return found.group().decode() if found else ""


@dataclass(frozen=True)
class Act:
    """What is done about one request: when, the bytes sent (`pause` seconds after each), what follows.

    `peek` is when its first byte has come and none was read; `half` when half of its body was."""

    raw: bytes = b""
    when: str = "body"  # accept | peek | head | half | body
    then: str = "keep"  # keep | close | reset | stall
    pause: float = 0.0
    cork: int = 0  # so many bytes a write (and a record of TLS), and all writes in one segment


def reply(status: int, body: bytes = b"", headers: Sequence[tuple[str, str]] = (), cut: int = 0) -> Act:
    """A whole answer; with `cut`, one that breaks off so many bytes before its promised end."""
    bare = status in (204, 304)
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
    if bare:
        return Act(head.encode() + b"\r\n")
    head += f"Content-Length: {len(body) + cut}\r\n\r\n"
    return Act(head.encode() + body, then="close" if cut else "keep")


class Loopback:
    """Plays `script` act by act, then asks `choose` for each further request."""

    def __init__(
        self,
        choose: Callable[[Seen], Act],
        script: Sequence[Act] = (),
        aside: bytes = b"",
        tls: ssl.SSLContext | None = None,
        stall: float = STALL,
    ) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.left = threading.Semaphore(0)  # released for each stall that its client left
        self._tls = tls
        self._stall = stall
        self.aside = aside  # a path, answered by `choose` and not counted
        self._choose = choose
        self._script = list(script)
        self.drained = threading.Event()  # set once the script was played to its end
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up everywhere."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        with self._lock:
            still = list(self._open)
        for line in still:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._thread.join(STALL)

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self._tls is not None:
                with self._lock:
                    self._open.discard(line)
                line = self._tls.wrap_socket(line, server_side=True)
                with self._lock:
                    self._open.add(line)
            reader = line.makefile("rb")
            while self._one(line, reader):
                self._rest()
            reader.close()
        with self._lock:
            self._open.discard(line)
        line.close()
        self._rest()

    def _one(self, line: socket.socket, reader: object) -> bool:
        if (act := self._next("accept")) is not None:
            time.sleep(0.05 if act.raw else 0.0)  # or it is read together with the answer before
            return self._play(line, act)
        if (act := self._next("peek")) is not None:
            line.recv(1, socket.MSG_PEEK)
            return self._play(line, act)
        head = _head(reader)
        if not head:
            return False
        apart = bool(self.aside) and self.aside in head.split(b"\r\n", 1)[0]
        if not apart and (act := self._next("head")) is not None:
            return self._play(line, act)
        length = int((re.search(rb"(?i)content-length: (\d+)", head) or [0, 0])[1])
        if not apart and (act := self._next("half")) is not None:
            reader.read(length // 2)
            return self._play(line, act)
        seen = Seen(head, reader.read(length))
        if len(seen.body) < length:
            return False
        if apart:
            return self._play(line, self._choose(seen))
        with self._lock:
            self.seen.append(seen)
        return self._play(line, self._next("body") or self._choose(seen))

    def _play(self, line: socket.socket, act: Act) -> bool:
        _say(line, act)
        if act.then == "stall":
            line.settimeout(self._stall)
            while line.recv(65536):
                pass
            self.left.release()
        return act.then == "keep"

    def _next(self, when: str) -> Act | None:
        with self._lock:
            if self._script and self._script[0].when == when:
                return self._script.pop(0)
            return None

    def _rest(self) -> None:
        """What was to be done was done."""
        with self._lock:
            if not self._script:
                self.drained.set()


def _head(reader: object) -> bytes:
    lines = []
    while line := reader.readline():
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return b""


def _say(line: socket.socket, act: Act) -> None:
    if act.pause:
        for place in range(len(act.raw)):
            line.sendall(act.raw[place : place + 1])
            time.sleep(act.pause)
    elif act.raw:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        size = act.cork or len(act.raw)
        for place in range(0, len(act.raw), size):
            line.sendall(act.raw[place : place + size])
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
    if act.then == "reset":
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def loopback(
    choose: Callable[[Seen], Act],
    script: Sequence[Act] = (),
    aside: bytes = b"",
    tls: ssl.SSLContext | None = None,
    stall: float = STALL,
) -> Iterator[Loopback]:
    """A provider for the length of a block."""
    server = Loopback(choose, script, aside, tls, stall)
    try:
        yield server
    finally:
        server.stop()


def certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Whom we trust, and what 127.0.0.1 shows: a certificate of its own, for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.fromtimestamp(time.time(), UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    shown = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem = folder / "loopback.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + shown.public_bytes(Encoding.PEM))
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(pem)
    return ssl.create_default_context(cafile=str(pem)), theirs


@contextmanager
def dripping(octets: bytes, pause: float = 0.05) -> Iterator[tuple[str, list[int]]]:
    """A server that sends these bytes one by one, whatever it is asked, and the bytes it has sent."""
    dripped: list[int] = []

    def drip(door: socket.socket) -> None:
        with suppress(OSError):
            line, _ = door.accept()
            with line:
                for octet in octets:
                    line.sendall(bytes([octet]))
                    dripped.append(octet)
                    time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=drip, args=(door,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}", dripped


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@contextmanager
def full_port() -> Iterator[int]:
    """A port that takes no more connections: the handshake never ends."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for line in waiting:
        line.setblocking(False)
        line.connect_ex(door.getsockname())
    try:
        yield door.getsockname()[1]
    finally:
        for line in (*waiting, door):
            line.close()


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, at any level."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear, root, level = Ear(1), logging.getLogger(), logging.getLogger().level
    root.addHandler(ear)
    root.setLevel(1)
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
