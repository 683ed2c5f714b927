"""Calls: what may come of one, the person's answer that it stands for, and when it is tried again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from outreach.domain.answer import Answer
from outreach.domain.gate.quiet import QuietHours, quiet_in_any


class CallOutcome(StrEnum):
    """What came of one try to reach a person by phone."""

    REACHED_WARNED = "reached_warned"  # heard the warning, and said nothing that is an answer
    REACHED_STOPPED = "reached_stopped"
    REACHED_SENT_ALREADY = "reached_sent_already"
    REACHED_MINE = "reached_mine"
    REACHED_NOT_THEM = "reached_not_them"  # it was not them who acted
    REACHED_COACHED = "reached_coached"  # somebody else is in the room or on the line
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"  # did not want to talk
    UNSAFE_TO_TALK = "unsafe_to_talk"


ANSWERS: Mapping[CallOutcome, Answer] = {
    CallOutcome.REACHED_STOPPED: Answer.STOP_TRANSFER,
    CallOutcome.REACHED_SENT_ALREADY: Answer.ALREADY_SENT,
    CallOutcome.REACHED_MINE: Answer.IT_IS_MINE,
    CallOutcome.REACHED_NOT_THEM: Answer.NOT_ME,
}
"""The outcomes that are the person's own answer; a warning that was heard is none (law 6)."""

UNREACHED = frozenset({CallOutcome.NO_ANSWER, CallOutcome.BUSY})
"""Nobody was on the line: tried again, so many times."""

OVERHEARD = frozenset({CallOutcome.REACHED_COACHED, CallOutcome.UNSAFE_TO_TALK})
"""Somebody listens: another time, and until then nothing is sent that would ring or show."""

WAITS = (timedelta(minutes=30), timedelta(hours=2), timedelta(days=1))
"""How long after the first, the second and every later try that reached nobody."""

OVERHEARD_WAIT = timedelta(hours=2)
"""How long somebody who could not talk is left in peace, where no other time was agreed."""

LONGEST_PLAN = timedelta(days=7)
"""How far ahead another time may be agreed: nothing is sent until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHours:
    """When a person may be called: from `start` to `end` on every clock that may be theirs.

    `is_any_hour`: what is critical may not wait for the morning.
    """

    start: time = time(8)
    end: time = time(21)
    clocks: tuple[str, ...] = ("UTC",)
    default: str = "UTC"
    is_any_hour: bool = False

    def opens(self, at: datetime) -> datetime:
        """The first moment from `at` on at which the person may be called; aware UTC."""
        if self.is_any_hour:
            return at
        shut = QuietHours(start=self.end, end=self.start)
        return quiet_in_any(shut, self.clocks, self.default, at) or at


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPolicy:
    """How the firm calls: so many agents, minutes a call, tries that reach nobody, and its hours."""

    agents: int = 1
    length: timedelta = timedelta(minutes=6)
    tries: int = 4
    start: time = field(default=time(8))
    end: time = field(default=time(21))
    lease: timedelta = timedelta(minutes=30)  # how long a task is whose it was taken by


def next_try(outcome: CallOutcome, tries: int, hours: CallHours, most: int, now: datetime) -> datetime | None:
    """When the person is called again after this try, the `tries`th; None where never.

    Within calling hours. Who could not talk is called again however often that happens.
    """
    if outcome in OVERHEARD:
        return hours.opens(now + OVERHEARD_WAIT)
    if outcome not in UNREACHED or tries >= most:
        return None
    return hours.opens(now + WAITS[min(max(tries, 1), len(WAITS)) - 1])
