"""The ports: the few shapes through which the engine reaches the world. Adapters fit them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from outreach.domain.delivery import Found, Question, SendResult
from outreach.domain.flag import FlagBatch
from outreach.domain.message import Message, Rendered
from outreach.domain.plan import Plan
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer

Clock = Callable[[], datetime]
"""The time now, aware UTC. Only wiring hands one out."""

NewId = Callable[[], str]
"""A fresh id: 32 lower-case hex characters, rising with time."""


class FlagFeed(Protocol):
    """A source of flags."""

    @property
    def name(self) -> str:
        """What the settings call it."""
        ...

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        """Everything after `cursor` in bounded batches; nothing where there is nothing new.

        Raises FeedError where the source cannot be reached; bad rows are never an exception.
        """
        ...

    def check(self) -> None:
        """Raise FeedError where the feed could not be pulled now (for `doctor`); reads next to nothing."""
        ...


class Matcher(Protocol):
    """Asks every probe of a plan of every row of a batch."""

    def match(self, plan: Plan, batch: pa.Table, now: datetime) -> Iterator[pa.Table]:
        """The rows on which some main probe is true or unknown, with the batch's own columns and the
        mask columns `true_0…`, `unknown_0…` (int64, 60 probes each, in plan order). `now` is what
        `within(…)` is folded against."""
        ...


class Renderer(Protocol):
    """Says templates in languages."""

    def render(self, template: str, channel: Channel, locale: str, context: Mapping[str, object]) -> Rendered:
        """The words of `<pattern>/<name>` on this channel in the nearest locale there is.

        Raises RenderError (template and variable named, no value) where it cannot be said.
        """
        ...

    def variants(self, template: str, locale: str) -> Sequence[str]:
        """The wordings there are of `<pattern>/<name>` in the language this locale finds, itself first."""
        ...

    def text_of(self, template_sha256: str) -> str:
        """The text that a rendered message's hash is the hash of."""
        ...


@runtime_checkable
class Sender(Protocol):
    """Hands messages to one provider, on one channel, and asks it about those that are in doubt."""

    @property
    def name(self) -> str:
        """The provider's name, as attempts keep it."""
        ...

    @property
    def channel(self) -> Channel:
        """The one channel it carries."""
        ...

    @property
    def repeats_safely(self) -> bool:
        """Whether a repeat replaces the first wherever it is read, so that nobody needs to be asked."""
        ...

    @property
    def settles_after(self) -> timedelta:
        """The longest from writing a request until asking shows the message: acceptance and visibility."""
        ...

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order. Provider trouble is a result, never an exception.

        No request is begun later than `BEGUN_WITHIN` after the call, also where the process was stopped.
        """
        ...

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """One finding a question, in order. Trouble while asking is CannotSay, never HasNot."""
        ...


Senders = Mapping[tuple[Channel, str], Sender]
"""Every sender, by its channel and its provider's name."""

BEGUN_WITHIN = timedelta(seconds=5)
"""How long after a call a sender may begin requests: a lease must last longer."""


class Core(Protocol):
    """The firm's core system: it moves and holds money; we ask and report.

    A request is known by `call_id`: asked again, it is the same request. OSError: it was not heard.
    """

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """What it says of these transfers now; one it does not know, or no answer, is simply missing."""
        ...

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        """Ask for a transfer hold of so many seconds, or until somebody decides. Whether there is one, and
        until when, only `transfers` tells."""
        ...

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        """Ask to lift a transfer hold."""
        ...

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        """Ask to freeze what can be frozen at the destination of a transfer that has left."""
        ...


class Firm(Protocol):
    """Another firm that is asked to freeze what came to it. OSError: it was not heard."""

    def tell(self, kind: str, told: Mapping[str, object], id: str) -> None:
        """Tell it something, under this id however often. Raises CoreBusy (again later), CoreRefused."""
        ...


class Archive(Protocol):
    """Keeps every flag as it was seen, for backtests and for "why not"."""

    def write(self, table: pa.Table, *, pull_id: str, day: date) -> Path:
        """Keep a pull's flags, durably, and answer the path; the same pull again replaces its file."""
        ...
