"""Hearings: what was heard of one provider in a stretch of time, and the slots that time is counted in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.delivery import SendResult, Unavailable, Unknown

SLOT = timedelta(seconds=10)
"""How finely hearings are kept: a window is a whole number of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """`tried` results, `failed` of them unavailable or unknown; `answers` that took `millis` together."""

    tried: int = 0
    failed: int = 0
    answers: int = 0
    millis: int = 0

    def __add__(self, other: Hearing) -> Hearing:
        """Both together."""
        return Hearing(
            tried=self.tried + other.tried,
            failed=self.failed + other.failed,
            answers=self.answers + other.answers,
            millis=self.millis + other.millis,
        )

    @property
    def failed_share(self) -> float:
        """0 … 1; 0 where nothing was tried."""
        return self.failed / self.tried if self.tried else 0.0

    @property
    def mean_seconds(self) -> float | None:
        """The mean time to an answer; None where none was measured."""
        return self.millis / self.answers / 1000 if self.answers else None


def is_failure(result: SendResult) -> bool:
    """Whether a result speaks against the provider: a refusal is the message's own fault."""
    return isinstance(result, Unavailable | Unknown)


def slot_of(now: datetime, length: str = "slot") -> datetime:
    """The beginning, in UTC, of the `hour`, the `day` or the `slot` of ten seconds that `now` is in."""
    if length == "day":
        return now.replace(hour=0, minute=0, second=0, microsecond=0)
    if length == "hour":
        return now.replace(minute=0, second=0, microsecond=0)
    step = int(SLOT.total_seconds())
    return now.replace(second=now.second - now.second % step, microsecond=0)
