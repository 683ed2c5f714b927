"""Answers a second on the answer page: read the token, commit what was said, show what happens next.

    python bench/answers.py [--count 2000] [--database sqlite|postgresql]

The server is `outreach web`'s application under uvicorn in one process, so on one core. Each answer is a
person's first ("help me"): it ends their climb and opens a task. `show` is the same pages opened and not
answered. `fsync` is a 4 KB write and fsync on the same disk, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
import uvicorn
from callbacks import cpu, fsyncs, listening, p
from loop import postgres

from outreach.domain.token import Purpose, Token, sign
from outreach.store import schema
from outreach.store.database import Store
from outreach.web import create_app
from outreach.web.server import server_config
from outreach.wiring.chance import clock, new_id
from outreach.wiring.house import shipped
from tests.build_ledger import Ledger
from tests.conftest import a_vault
from tests.doors.web_world import KEYS, WORDS

IN_FLIGHT = (1, 8, 64)
ANSWER = b"answer=help_me"
Told = tuple[str, str]
"""A message and its person."""


def serve(url: str, listener: socket.socket) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    app = create_app(listening(Store(url, a_vault(), new_id)), clock, KEYS, WORDS)
    uvicorn.Server(server_config(app, "127.0.0.1", 0)).run([listener])


def seed(url: str, count: int) -> list[Told]:
    """So many people, each with a message that was handed over."""
    store = Store(url, a_vault(), new_id)
    schema.migrate(store.engine, shipped("alembic"))
    told = []
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        for number in range(count):
            person = ledger.person(f"bench-{number}")
            told.append((ledger.message(person, ledger.outreach(person), status="accepted"), person))
    store.close()
    return told


def requests(told: Sequence[Told], *, answer: bool) -> Iterator[bytes]:
    for message, person in told:
        token = Token(
            message=message,
            person=person,
            purpose=Purpose.ANSWER,
            expires_at=clock() + timedelta(days=1),
            key_id=next(iter(KEYS)),
        )
        head = f"{'POST' if answer else 'GET'} /a/{sign(token, KEYS)} HTTP/1.1\r\nhost: inside\r\n"
        if answer:
            kind = "content-type: application/x-www-form-urlencoded"
            yield f"{head}{kind}\r\ncontent-length: {len(ANSWER)}\r\n\r\n".encode() + ANSWER
        else:
            yield f"{head}\r\n".encode()


async def ask(listener: tuple[str, int], asked: Sequence[bytes], in_flight: int) -> list[float]:
    """Seconds from the first byte out to the whole page, of each."""
    rest, took = iter(asked), []

    async def one() -> None:
        reader, writer = await asyncio.open_connection(*listener)
        for each in rest:
            began = time.perf_counter()
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(in_flight)))
    return took


def measure(server: int, address: tuple[str, int], told: Sequence[Told], folder: Path) -> None:
    names = ("n", "a second", "CPU µs", "p50 ms", "p99 ms", "fsync p50", "p99/fsync p50")
    print(f"{'':20}" + "".join(f"{name:>14}" for name in names))
    each = len(told) // len(IN_FLIGHT)
    for place, in_flight in enumerate(IN_FLIGHT):
        some = told[place * each : (place + 1) * each]
        for name, answer in (("show", False), ("answer", True)):
            asked = list(requests(some, answer=answer))
            synced = fsyncs(folder)
            began, used = time.perf_counter(), cpu(server)
            took = asyncio.run(ask(address, asked, in_flight))
            rate = len(took) / (time.perf_counter() - began)
            spent = (cpu(server) - used) / len(took) * 1e6
            figures = (len(took), rate, spent, p(took, 0.5), p(took, 0.99), p(synced, 0.5))
            told_of = "".join(f"{figure:14,.2f}" for figure in (*figures, p(took, 0.99) / p(synced, 0.5)))
            print(f"{name:8} {in_flight:2} in flight{told_of}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2_000)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="outreach-answers-") as name:
        url = postgres() if chosen.database == "postgresql" else f"sqlite:///{name}/ledger.db"
        told = seed(url, chosen.count)
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        # As asyncio sets it on what it opens itself; without it each page waits 40 ms for an acknowledgment.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Forked before this process opens anything of its own.
        server = multiprocessing.get_context("fork").Process(target=partial(serve, url, listener))
        server.start()
        try:
            measure(server.pid or 0, listener.getsockname(), told, Path(name))
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
