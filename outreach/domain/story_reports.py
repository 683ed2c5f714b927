"""Records of what a person told us of their own accord: reports of a scam, and words of self-harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecord:
    """One picture of a report: what it is and its hash, never itself."""

    n: int
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """One report of a scam, in the person's own words; how to reach them is masked unless it was revealed."""

    at: datetime
    reference: str
    via: str
    happened: str
    money_left: str
    moment: str
    amount: Decimal | None
    currency: str | None
    where: str = field(repr=False)
    words: str = field(repr=False)
    reach: str = field(repr=False)
    pictures: tuple[PictureRecord, ...]
    state: str
    due_at: datetime
    outcome: str | None
    closed_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WelfareRecord:
    """Words of self-harm: since when no machine writes to the person, and who let it go on."""

    at: datetime
    source: str
    lifted_by: str | None
    lifted_at: datetime | None
    reason: str = field(default="", repr=False)
