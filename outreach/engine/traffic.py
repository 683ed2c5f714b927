"""Which provider carries a message, and whether it may take one now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outreach.domain.delivery import SendResult
from outreach.domain.gate import Bar
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.sending import Draft


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now. `until` is None where this step will never be carried: fall through to the next."""

    reason: Bar
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider said of a message (our id), and the seconds that a message of its piece took."""

    message: str
    provider: str
    channel: Channel
    result: SendResult
    seconds: float


class Traffic(Protocol):
    """Steers messages between providers."""

    def route(self, tx: Tx, drafts: Sequence[Draft], now: datetime) -> Sequence[str | Wait]:
        """For each draft, most urgent first, the name of its provider, or that it waits.

        A draft whose `provider` is set goes there or waits. Called in the transaction that writes attempts.
        """
        ...

    def heard(self, tx: Tx, results: Sequence[Heard], now: datetime) -> None:
        """Learn from what came back, in the transaction that writes it."""
        ...


@dataclass(frozen=True, slots=True)
class Straight:
    """One provider a channel, and nothing ever waits. A channel without one is kept here (inbox, call)."""

    providers: Mapping[Channel, str]

    def route(self, tx: Tx, drafts: Sequence[Draft], now: datetime) -> Sequence[str | Wait]:
        """The channel's provider, whichever had it before."""
        return [self.providers.get(d.message.channel, d.message.channel.value) for d in drafts]

    def heard(self, tx: Tx, results: Sequence[Heard], now: datetime) -> None:
        """Nothing to learn."""
