"""The part of a story that the safety net wrote: holds, repeated attempts, and what somebody was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRecord:
    """A word of the core on a hold, when it changed."""

    at: datetime
    transfer_ref: str | None
    is_held: bool
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRecord:
    """Another attempt while a hold stood. `what`: hurried or task."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRecord:
    """An answer to a question; `words` are the person's own."""

    at: datetime
    question: str
    answer: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestioningRecord:
    """Which questions were asked, and how they ended: release, stop or person."""

    opened_at: datetime
    name: str
    sha256: str
    ended_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetRecords:
    """All of it, each in its order."""

    holds: tuple[HoldRecord, ...] = ()
    repeats: tuple[RepeatRecord, ...] = ()
    questionings: tuple[QuestioningRecord, ...] = ()
    questions: tuple[QuestionRecord, ...] = ()
