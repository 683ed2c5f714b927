"""The outbox: a folder that stands in for every provider, with one file a message to open and look at.

`outbox/email/7QK2MX.eml` opens in any mail program; the other channels are JSON. A file appears whole or not
at all (written beside, then renamed), and a message sent again replaces its own file. Nothing is fsynced: the
outbox is for trying things out, where 20,000 files in seconds matter and a power cut does not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from outreach.answers import go_on
from outreach.domain.delivery import (
    Accepted,
    CannotSay,
    Found,
    Has,
    HasNot,
    Question,
    Refused,
    SendResult,
    Unavailable,
)
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, email_bytes

STOPPED = Unavailable("outbox: not tried, an operator stopped it", is_tried=False)
OWNER_ONLY = 0o600  # the files hold addresses and texts


class Outbox:
    """A sender of one channel into `folder/<channel>/<reference>.<eml or json>`."""

    name = "outbox"
    repeats_safely = True  # a message sent again replaces its own file
    settles_after = timedelta(0)  # a file is there as soon as it is written

    def __init__(self, folder: Path, channel: Channel, sender: Mailbox, now: Callable[[], datetime]) -> None:
        self.channel = channel
        self._folder = folder / channel.value
        self._sender = sender
        self._now = now

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; a full or read-only disk is Unavailable."""
        with suppress(OSError):  # where it cannot be made, writing tells why
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        at = self._now()
        may_go = go_on.get()
        return [self._send(message, at) if may_go() else STOPPED for message in messages]

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """Whether the file is there."""
        return [self._found(question.message) for question in questions]

    def _found(self, message: Message) -> Found:
        name = f"{message.reference}.{'eml' if self.channel is Channel.EMAIL else 'json'}"
        try:
            os.stat(f"{self._folder}/{name}")
        except FileNotFoundError:
            return HasNot()
        except (OSError, ValueError) as error:
            return CannotSay(f"outbox: cannot be read ({type(error).__name__})")
        return Has(f"outbox/{self.channel.value}/{name}")

    def _send(self, message: Message, at: datetime) -> SendResult:
        if not (message.reference.isascii() and message.reference.isalnum()):
            return Refused("outbox: the reference is no file name")
        try:
            name, content = self._file(message, at)
        except UnicodeError:
            return Refused("outbox: the words cannot be written as UTF-8")
        except ValueError as error:
            return Refused(f"outbox: {error}")
        try:
            write_whole(str(self._folder), name, content)
        except OSError as error:
            return Unavailable(f"outbox: cannot write ({os.strerror(error.errno or 0)})")
        return Accepted(f"outbox/{self.channel.value}/{name}")

    def _file(self, message: Message, at: datetime) -> tuple[str, bytes]:
        if self.channel is Channel.EMAIL:
            return f"{message.reference}.eml", email_bytes(message, self._sender, at)
        return f"{message.reference}.json", _json(message, at)


def _json(message: Message, at: datetime) -> bytes:
    words = message.content
    said = {
        "reference": message.reference,
        "message": message.id,
        "channel": message.channel.value,
        "to": message.to,
        "locale": message.locale,
        "thread": message.thread,
        "attempt": message.attempt,
        "at": at.isoformat(),
        **({"title": words.title} if words.title else {}),
        "text": words.text,
    }
    return json.dumps(said, ensure_ascii=False, indent=2).encode() + b"\n"


def write_whole(folder: str, name: str, content: bytes) -> None:
    """Make `folder/name` hold exactly this, in one step for whoever looks. Raises OSError; leaves no rest."""
    beside = f"{folder}/.{name}.{os.getpid()}"
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        try:
            written = os.write(handle, content)
            while written < len(content):
                written += os.write(handle, content[written:])
        finally:
            os.close(handle)
        os.rename(beside, f"{folder}/{name}")
    except OSError:
        with suppress(OSError):
            os.unlink(beside)
        raise
