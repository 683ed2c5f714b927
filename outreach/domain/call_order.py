"""Which task first: the money that a minute of an agent's time is expected to save. Pure.

Capacity is simulated: whoever is free takes the best task that may be worked then. What that leaves beyond
its deadline goes last, and is told.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.calling import CallHours

UNKNOWN_AMOUNT = 1_000.0
MOST_AMOUNT = 1_000_000.0
"""US dollars: where the amount at risk is not known; and above which more is not more urgent."""

BY_URGENCY = (0.25, 0.5, 1.0)
"""The chance that a warning still saves the money, by urgency rank: relative, not measured."""

BY_TRY = 0.7
"""How much less likely each further try is to reach the person; relative, not measured."""

HALF_LIFE = timedelta(hours=1)
LEAST_PRESSURE = 0.1
"""A deadline twice as far by this halves what waits for it, down to a tenth."""

PATIENCE = timedelta(hours=8)
"""From here on waiting itself counts: at twice this, a task goes before every younger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A task that waits. Not before `ready_at` nor outside of `hours`; of no use from `deadline` on."""

    id: str
    urgency_rank: int
    opened_at: datetime
    ready_at: datetime
    due_at: datetime
    deadline: datetime | None = None
    amount: float | None = None
    tries: int = 0
    hours: CallHours | None = None
    is_first: bool = False  # a life before any money
    lottery: str = ""  # the registration of the lottery that it takes part in
    lot: float = 0.0

    def opens(self, at: datetime) -> datetime:
        """The first moment from `at` on at which it may be worked."""
        ready = max(self.ready_at, at)
        return self.hours.opens(ready) if self.hours else ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """When a task would be begun; None: not before its deadline."""

    id: str
    at: datetime | None


def worth(task: Wanted, length: timedelta, now: datetime) -> float:
    """US dollars that a minute spent on this task now is expected to save, and more for a long wait."""
    minutes = length / timedelta(minutes=1)
    amount = UNKNOWN_AMOUNT if task.amount is None else min(max(task.amount, 1.0), MOST_AMOUNT)
    slack = max((task.deadline or task.due_at) - now, timedelta())
    pressure = max(LEAST_PRESSURE, 0.5 ** (slack / HALF_LIFE))
    saved: float = amount * BY_URGENCY[task.urgency_rank] * BY_TRY**task.tries * pressure
    return (saved + MOST_AMOUNT * max((now - task.opened_at) / PATIENCE - 1, 0.0)) / minutes


def order(
    wanted: Iterable[Wanted], agents: int, length: timedelta, now: datetime, busy: Sequence[datetime] = ()
) -> tuple[Planned, ...]:
    """Every task in the order in which so many agents would work them, each for `length`; the late ones last.

    `busy`: when those agents are free again who have a task now. Total and deterministic: what comes first,
    then by worth, then by age, then by id; and inside a lottery by lot.
    """

    def place(task: Wanted) -> tuple[bool, float, datetime, str]:
        return not task.is_first, -worth(task, length, now), task.opened_at, task.id

    left = drawn(sorted(wanted, key=place), now)
    free = [*(max(at, now) for at in busy), *[now] * (agents - len(busy))]
    heapq.heapify(free)
    planned: list[Planned] = []
    late: list[Planned] = []
    while left:
        at = heapq.heappop(free)
        if any(_is_late(task, at) for task in left):
            late += [Planned(id=task.id, at=None) for task in left if _is_late(task, at)]
            left = [task for task in left if not _is_late(task, at)]
        chosen = next((task for task in left if task.opens(at) <= at), None)
        if chosen is not None:
            left.remove(chosen)
            planned.append(Planned(id=chosen.id, at=at))
            heapq.heappush(free, at + length)
        elif left:
            heapq.heappush(free, min(task.opens(at) for task in left))
    return (*planned, *late)


def drawn(ranked: Sequence[Wanted], now: datetime) -> list[Wanted]:
    """The same, where those of one lottery share their places by lot: nobody else moves.

    Who has waited for long takes part no more: it is about who is called first, not who never is.
    """
    found = list(ranked)
    places: dict[str, list[int]] = {}
    for place, task in enumerate(ranked):
        if task.lottery and now - task.opened_at <= PATIENCE:
            places.setdefault(task.lottery, []).append(place)
    for theirs in places.values():
        by_lot = sorted((ranked[place] for place in theirs), key=lambda task: (task.lot, task.id))
        for place, task in zip(theirs, by_lot, strict=True):
            found[place] = task
    return found


def _is_late(task: Wanted, at: datetime) -> bool:
    return task.deadline is not None and task.deadline <= at
