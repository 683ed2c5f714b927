"""SMTP: against aiosmtpd when all is well, and a hand-written server when it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from outreach.adapters.smtp import MOST_BROKEN, SmtpEmail, SmtpServer
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.mime import Mailbox
from tests.adapters.loopback import closed_port, overheard
from tests.adapters.rogue import Rogue, rogue

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRM = Mailbox(address="warnings@firm.example", name="Firm")
HTML = '<html dir="rtl"><p>أوقف التحويل</p></html>'
PASSWORD = "correct horse"


def message(number: int = 1, **more: object) -> Message:
    words = Content(text=".dots\n.\n..\nend", title="تنبيه", html=HTML)
    plain = Message(
        id=f"{number:032x}",
        reference=f"R{number:05d}",
        channel=Channel.EMAIL,
        to=f"p{number}@people.example",
        locale="ar",
        content=words,
    )
    return replace(plain, **more)


def sender(port: int, **more: object) -> SmtpEmail:
    server = SmtpServer(host="127.0.0.1", port=port, sender=FIRM, security="none", timeout=5.0)
    return SmtpEmail(replace(server, **more), lambda: NOW)


# --- a server that works ------------------------------------------------------------------------------


@dataclass
class Mailroom:
    """An aiosmtpd handler that keeps what it gets and turns some recipients down."""

    got: list[tuple[str, bytes]] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    answers: Mapping[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.sessions.add(id(session))
        self.got.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


@contextmanager
def mailroom(**answers: str) -> Iterator[tuple[Mailroom, int]]:
    room = Mailroom(answers={f"{name}@people.example": answer for name, answer in answers.items()})
    controller = Controller(room, hostname="127.0.0.1", port=closed_port(), enable_SMTPUTF8=True)
    controller.start()
    try:
        yield room, controller.port
    finally:
        controller.stop()


def test_a_batch_goes_over_one_connection_and_arrives_whole() -> None:
    with mailroom() as (room, port):
        results = sender(port).send_many([message(n) for n in range(20)])
    assert results == [Accepted(f"<{n:032x}@firm.example>") for n in range(20)]
    assert [to for to, _ in room.got] == [f"p{n}@people.example" for n in range(20)]
    assert len(room.sessions) == 1
    mail = message_from_bytes(room.got[3][1], policy=default)
    assert mail["message-id"] == f"<{3:032x}@firm.example>"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n").strip("\n") == ".dots\n.\n..\nend"
    assert mail.get_body(("html",)).get_content().strip() == HTML


def test_a_dead_mailbox_is_forgotten_and_spoils_no_other() -> None:
    with mailroom(
        p1="550 5.1.1 <p1@people.example> no such user",
        p2="550 5.7.1 policy",
        p3="450 4.2.1 busy",
        p4="553 5.1.3 bad",
    ) as (room, port):
        results = sender(port).send_many([message(n) for n in range(6)])
    assert results[1:5] == [
        Refused("smtp: RCPT answered 550", forget_contact=True),
        Refused("smtp: RCPT answered 550"),
        Unavailable("smtp: RCPT answered 450"),
        Refused("smtp: RCPT answered 553", forget_contact=True),
    ]
    assert [to for to, _ in room.got] == ["p0@people.example", "p5@people.example"]
    assert len(room.sessions) == 1


def test_an_address_in_another_script_goes_where_the_server_takes_it() -> None:
    with mailroom() as (room, port):
        results = sender(port).send_many([message(1, to="юзер@people.example"), message(2)])
    assert [type(result) for result in results] == [Accepted, Accepted]
    assert room.got[0][0] == "юзер@people.example"


def test_an_empty_batch_opens_no_connection() -> None:
    assert sender(closed_port()).send_many([]) == []


def test_no_server_is_unavailable_for_the_whole_batch() -> None:
    results = sender(closed_port()).send_many([message(1), message(2)])
    assert results == [Unavailable("smtp: no connection (ConnectionRefusedError)")] * 2


def test_a_server_without_tls_gets_neither_words_nor_password() -> None:
    with mailroom() as (room, port):
        results = sender(port, security="starttls", user="u", password=PASSWORD).send_many([message(1)])
    assert results == [Unavailable("smtp: no connection (SMTPNotSupportedError)")]
    assert not room.got


# --- a server that does not ---------------------------------------------------------------------------

STEPS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "words")


def met(at: str, raw: bytes, then: str = "keep", batch: int = 1) -> tuple[list[SendResult], Rogue]:
    with rogue(at, raw, then) as server, overheard() as heard:
        by = sender(server.port, timeout=1.0 if then == "stall" else 5.0)
        results = list(by.send_many([message(n) for n in range(batch)]))
    said = repr(results) + " ".join(heard)
    assert "people.example" not in said
    assert "تنبيه" not in said
    return results, server


@pytest.mark.parametrize(("raw", "then"), [(b"", "close"), (b"", "reset"), (b"", "stall"), (b"25", "close")])
@pytest.mark.parametrize("at", STEPS)
def test_a_connection_that_breaks_is_in_doubt_only_after_the_words(at: str, raw: bytes, then: str) -> None:
    results, server = met(at, raw, then)
    assert type(results[0]) is (Unknown if at == "words" else Unavailable)
    assert server.words == (1 if at == "words" else 0)


@pytest.mark.parametrize(
    ("at", "raw", "kind"),
    [
        ("greeting", b"554 no\r\n", Unavailable),
        ("greeting", b"421 later\r\n", Unavailable),
        ("greeting", b"\xff\xfe what\r\n", Unavailable),
        ("MAIL", b"451 later\r\n", Unavailable),
        ("MAIL", b"550 5.7.1 not you\r\n", Unavailable),
        ("MAIL", b"garbage\r\n", Unavailable),
        ("RCPT", b"550 no\r\n", Refused),
        ("RCPT", b"452 full\r\n", Unavailable),
        ("RCPT", b"421 closing\r\n", Unavailable),
        ("RCPT", b"999 what\r\n", Unavailable),
        ("RCPT", b"garbage\r\n", Unavailable),
        ("DATA", b"451 later\r\n", Unavailable),
        ("DATA", b"554 no\r\n", Unavailable),
        ("DATA", b"250 not the go-ahead\r\n", Unavailable),
        ("DATA", b"garbage\r\n", Unavailable),
        ("words", b"550 spam\r\n", Refused),
        ("words", b"452 full\r\n", Unavailable),
        ("words", b"421 closing\r\n", Unavailable),
        ("words", b"354 what\r\n", Unknown),
        ("words", b"garbage\r\n", Unknown),
        ("words", b"\xff\xff\xff\r\n", Unknown),
        ("words", b"5" * 20_000 + b"\r\n", Unknown),
    ],
)
def test_an_answer_of_the_server_means(at: str, raw: bytes, kind: type) -> None:
    results, _ = met(at, raw)
    assert type(results[0]) is kind
    assert not getattr(results[0], "forget_contact", False)


def test_a_server_that_keeps_breaking_off_is_left_alone_for_the_batch() -> None:
    results, server = met("words", b"", "close", batch=10)
    assert [type(result) for result in results] == [Unknown] * MOST_BROKEN + [Unavailable] * (
        10 - MOST_BROKEN
    )
    assert server.connections == MOST_BROKEN


def test_a_wrong_password_is_unavailable_and_never_told() -> None:
    with rogue("AUTH", b"535 5.7.8 no\r\n") as server, overheard() as heard:
        results = sender(server.port, user="u", password=PASSWORD).send_many([message(1)])
    assert results == [Unavailable("smtp: the credentials were turned away: check user and password")]
    assert PASSWORD not in repr(results) + " ".join(heard)
    assert PASSWORD not in repr(SmtpServer(host="h", port=1, sender=FIRM, password=PASSWORD))


@pytest.mark.parametrize("to", ["", "a@b\r\nRCPT TO:<x@y>", "a@b> SIZE=1", "a@b, c@d"])
def test_an_address_that_is_none_is_refused_before_any_talk(to: str) -> None:
    with rogue("none", b"") as server:
        results = sender(server.port).send_many([message(1, to=to), message(2)])
        assert [type(result) for result in results] == [Refused, Accepted]
        assert server.words == 1


def test_an_address_in_another_script_is_refused_where_the_server_takes_ascii_only() -> None:
    with rogue("none", b"") as server:
        results = sender(server.port).send_many([message(1, to="юзер@people.example"), message(2)])
    assert [type(result) for result in results] == [Refused, Accepted]
