"""Email through any SMTP server: one connection for a batch, our Message-ID on every attempt.

Until the server has been sent the end of the words it has taken nothing, so everything before is Unavailable;
between the end of the words and its answer to them everything is in doubt.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from outreach.answers import begin_until, go_on
from outreach.domain.delivery import (
    Accepted,
    CannotSay,
    Found,
    Question,
    Refused,
    SendResult,
    Unavailable,
    Unknown,
)
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, email_bytes, message_id

TROUBLE = (OSError, smtplib.SMTPException)
MOST_BROKEN = 3  # connections lost in one batch before the rest of it is left for later
DEAD = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")  # RFC 3463, 7505: no such mailbox, system, address


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A server to hand emails to. `timeout` in seconds, for each step of the conversation."""

    host: str
    port: int
    sender: Mailbox
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20.0


class SmtpEmail:
    """A sender of email."""

    name = "smtp"
    channel = Channel.EMAIL
    repeats_safely = False
    settles_after = timedelta(0)  # waiting teaches nothing: no mail server can be asked

    def __init__(
        self, server: SmtpServer, now: Callable[[], datetime], *, trust: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._now = now
        self._trust = trust

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order, over one connection (a new one where it was lost)."""
        batch = _Batch(self._connect, self._server.sender, self._now)
        try:
            return [batch.send(message) for message in messages]
        finally:
            batch.close()

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """CannotSay: a mail server keeps no list that could be asked."""
        return [CannotSay("smtp: a mail server cannot be asked", for_good=True)] * len(questions)

    def _connect(self) -> smtplib.SMTP:
        server, trust = self._server, self._trust or ssl.create_default_context()
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=trust
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=trust)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except Exception:
            smtp.close()
            raise
        return smtp


class _Batch:
    """The conversation of one batch: opened when first needed, given up after too many breaks."""

    def __init__(
        self, connect: Callable[[], smtplib.SMTP], sender: Mailbox, now: Callable[[], datetime]
    ) -> None:
        self._connect = connect
        self._sender = sender
        self._now = now
        self._smtp: smtplib.SMTP | None = None
        self._broken = 0
        self._down: Unavailable | None = None

    def send(self, message: Message) -> SendResult:
        """The result of one message; the connection is fit for the next one, or gone."""
        try:
            words = email_bytes(message, self._sender, self._now())
        except ValueError as error:
            return Refused(f"smtp: {_plain(error)}")
        if time.monotonic() > begin_until.get() or not go_on.get()():
            return Unavailable("smtp: not tried, the time for it is over", is_tried=False)
        if self._broken >= MOST_BROKEN:
            return Unavailable("smtp: not tried, the server breaks off", is_tried=False)
        smtp = self._open()
        if isinstance(smtp, Unavailable):
            return smtp
        result = self._envelope(smtp, message)
        return result if result is not None else self._words(smtp, message, words)

    def close(self) -> None:
        """Say goodbye; what was answered stands, however that goes."""
        if self._smtp is not None:
            with suppress(*TROUBLE):
                self._smtp.quit()
        self._drop()

    def _open(self) -> smtplib.SMTP | Unavailable:
        """The connection; where there is none to be had, the rest of the batch does not wait for it again."""
        if self._smtp is None and self._down is None:
            try:
                self._smtp = self._connect()
            except smtplib.SMTPAuthenticationError:
                self._down = Unavailable("smtp: the credentials were turned away: check user and password")
            except (*TROUBLE, ValueError) as error:
                self._down = Unavailable(f"smtp: no connection ({type(error).__name__})")
        return self._smtp or self._down or Unavailable("smtp: no connection")

    def _envelope(self, smtp: smtplib.SMTP, message: Message) -> SendResult | None:
        """MAIL, RCPT and DATA up to the go-ahead; None where the words may follow."""
        try:
            options = _utf8(smtp, message.to)
            if options is None:
                return Refused("smtp: the server takes ASCII addresses only")
            steps: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
                ("MAIL", lambda: smtp.mail(self._sender.address, options)),
                ("RCPT", lambda: smtp.rcpt(message.to)),
                ("DATA", lambda: smtp.docmd("DATA")),
            )
            for step, ask in steps:
                code, said = ask()
                if code != 354 if step == "DATA" else code // 100 != 2:
                    return self._turned_down(step, code, said)
        except (*TROUBLE, ValueError) as error:  # ValueError: an answer or a command that is no ASCII
            self._lost()
            return Unavailable(f"smtp: connection lost before the words ({type(error).__name__})")
        return None

    def _turned_down(self, step: str, code: int, said: bytes) -> SendResult:
        self._reset(code)
        reason = f"smtp: {step} answered {code}"
        if step != "RCPT" or code // 100 != 5:
            # What is said of our sender or of our session is no fault of this message.
            return Unavailable(reason)
        dead = said.decode("ascii", "replace").split(" ", 1)[0] in DEAD
        return Refused(reason, forget_contact=dead)

    def _words(self, smtp: smtplib.SMTP, message: Message, words: bytes) -> SendResult:
        try:
            smtp.send(_stuffed(words))
            code, _ = smtp.getreply()
        except (*TROUBLE, ValueError) as error:
            self._lost()
            return Unknown(f"smtp: no answer to the words ({type(error).__name__})")
        if code // 100 == 2:
            return Accepted(message_id(message, self._sender))
        self._reset(code)
        reason = f"smtp: the words were answered {code}"
        if code // 100 == 5:
            return Refused(reason)
        return Unavailable(reason) if code // 100 == 4 else Unknown(reason)

    def _reset(self, code: int) -> None:
        """Make the connection fit for the next message, or let it go."""
        if code // 100 not in (4, 5) or code == 421:  # not in step with us, or closing
            return self._lost()
        try:
            if self._smtp is not None and self._smtp.rset()[0] != 250:
                self._lost()
        except (*TROUBLE, ValueError):
            self._lost()
        return None

    def _lost(self) -> None:
        self._broken += 1
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _utf8(smtp: smtplib.SMTP, address: str) -> list[str] | None:
    """The options of MAIL for this address; None where the server cannot take it (RFC 6531)."""
    if address.isascii():
        smtp.command_encoding = "ascii"
        return []
    if not smtp.has_extn("smtputf8"):
        return None
    smtp.command_encoding = "utf-8"
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _stuffed(words: bytes) -> bytes:
    """The words with leading dots doubled and the line with the dot that ends them (RFC 5321, 4.5.2)."""
    ended = words if words.endswith(b"\r\n") else words + b"\r\n"
    return (b"." + ended if ended.startswith(b".") else ended).replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _plain(error: ValueError) -> str:
    """Why the email could not be made. A codec's error carries the text itself, so it is not quoted."""
    return "the words cannot be written as UTF-8" if isinstance(error, UnicodeError) else str(error)
