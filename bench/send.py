"""Messages a second and CPU µs a message of every sender, beside the raw limit of the same run.

    python bench/send.py [messages] [rounds]

The sink is a process of its own that answers every POST as the provider would. `bare aiohttp` posts the same
bodies with as many in flight, `raw socket` over one connection in a bare loop; `line` is our transport alone,
with requests made beforehand; `no network` is the sender alone, with the answers made beforehand. Medians of
the rounds, taken in turn; the ratio is to bare aiohttp for HTTP senders, to bare file writes for the outbox.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from outreach.adapters.fcm import FcmPush, ServiceAccount
from outreach.adapters.outbox import Outbox, write_whole
from outreach.adapters.sendgrid import SendGridAccount, SendGridEmail
from outreach.adapters.transport import line
from outreach.adapters.twilio import TwilioAccount, TwilioSms
from outreach.answers import Answer, Exchange
from outreach.domain.delivery import Accepted
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from outreach.engine.ports import Sender
from outreach.mime import Mailbox, email_bytes

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRM = Mailbox(address="warnings@firm.example", name="Firm")
TEXT = "حذر: هذه الرسالة من شركتك. أوقف التحويل وتحقق. " * 3
# About 800 bytes with the text, as in the measurement that the goal of 100,000 a second comes from.
HTML = '<html dir="rtl" lang="ar"><body>' + "<p>أوقف التحويل وتحقق من العنوان.</p>" * 8 + "</body></html>"
IN_FLIGHT = 50


def _said(status: str, body: bytes, more: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode()
    return head + more + b"\r\n" + body


ANSWERS = {
    b"POST /2010": _said(
        "201 Created", b'{"sid": "SM' + b"1" * 32 + b'", "status": "queued", "x": "' + b"y" * 760 + b'"}'
    ),
    b"POST /v3/m": _said("202 Accepted", b"", b"X-Message-Id: abc\r\n"),
    b"POST /v1/p": _said("200 OK", b'{"name": "projects/p1/messages/0:1"}'),
    b"POST /toke": _said("200 OK", b'{"access_token": "t", "expires_in": 3599}'),
}
LENGTH = re.compile(rb"(?i)content-length: (\d+)")


class Sink(asyncio.Protocol):
    """Answers every POST at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while (end := self.rest.find(b"\r\n\r\n")) >= 0:
            found = LENGTH.search(self.rest, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self.rest) < whole:
                return
            self.transport.write(ANSWERS[self.rest[:10]])
            self.rest = self.rest[whole:]


def sink(pipe: object) -> None:
    """The sink's process: tells its port, then serves."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def messages(count: int, channel: Channel, to: str) -> list[Message]:
    words = Content(text=TEXT, title="تنبيه من شركتك", html=HTML if channel is Channel.EMAIL else "")
    return [
        Message(id=f"{n:032x}", reference=reference(n), channel=channel, to=to, locale="ar", content=words)
        for n in range(count)
    ]


def raw_socket(port: int, requests: list[httpx.Request]) -> None:
    """One connection, one request after the other, nothing parsed beyond the length."""
    first = requests[0]
    head = f"POST {first.url.raw_path.decode()} HTTP/1.1\r\n".encode()
    head += b"".join(k + b": " + v + b"\r\n" for k, v in first.headers.raw) + b"\r\n"
    answer = len(next(a for start, a in ANSWERS.items() if head.startswith(start)))
    with socket.create_connection(("127.0.0.1", port)) as talk:
        talk.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            talk.sendall(head + request.content)
            got = 0
            while got < answer:
                got += len(talk.recv(65536))


def bare_aiohttp(requests: list[httpx.Request]) -> None:
    """The same requests in aiohttp, as many in flight."""
    url, headers = str(requests[0].url), dict(requests[0].headers)
    for name in ("host", "content-length"):
        headers.pop(name, None)

    async def post(talk: aiohttp.ClientSession, left: Iterator[httpx.Request]) -> None:
        for request in left:
            async with talk.post(url, data=request.content, headers=headers) as answer:
                await answer.read()

    async def run() -> None:
        left = iter(requests)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as talk:
            await asyncio.gather(*(post(talk, left) for _ in range(IN_FLIGHT)))

    asyncio.run(run())


def timed(work: Callable[[], object], count: int) -> tuple[float, float]:
    """Messages a second, CPU µs a message."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return count / wall, cpu / count * 1e6


def account(url: str) -> ServiceAccount:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ServiceAccount(project="p1", email="r@p1.example", key=pem, key_id="k", token_uri=f"{url}/token")


SENT_BY = {Channel.SMS: "+34600111222", Channel.EMAIL: "m@people.example", Channel.PUSH: "token"}
Make = Callable[[Exchange], Sender]


