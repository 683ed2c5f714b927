"""Tasks: what only a person at the firm can do, how each may end, and how urgent each is. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.call_order import Wanted
from outreach.domain.calling import OVERHEARD, CallHours, CallOutcome, CallPolicy
from outreach.domain.gate.quiet import Zones, clocks_of
from outreach.domain.scale import Urgency

CALL, IN_DOUBT, WELFARE = "call", "in_doubt", "welfare"

TALKED = frozenset({CALL, WELFARE, "help", "takeover", "unreachable", "repeat", "questions"})
"""Kinds of task in which somebody is called: they end as a call does."""

CRIES = frozenset({WELFARE, "help", "takeover", "recovery", "case_late", "case_lead", "ask_core", "repeat"})
"""Kinds that are critical whatever the outreach was: somebody asked, or money is on its way out."""


class TaskState(StrEnum):
    """Where a task stands. Taken: somebody works on it until their lease ends; then it is open again."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    DROPPED = "dropped"


class Ending(StrEnum):
    """How a task ends that is no call."""

    HANDLED = "handled"
    DELIVERED = "delivered"  # of a message in doubt: the provider had it
    NOT_DELIVERED = "not_delivered"  # of a message in doubt: nobody had it


TOO_LATE = "too_late"
"""The outcome of a call that was dropped because nobody could make it in time."""


def endings(kind: str) -> tuple[str, ...]:
    """The outcomes that a task of this kind may be done with."""
    if kind == IN_DOUBT:
        return (Ending.DELIVERED.value, Ending.NOT_DELIVERED.value)
    called = tuple(outcome.value for outcome in CallOutcome) if kind in TALKED else ()
    return called if kind == CALL else (*called, Ending.HANDLED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task that is open or taken, with what ranks it. `amount` is US dollars at risk."""

    id: str
    kind: str
    person: str
    outreach: str | None
    step: int | None
    state: TaskState
    owner: str | None
    opened_at: datetime
    due_at: datetime
    not_before: datetime | None
    tries: int
    taken_at: datetime | None
    lease_until: datetime | None
    outcome: str | None = None  # of the last try
    urgency_rank: int = Urgency.CRITICAL.rank
    pattern: str | None = None
    expires_at: datetime | None = None
    amount: float | None = None
    zone: str | None = None
    country: str | None = None
    locale: str | None = None
    lottery: str | None = None  # the registration of its warning's call lottery

    def is_held(self, leases: datetime) -> bool:
        """Whether somebody works on it, by the clock that leases live by."""
        return self.state is TaskState.TAKEN and self.lease_until is not None and self.lease_until > leases

    @property
    def deadline(self) -> datetime | None:
        """From when on it is of no use: only a call's, and not that of somebody who could not talk: their
        danger does not end with the transfer."""
        return self.expires_at if self.kind == CALL and self.outcome not in OVERHEARD else None

    @property
    def is_critical(self) -> bool:
        """Whether it may be worked at any hour."""
        return self.kind in CRIES or self.urgency_rank == Urgency.CRITICAL.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The firm's way of calling, and the zones that it goes by."""

    calls: CallPolicy = field(default_factory=CallPolicy)
    default_zone: str = "UTC"
    zones: Zones = field(default_factory=dict)
    lot: Callable[[str, str], float] = lambda person, registration: 0.0  # 0 … 1, by keyed hash

    def hours(self, task: OpenTask) -> CallHours:
        """When this task's person may be called; at any hour where it is critical."""
        return CallHours(
            start=self.calls.start,
            end=self.calls.end,
            clocks=clocks_of(task.zone, task.country, self.default_zone, self.zones),
            default=self.default_zone,
            is_any_hour=task.is_critical or task.kind != CALL,
        )

    def wanted(self, task: OpenTask) -> Wanted:
        """The task as the order sees it. Only calls are drawn for, and no critical one."""
        lottery = task.lottery if task.lottery and task.kind == CALL and not task.is_critical else ""
        return Wanted(
            id=task.id,
            urgency_rank=Urgency.CRITICAL.rank if task.is_critical else task.urgency_rank,
            opened_at=task.opened_at,
            ready_at=max(task.opened_at, task.not_before or task.opened_at),
            due_at=task.due_at,
            deadline=task.deadline,
            amount=task.amount,
            tries=task.tries,
            hours=self.hours(task),
            is_first=task.kind == WELFARE,
            lottery=lottery,
            lot=self.lot(task.person, lottery) if lottery else 0.0,
        )


DUE_WITHIN = timedelta(hours=1)
"""How soon a call is to be made once the person may be called."""
