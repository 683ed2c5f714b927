"""What follows an answer: by when a person must act, how long "it is mine" holds, what becomes of a stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.case_clock import CaseClock
from outreach.domain.scale import Urgency
from outreach.domain.transfer import Transfer, TransferStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """The firm's own lengths of time after an answer.

    `mine_cool_down`: how long a warning is not repeated to somebody who said "it is mine". `remind_after`:
    how long the core has to act before a person is told that it has not. `case`: the clock of a recovery
    case. The rest: how soon somebody must act where a person asked for help, by the urgency of the warning.
    """

    mine_cool_down: timedelta = timedelta(days=7)
    remind_after: timedelta = timedelta(minutes=15)
    critical: timedelta = timedelta(minutes=15)
    soon: timedelta = timedelta(minutes=30)
    routine: timedelta = timedelta(hours=2)
    case: CaseClock = field(default_factory=CaseClock)

    def due(self, urgency_rank: int, now: datetime) -> datetime:
        """By when a person must act."""
        if urgency_rank >= Urgency.CRITICAL.rank:
            return now + self.critical
        return now + (self.soon if urgency_rank >= Urgency.SOON.rank else self.routine)


class Standing(StrEnum):
    """How a request to the core stands, by nothing but the core's own word on the transfer."""

    WAITS = "waits"
    DONE = "done"
    LATE = "late"  # the money had left before the core acted


def standing(act: str, transfer: Transfer | None) -> Standing:
    """What became of a request. A transfer that was cancelled will not leave: that is as good as a hold."""
    if transfer is None:
        return Standing.WAITS
    if act == "hold":
        if transfer.status is TransferStatus.SENT:
            return Standing.LATE
        done = {TransferStatus.HELD, TransferStatus.CANCELLED}
        return Standing.DONE if transfer.status in done else Standing.WAITS
    is_released = act == "release" and transfer.status is TransferStatus.RELEASED
    return Standing.DONE if is_released else Standing.WAITS
