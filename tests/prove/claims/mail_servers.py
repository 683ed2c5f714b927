"""Emails handed to mail servers that nobody here wrote are read back as they were written, each once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
from aiosmtpd.controller import Controller

from outreach.adapters.smtp import SmtpEmail, SmtpServer
from outreach.domain.delivery import Accepted
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, message_id
from tests.adapters.loopback import closed_port
from tests.build import NOW
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.strangers.parts import MAILDEV, NoNode, node_modules, started

FIRM = Mailbox(address="warnings@firm.example", name="Firma Ñandú")
Read = Callable[[int], list[EmailMessage]]
ARRIVE_WITHIN = 20.0  # seconds
HTML = '<html dir="rtl" lang="ar"><body><p>أوقف التحويل «{n}» ⚠️</p>\n<p>.</p></body></html>'
TEXTS = ("أوقف التحويل {n}.\n.\n..\nسطر", "Stop transfer {n}.\n.\n..\n.end")
"""The second travels as it stands, dots and all."""


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` emails to each of both servers."""
    emails = [_email(number) for number in range(ground.n)]
    accepted, got = 0, []
    with _aiosmtpd() as (port, read):
        accepted += _handed(port, emails)
        got += read(ground.n)
    with _maildev(ground.folder / "maildev") as (port, read):
        accepted += _handed(port, emails)
        got += read(ground.n)
    wanted = {message_id(email, FIRM): email for email in emails}
    found = [mail["message-id"] for mail in got]
    n, of = 2 * len(emails), "emails to aiosmtpd and maildev"
    return {
        "not accepted": Figure(n - accepted, n, of),
        "lost or doubled": Figure(abs(n - len(got)) + sum(found.count(one) != 2 for one in wanted), n, of),
        "that read otherwise": Figure(
            sum(_differs(mail, wanted.get(mail["message-id"])) for mail in got), len(got), of
        ),
    }


def _email(number: int) -> Message:
    words = Content(
        text=TEXTS[number % 2].replace("{n}", str(number)),
        title=f"تنبيه عاجل {number}: أوقف التحويل وتحقق من العنوان",
        html=HTML.replace("{n}", str(number)),
    )
    return Message(
        id=f"{number:032x}",
        reference=reference(number),
        channel=Channel.EMAIL,
        to=f"p{number}@people.example",
        locale="ar",
        content=words,
        thread=f"o{number}",
    )


def _handed(port: int, emails: Sequence[Message]) -> int:
    server = SmtpServer(host="127.0.0.1", port=port, sender=FIRM, security="none")
    return sum(type(one) is Accepted for one in SmtpEmail(server, lambda: NOW).send_many(emails))


def _differs(mail: EmailMessage, wanted: Message | None) -> bool:
    if wanted is None:
        return True
    words, parts = wanted.content, [part for part in mail.walk() if not part.is_multipart()]
    heads = (wanted.to, words.title, f"{FIRM.name} <{FIRM.address}>", f"<{wanted.thread}@{FIRM.domain}>")
    return (
        tuple(mail[name] for name in ("to", "subject", "from", "references")) != heads
        or [part.get_content_type() for part in parts] != ["text/plain", "text/html"]
        or [_lines(part.get_content()) for part in parts] != [_lines(words.text), _lines(words.html)]
    )


def _lines(text: str) -> list[str]:
    return text.strip().replace("\r\n", "\n").split("\n")


@dataclass
class Kept:
    """What aiosmtpd was handed."""

    mails: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        """Aiosmtpd's own hook."""
        self.mails.append(envelope.content)
        return "250 OK"


@contextmanager
def _aiosmtpd() -> Iterator[tuple[int, Read]]:
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=closed_port())
    controller.start()
    try:
        yield controller.port, lambda n: [message_from_bytes(mail, policy=default) for mail in kept.mails]
    finally:
        controller.stop()


@contextmanager
def _maildev(folder: Path) -> Iterator[tuple[int, Read]]:
    folder.mkdir()
    try:
        program = node_modules(MAILDEV) / "maildev" / "bin" / "maildev"
    except NoNode as without:
        raise MissingPart(f"{without}: maildev is an npm package") from None
    smtp, web = closed_port(), closed_port()
    words = ["node", str(program), "--ip", "127.0.0.1", "--smtp", str(smtp), "--web", str(web)]
    words += ["--mail-directory", str(folder)]
    with started(words, smtp, folder / "maildev.log"), httpx.Client(trust_env=False) as client:
        yield smtp, lambda n: _arrived(client, f"http://127.0.0.1:{web}/email", n)


def _arrived(client: httpx.Client, url: str, n: int) -> list[EmailMessage]:
    """What maildev holds, once it holds as many, or after a while."""
    until = time.monotonic() + ARRIVE_WITHIN
    while len(listed := client.get(url).json()) < n and time.monotonic() < until:
        time.sleep(0.1)
    sources = [client.get(f"{url}/{one['id']}/source").content for one in listed]
    return [message_from_bytes(source, policy=default) for source in sources]
