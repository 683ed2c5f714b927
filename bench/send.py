"""Messages a second and CPU µs a message of every sender, beside the raw limit of the same run.

    python bench/send.py [messages] [rounds]

The sink is a process of its own that answers every POST as the provider would. `raw socket` is one connection
and a bare loop over the same bytes; `httpx` is the line alone, with requests made beforehand. Medians of the
rounds, taken in turn; the ratio is to `httpx` for HTTP senders and to bare file writes for the outbox.
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
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from outreach.adapters.fcm import FcmPush, ServiceAccount
from outreach.adapters.outbox import Outbox, write_whole
from outreach.adapters.sendgrid import SendGridAccount, SendGridEmail
from outreach.adapters.transport import line
from outreach.adapters.twilio import TwilioAccount, TwilioSms
from outreach.domain.delivery import Accepted
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, email_bytes

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRM = Mailbox(address="warnings@firm.example", name="Firm")
TEXT = "حذر: هذه الرسالة من شركتك. أوقف التحويل وتحقق. " * 3
HTML = '<html dir="rtl" lang="ar"><body>' + "<p>أوقف التحويل وتحقق من العنوان.</p>" * 40 + "</body></html>"
IN_FLIGHT = 4


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


def http_cases(port: int, count: int) -> dict[str, Callable[[], object]]:
    url = f"http://127.0.0.1:{port}"
    cases: dict[str, Callable[[], object]] = {}
    exchange = line(IN_FLIGHT)
    twilio = TwilioAccount(
        sid="AC1", secret="s", sender="+1555", callback="https://f.example/cb", base_url=url
    )
    sendgrid = SendGridAccount(key="SG", sender=FIRM, base_url=url)
    makes = {
        "twilio": (lambda x: TwilioSms(twilio, x), messages(count, Channel.SMS, "+34600111222")),
        "sendgrid": (
            lambda x: SendGridEmail(sendgrid, x),
            messages(count, Channel.EMAIL, "m@people.example"),
        ),
        "fcm": (
            lambda x: FcmPush(account(url), x, lambda: NOW, base_url=url),
            messages(count, Channel.PUSH, "token"),
        ),
    }
    for name, (make, batch) in makes.items():
        made: list[httpx.Request] = []

        def note(requests, made=made):
            if not requests[0].url.path.startswith("/token"):
                made.extend(requests)
                return [httpx.Response(500) for _ in requests]
            return exchange(requests)

        make(note).send_many(batch)
        sender = make(exchange)

        def send(sender=sender, batch=batch):
            for start in range(0, len(batch), 500):
                results = sender.send_many(batch[start : start + 500])
                assert all(isinstance(result, Accepted) for result in results), results[0]

        cases[f"{name}: raw socket"] = lambda made=made: raw_socket(port, made)
        cases[f"{name}: httpx"] = lambda made=made: [
            exchange(made[start : start + 500]) for start in range(0, len(made), 500)
        ]
        cases[f"{name}: sender"] = send
        cases[f"{name}: no network"] = lambda make=make, batch=batch: make(
            lambda requests: (
                [httpx.Response(500) for _ in requests]
                if not requests[0].url.path.startswith("/token")
                else exchange(requests)
            )
        ).send_many(batch)
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
    with tempfile.TemporaryDirectory() as folder:
        cases = {**http_cases(ours.recv(), count), **file_cases(Path(folder), count)}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(rounds):
            for name, work in cases.items():
                taken[name].append(timed(work, count))
    process.terminate()
    print(f"{count} messages, {rounds} rounds, {IN_FLIGHT} in flight, load {os.getloadavg()[0]:.1f}, medians")
    print(f"{'':26}{'msg/s':>10}{'CPU µs':>10}{'of limit':>10}")
    for name, rows in taken.items():
        rate, cpu = (statistics.median(column) for column in zip(*rows, strict=True))
        limit = "outbox: raw files" if name.startswith("outbox") else f"{name.partition(':')[0]}: httpx"
        share = rate / statistics.median(row[0] for row in taken[limit])
        print(f"{name:26}{rate:10,.0f}{cpu:10,.0f}{share:10.2f}")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]] + [5000, 3][len(sys.argv) - 1 :]
    main(*arguments)
