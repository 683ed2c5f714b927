"""The clock of a recovery case: the first hour, 24 hours and 72 hours since the money left. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from outreach.domain.recovery_case import IS_OVER, Stage


class Mark(IntEnum):
    """The marks of the clock; each is what must be true by then."""

    FIRST_HOUR = 0  # somebody has taken it, and the firms are being asked
    FIRST_DAY = 1  # every request has an answer
    THIRD_DAY = 2  # it is settled


MARKS = tuple(Mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """How long after the money left each mark is, and how long a firm has for an answer.

    `graces`: where we learnt of it so late that a mark is over, it is so long after that.
    """

    lengths: tuple[timedelta, timedelta, timedelta] = (
        timedelta(hours=1),
        timedelta(hours=24),
        timedelta(hours=72),
    )
    graces: tuple[timedelta, timedelta, timedelta] = (
        timedelta(minutes=15),
        timedelta(hours=4),
        timedelta(hours=24),
    )
    answer_within: timedelta = timedelta(hours=24)

    def mark_at(self, mark: Mark, left_at: datetime | None, known_at: datetime) -> datetime:
        """When this mark is: since the money left, where that is known and not in the future."""
        began = min(left_at, known_at) if left_at else known_at
        return max(began + self.lengths[mark], known_at + self.graces[mark])


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNow:
    """What the clock asks of a case. `rung`: how many marks are behind it; `unanswered`: requests to firms
    that have no answer yet; `asked`: whether anybody was asked at all."""

    stage: Stage
    owner: str | None
    rung: int
    asked: bool
    unanswered: int


def is_met(mark: Mark, case: CaseNow) -> bool:
    """Whether what this mark asks for is true."""
    if case.stage in IS_OVER:
        return True
    if mark is Mark.FIRST_HOUR:
        return case.owner is not None and case.asked
    if mark is Mark.FIRST_DAY:
        return case.owner is not None and case.asked and case.unanswered == 0
    return False


def is_late(case: CaseNow) -> bool:
    """Whether a mark that is over is still not met."""
    return any(not is_met(mark, case) for mark in MARKS[: case.rung])
