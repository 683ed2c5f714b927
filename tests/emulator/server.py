"""HTTP/1.1 for the emulator: reads requests, lets their fates befall them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from tests.emulator.fates import TAKEN, Fates, Lateness

LENGTH = re.compile(rb"(?i)content-length: *(\d+)")
AUTHORIZED = re.compile(rb"(?i)\r\nauthorization: *(?:basic|bearer) +\S")


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: Mapping[str, str]
    authorized: bool
    body: bytes


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def octets(self) -> bytes:
        """As it goes over the wire."""
        body = b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + body


BAD = {
    "busy": Said(429, {"code": 20429, "message": "Too Many Requests"}, {"Retry-After": "1"}),
    "error_before": Said(500, {"message": "error"}),
    "error_after": Said(500, {"message": "error"}),
    "overloaded_before": Said(503, {"message": "overloaded"}),
    "overloaded_after": Said(503, {"message": "overloaded"}),
}


class Answers(Protocol):
    """Whoever takes the requests."""

    async def answer(self, asked: Asked) -> Said:
        """Take it, and say so."""
        ...


class Server:
    """Loopback only. `seconds`: how long slow and stalled answers take; `late`: how long accepting does."""

    def __init__(
        self, answers: Answers, fates: Fates, ask_fates: Fates, seconds: float, late: Lateness
    ) -> None:
        self._answers = answers
        self._fates = fates
        self._ask_fates = ask_fates
        self._seconds = seconds
        self._late = late
        self.requests = 0

    async def listening(self, port: int) -> asyncio.Server:
        """The open door."""
        return await asyncio.start_server(self._talk, "127.0.0.1", port, limit=32 * 2**20, backlog=1000)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                await writer.drain()
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        where = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(where.query, keep_blank_values=True).items()}
        asked = Asked(method, where.path, query, AUTHORIZED.search(head) is not None, body)
        self.requests += 1
        if asked.path in ("/health", "/token"):
            writer.write((await self._answers.answer(asked)).octets())
            return True
        fate = (self._fates if method == "POST" else self._ask_fates).draw()
        return await self._befall(fate, asked, writer)

    async def _befall(self, fate: str, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if asked.method == "POST" and self._late.most:
            await asyncio.sleep(self._late.draw())  # also when who wrote it has hung up, or died
        said = await self._answers.answer(asked) if fate in TAKEN else None
        if fate in ("slow", "stall_after"):
            await asyncio.sleep(self._seconds)
        if fate in ("close_before", "close_after", "stall_after"):
            return False
        writer.write((BAD.get(fate) or said or Said(500)).octets())
        return True
