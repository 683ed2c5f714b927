"""Callbacks: what providers tell us of their own accord, as it came in and as it was understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.domain.delivery import Receipt

OUR_ID_LENGTH = 32
_HEX = frozenset("0123456789abcdef")


def is_our_id(text: str) -> bool:
    """Whether this could be a message id of ours: 32 lower-case hex characters."""
    return len(text) == OUR_ID_LENGTH and _HEX.issuperset(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A callback as it came in: the addresses under which the provider may have called us, the likeliest
    first; headers with names in lower case; the raw body, for it is what was signed."""

    urls: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Outcome(StrEnum):
    """What became of a receipt, or of a whole callback, as metrics count it."""

    NEW = "new"
    REPEATED = "repeated"
    NOT_OURS = "not_ours"  # names no message as we name them
    UNREADABLE = "unreadable"  # signed, and not what the provider documents
    UNSIGNED = "unsigned"
    FORGED = "forged"  # the signature does not fit: the key, the address or the body is another
    STALE = "stale"  # signed too long ago, or in the future
    TOO_LARGE = "too_large"
    BROKEN_OFF = "broken_off"  # it did not come in whole
    NOT_KEPT = "not_kept"  # our fault: the provider was told to come again


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a callback with a good signature says; `left_out` counts what could not be used."""

    provider: str
    receipts: tuple[Receipt, ...] = ()
    left_out: Mapping[Outcome, int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Why nothing of a callback was believed: unsigned, forged or stale, or unreadable as a whole."""

    why: Outcome


Reader = Callable[[Called, datetime], Heard | TurnedAway]
"""Checks the signature before it believes anything, and never raises, whatever it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One provider's door: who is counted as calling there, which header has to be there, and who reads."""

    party: str
    signature: str
    read: Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvidersDoor:
    """What may be said of a door before anybody calls: where it is, which header is signed, what comes in and
    what goes back ("": nothing), by their content types."""

    path: str
    signature: str
    kind: str
    answers: str = ""