def makes(url: str) -> dict[str, Make]:
    twilio = TwilioAccount(
        sid="AC1", secret="s", sender="+1555", callback="https://f.example/cb", base_url=url
    )
    mail = SendGridAccount(key="SG", sender=FIRM, base_url=url)
    push = account(url)
    return {
        "twilio": lambda x: TwilioSms(twilio, x),
        "fcm": lambda x: FcmPush(push, x, lambda: NOW, base_url=url),
        "sendgrid singly": lambda x: SendGridEmail(replace(mail, group=1), x),
        "sendgrid": lambda x: SendGridEmail(mail, x),
    }


def written(make: Make, batch: list[Message], exchange: Exchange) -> list[httpx.Request]:
    """The requests that a sender makes of a batch, and none of them posted."""
    made: list[httpx.Request] = []

    def note(requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        if requests[0].url.path.startswith("/token"):
            return exchange(requests)
        made.extend(requests)
        return [httpx.Response(500) for _ in requests]

    make(note).send_many(batch)
    return made


def offline(exchange: Exchange) -> Exchange:
    """Answers as the sink would, made beforehand."""
    ready: dict[str, Answer] = {}

    def answered(requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        path = requests[0].url.path
        if path not in ready:
            ready[path] = exchange(requests[:1])[0]
        return [ready[path]] * len(requests)

    return answered


def in_batches(send: Callable[[Sequence[object]], Sequence[object]], batch: Sequence[object]) -> None:
    for start in range(0, len(batch), 500):
        results = send(batch[start : start + 500])
        assert all(isinstance(r, Accepted | httpx.Response) for r in results), results[0]


def http_cases(port: int, count: int, exchange: Exchange) -> dict[str, Callable[[], object]]:
    cases: dict[str, Callable[[], object]] = {}
    for name, make in makes(f"http://127.0.0.1:{port}").items():
        sender = make(exchange)
        batch = messages(count, sender.channel, SENT_BY[sender.channel])
        if name != "sendgrid":
            made = written(make, batch, exchange)
            cases[f"{name}: bare aiohttp"] = partial(bare_aiohttp, made)
            cases[f"{name}: raw socket"] = partial(raw_socket, port, made)
            cases[f"{name}: line"] = partial(in_batches, exchange, made)
        cases[f"{name}: sender"] = partial(in_batches, sender.send_many, batch)
        cases[f"{name}: no network"] = partial(in_batches, make(offline(exchange)).send_many, batch)
    return cases


def file_cases(folder: Path, count: int) -> dict[str, Callable[[], object]]:
    sms, email = (
        messages(count, Channel.SMS, "+34600111222"),
        messages(count, Channel.EMAIL, "m@people.example"),
    )
    content = email_bytes(email[0], FIRM, NOW)

    def fresh() -> Path:  # replacing a file costs the file system several times what making one does
        return Path(tempfile.mkdtemp(dir=folder))

    def bare() -> None:
        place = str(fresh())
        for message in email:
            write_whole(place, f"{message.reference}.eml", content)

    return {
        "outbox: raw files": bare,
        "outbox: email": lambda: Outbox(fresh(), Channel.EMAIL, FIRM, lambda: NOW).send_many(email),
        "outbox: sms": lambda: Outbox(fresh(), Channel.SMS, FIRM, lambda: NOW).send_many(sms),
        "outbox: email bytes only": lambda: [email_bytes(message, FIRM, NOW) for message in email],
    }


def main(count: int, rounds: int) -> None:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=sink, args=(theirs,), daemon=True)
    process.start()
    with tempfile.TemporaryDirectory() as folder, line(IN_FLIGHT) as exchange:
        cases = {**http_cases(ours.recv(), count, exchange), **file_cases(Path(folder), count)}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(rounds):
            for name, work in cases.items():
                taken[name].append(timed(work, count))
    process.terminate()
    print(f"{count} messages, {rounds} rounds, {IN_FLIGHT} in flight, load {os.getloadavg()[0]:.1f}, medians")
    print(f"{'':26}{'msg/s':>10}{'CPU µs':>10}{'of limit':>10}")
    for name, rows in taken.items():
        rate, cpu = (statistics.median(column) for column in zip(*rows, strict=True))
        limit = f"{name.partition(':')[0]}: bare aiohttp"
        if limit not in taken:
            limit = "outbox: raw files" if name.startswith("outbox") else "sendgrid singly: bare aiohttp"
        share = rate / statistics.median(row[0] for row in taken[limit])
        print(f"{name:26}{rate:10,.0f}{cpu:10,.0f}{share:10.2f}")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]] + [5000, 3][len(sys.argv) - 1 :]
    main(*arguments)
