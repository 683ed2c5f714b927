"""Recovery cases in a person's story, with every step that was taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStepRecord:
    """One thing that was done to a case, and by whom."""

    at: datetime
    act: str
    role: str
    actor: str
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A recovery case: money has left."""

    id: str = ""
    source: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    steps: tuple[CaseStepRecord, ...] = ()
