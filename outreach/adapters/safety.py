"""Safe to try: senders that stand before a real one, so that a trial run reaches nobody by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from outreach.domain.delivery import Accepted, CannotSay, Found, HasNot, Question, SendResult
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.errors import SettingsError


class Sends(Protocol):
    """What a sender is to these; `engine.ports.Sender` as seen from here."""

    @property
    def name(self) -> str:
        """The provider's name."""
        ...

    @property
    def channel(self) -> Channel:
        """The one channel it carries."""
        ...

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order."""
        ...


@runtime_checkable
class Asks(Protocol):
    """A sender that says more: `engine.ports.Sender` as seen from here."""

    @property
    def repeats_safely(self) -> bool:
        """Whether a repeat replaces the first."""
        ...

    @property
    def settles_after(self) -> timedelta:
        """How long after a request what it made can be asked for."""
        ...

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """One finding a question, in order."""
        ...


class AllowListed:
    """Only who is on the list is written to; everybody else's message goes to the outbox.

    A pattern is an address, or one with stars: `*@firm.example`, `+3460000*`. Case does not matter.
    Raises SettingsError for a pattern of nothing but stars: leave the list out to write to everybody.
    """

    def __init__(self, sender: Sends, outbox: Sends, live: Iterable[str]) -> None:
        self.name = sender.name
        self.channel = sender.channel
        self._sender = sender
        self._outbox = outbox
        self._live = _allowed(live)

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; the outbox's references begin with `outbox/`."""
        live = [self._live.fullmatch(message.to) is not None for message in messages]
        real = iter(self._sender.send_many([m for m, yes in zip(messages, live, strict=True) if yes]))
        kept = iter(self._outbox.send_many([m for m, yes in zip(messages, live, strict=True) if not yes]))
        return [next(real if yes else kept) for yes in live]

    @property
    def repeats_safely(self) -> bool:
        """As the sender behind it: the outbox does in any case."""
        return isinstance(self._sender, Asks) and self._sender.repeats_safely

    @property
    def settles_after(self) -> timedelta:
        """As the sender behind it: the outbox needs no time."""
        return self._sender.settles_after if isinstance(self._sender, Asks) else timedelta(0)

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """Each of whom it would go to now."""
        live = [self._live.fullmatch(question.message.to) is not None for question in questions]
        real = iter(_asked(self._sender, [q for q, yes in zip(questions, live, strict=True) if yes]))
        kept = iter(_asked(self._outbox, [q for q, yes in zip(questions, live, strict=True) if not yes]))
        return [next(real if yes else kept) for yes in live]


def _asked(sender: Sends, questions: Sequence[Question]) -> Sequence[Found]:
    if not questions or not isinstance(sender, Asks):
        return [CannotSay(f"{sender.name}: cannot be asked", for_good=True)] * len(questions)
    return sender.ask(questions)


class Discard:
    """A dry run: every message is taken, and goes nowhere."""

    name = "discard"
    repeats_safely = True
    settles_after = timedelta(0)

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """Accepted, all of them."""
        return [Accepted(f"discard/{message.reference}") for message in messages]

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """HasNot, of all of them: nothing is kept."""
        return [HasNot()] * len(questions)


NOBODY = r"(?!)"


def _allowed(live: Iterable[str]) -> re.Pattern[str]:
    patterns = [pattern.strip() for pattern in live]
    loose = [pattern for pattern in patterns if not pattern.strip("*")]
    if loose:
        raise SettingsError(
            [
                f"live_recipients: {pattern!r} would let everybody through; leave the list out"
                for pattern in loose
            ]
        )
    parts = (".*".join(re.escape(part) for part in pattern.split("*")) for pattern in patterns)
    return re.compile("|".join(parts) or NOBODY, re.IGNORECASE | re.DOTALL)
