"""Records of what stood between a person and their warning: approvals and halts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRecord:
    """One colleague's word on an approval; the verdict is approved or rejected."""

    at: datetime
    actor: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRecord:
    """What a warning waited for, and every word on it; `ended_at` without a word: it was too late."""

    at: datetime
    pattern: str
    reason: str
    state: str
    ended_at: datetime | None
    words: tuple[WordRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltRecord:
    """An operator's stop while a warning was under way; `scope` is all, pattern or channel."""

    at: datetime
    scope: str
    about: str
    reason: str
    actor: str
    lifted_at: datetime | None
    lifted_by: str | None
