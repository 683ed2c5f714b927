"""Delivery truth: what a provider said at the hand-over, and what it said later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.message import Message


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message; `ref` is the provider's id for it."""

    ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never take this message. `forget_contact`: the address itself is dead. `opted_out`:
    the person told the provider to send no more."""

    reason: str
    forget_contact: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Certainly not taken; may be tried again, not before `retry_after` where given.

    `is_tried` is False where the provider was not even asked: that counts as no attempt.
    """

    reason: str
    retry_after: timedelta | None = None
    is_tried: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """May or may not have been taken: in doubt, until it is settled."""

    reason: str


SendResult = Accepted | Refused | Unavailable | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether the provider has this message from an attempt that began at `since` or later."""

    message: Message
    since: datetime


@dataclass(frozen=True, slots=True)
class Has:
    """The provider has it, under this id of its own."""

    ref: str


@dataclass(frozen=True, slots=True)
class HasNot:
    """The provider was asked, answered in full, and shows no such message. What it took within its
    visibility lag it may not show yet: ask only after that."""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """The provider cannot be asked, or did not answer in full. Proves nothing.

    `for_good`: it never will answer, so that nobody needs to ask again.
    """

    reason: str
    for_good: bool = False


Found = Has | HasNot | CannotSay


class Status(StrEnum):
    """Delivery status of a message, and of nothing else."""

    QUEUED = "queued"  # written down, no attempt finished yet
    RETRYING = "retrying"  # the provider was unavailable
    CANCELLED = "cancelled"  # too late, or no longer wanted, before any provider took it
    IN_DOUBT = "in_doubt"  # the provider may have it
    ACCEPTED = "accepted"  # the provider has it
    SENT = "sent"  # passed on to the network
    UNDELIVERED = "undelivered"  # the network gave up
    REFUSED = "refused"  # never taken
    DELIVERED = "delivered"  # on the handset, or in the mailbox

    @property
    def rank(self) -> int:
        """The order in which receipts fold: the highest that was ever said stays."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A provider's later word on a message (our id); `id` is unique with the provider, `ref` its own name.

    `word` is what the provider calls it, from a closed list; `is_opened`: something fetched it, which proves
    no human, unless `by_person`: the firm's own app saw a signed-in person open it.
    `consent`: the person told the provider to send no more (False), or came back (True).
    """

    provider: str
    id: str
    message: str
    ref: str = ""
    status: Status
    at: datetime
    word: str = ""
    is_opened: bool = False
    consent: bool | None = None
    by_person: bool = False


def status_of(result: SendResult) -> Status:
    """The status that a send result leaves a message in."""
    match result:
        case Accepted():
            return Status.ACCEPTED
        case Refused():
            return Status.REFUSED
        case Unavailable():
            return Status.RETRYING
        case Unknown():
            return Status.IN_DOUBT


def advance(status: Status, receipt: Status) -> Status:
    """The further of the two, so that receipts may come late, twice or out of order."""
    return max(status, receipt, key=lambda s: s.rank)


FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=5)
MOST_ATTEMPTS = 6


def retry_in(attempts: int, result: Unavailable, jitter: float) -> timedelta | None:
    """How long to wait after `attempts` tries, or None where trying again is pointless.

    Exponential with full jitter (`jitter` is 0 … 1), bounded, never before the provider's Retry-After, and
    not all at once after it.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    doublings: int = 1 << (attempts - 1)
    wait = min(LONGEST_RETRY, FIRST_RETRY * doublings) * jitter
    if result.retry_after is None:
        return wait
    return max(wait, result.retry_after + FIRST_RETRY * jitter)
