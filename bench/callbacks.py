"""Callbacks a second that are verified, committed and answered, and their p99 as a ratio to one fsync.

    python bench/callbacks.py [--count 5000] [--database sqlite|postgresql]

The server is `outreach web`'s application under uvicorn in a process of its own, over a ledger of 2,000
messages; the client keeps its connections and has signed everything beforehand. `fsync` is a 4 KB write and
fsync on the same disk, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import uvicorn
from loop import postgres

from outreach.adapters.core_none import NoCore
from outreach.engine.feedback import Feedback
from outreach.store import schema
from outreach.store.database import Store
from outreach.web import Addresses, Callbacks, create_app
from outreach.web.server import server_config
from outreach.wiring.callbacks import callbacks
from outreach.wiring.chance import clock, new_id
from outreach.wiring.house import shipped
from tests.build_ledger import Ledger
from tests.conftest import a_vault
from tests.doors.callback_world import EVENTS, PUBLIC, STATUS, callback_settings
from tests.doors.web_world import KEYS, WORDS
from tests.signing import an_event, public_key, sendgrid_request, status_form, twilio_request

MESSAGES = 2_000
WORDS_OF_A_LIFE = ("queued", "sent", "delivered")


def listening(store: Store) -> Feedback:
    return Feedback(store=store, core=NoCore(), firm="Acme")


def serve(url: str, listener: socket.socket) -> None:
    store = Store(url, a_vault(), new_id)
    doors = Callbacks(
        doors=callbacks(callback_settings()),
        receive=listening(store).receive,
        count=lambda party, outcome, times: None,
        addresses=Addresses(public_url=PUBLIC),
    )
    app = doors.mount(create_app(listening(store), clock, KEYS, WORDS), clock)
    uvicorn.Server(server_config(app, "127.0.0.1", 0)).run([listener])


def seed(url: str) -> list[str]:
    store = Store(url, a_vault(), new_id)
    schema.migrate(store.engine, shipped("alembic"))
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("bench")
        ids = [ledger.message(person, ledger.outreach(person), status="accepted") for _ in range(MESSAGES)]
    store.close()
    return ids


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    more = {**headers, "host": "inside", "content-length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def statuses(ids: Sequence[str], count: int, start: int) -> Iterator[bytes]:
    """Status callbacks, no two alike: messages in turn, each through its life."""
    for n in range(start, start + count):
        path = f"{STATUS}?message={ids[n % len(ids)]}"
        fields = status_form(WORDS_OF_A_LIFE[n // len(ids) % 3], MessageSid=f"SM{n:032x}")
        yield request(path, *twilio_request(f"{PUBLIC}{path}", fields))


async def post(listener: tuple[str, int], requests: Sequence[bytes], in_flight: int) -> list[float]:
    """Seconds from the first byte out to the whole answer, of each."""
    rest, took = iter(requests), []

    async def one() -> None:
        reader, writer = await asyncio.open_connection(*listener)
        for each in rest:
            began = time.perf_counter()
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            took.append(time.perf_counter() - began)
            assert head.startswith(b"HTTP/1.1 204"), head
        writer.close()

    await asyncio.gather(*(one() for _ in range(in_flight)))
    return took


def fsyncs(folder: Path, count: int = 300) -> list[float]:
    took = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(os.urandom(4096))
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return took


def p(took: Sequence[float], share: float) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * share))] * 1000


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(server: int, address: tuple[str, int], ids: Sequence[str], count: int, folder: Path) -> None:
    names = ("n", "a second", "CPU µs", "p50 ms", "p99 ms", "fsync p50", "fsync p99", "p99/fsync p50")
    print(f"{'status callbacks':18}" + "".join(f"{name:>11}" for name in names))
    start = 0
    for in_flight in (1, 32, 128):
        flown = count if in_flight > 1 else count // 5
        requests = list(statuses(ids, flown, start))
        start += flown
        synced = fsyncs(folder)
        began, used = time.perf_counter(), cpu(server)
        took = asyncio.run(post(address, requests, in_flight))
        rate, each = flown / (time.perf_counter() - began), (cpu(server) - used) / flown * 1e6
        figures = (rate, each, p(took, 0.5), p(took, 0.99), p(synced, 0.5), p(synced, 0.99))
        told = "".join(f"{figure:11,.2f}" for figure in (*figures, p(took, 0.99) / p(synced, 0.5)))
        print(f"{in_flight:4} in flight    {flown:11}{told}")
    bodies = [request(EVENTS, *sendgrid_request(events(ids, b), clock())) for b in range(3)]
    took = asyncio.run(post(address, bodies, 1))
    rate = 10_000 / statistics.median(took)
    print(f"SendGrid, 10,000 events in a body: {rate:,.0f} events a second, median of 3 bodies")


def events(ids: Sequence[str], body: int) -> list[object]:
    return [an_event(id=f"{body}-{n}", message=ids[n % len(ids)]) for n in range(10_000)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=5_000)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="outreach-callbacks-") as name:
        url = postgres() if chosen.database == "postgresql" else f"sqlite:///{name}/ledger.db"
        ids = seed(url)
        public_key()  # the same one in both processes
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        # As asyncio sets it on what it opens itself; without it each page waits 40 ms for an acknowledgment.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Forked before this process opens anything of its own.
        server = multiprocessing.get_context("fork").Process(target=partial(serve, url, listener))
        server.start()
        try:
            measure(server.pid or 0, listener.getsockname(), ids, chosen.count, Path(name))
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
