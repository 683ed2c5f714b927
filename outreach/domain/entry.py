"""Entries: the lines of a history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SHORT_HASH = 12

Details = tuple[tuple[str, str], ...]
"""Short label and value pairs; a label occurs once."""


class Kind(StrEnum):
    """What an entry tells of; entries of one moment stand in this order, causes before effects."""

    CONSENT = "consent"
    FLAG = "flag"
    DECISION = "decision"
    OPENED = "opened"
    BAR = "bar"
    MESSAGE = "message"
    ATTEMPT = "attempt"
    RECEIPT = "receipt"
    EVIDENCE = "evidence"
    REPLY = "reply"
    ANSWER = "answer"
    CORE = "core"
    TASK = "task"
    CLOSED = "closed"
    OUTCOME = "outcome"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsSent:
    """One message exactly as the person got it; `to` as the story shows it (masked or revealed)."""

    reference: str
    channel: str
    locale: str
    to: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a history. `facts` are those a decision saw, by name."""

    at: datetime
    kind: Kind
    title: str = field(repr=False)
    details: Details = field(default=(), repr=False)
    facts: Details = field(default=(), repr=False)
    as_sent: AsSent | None = None


def pairs(*given: tuple[str, str | None]) -> Details:
    """Those of these pairs that have a value."""
    return tuple((label, value) for label, value in given if value)
