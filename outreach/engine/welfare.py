"""Somebody wrote of harming themselves: a person is told at once, and no machine writes to them any more.

Called wherever a person's own words come in, in the transaction that keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from outreach.domain.tasking import WELFARE
from outreach.domain.welfare import is_cry
from outreach.store import welfare as ledger
from outreach.store.database import Tx
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import WELFARE_STOPPED

WITHIN = timedelta(minutes=5)
"""By when somebody must have taken it; from then on it is an alarm."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A person's own words. `source` is reply, report or questionnaire; `beside` is what a colleague needs to
    know besides, such as how to reach them."""

    person: str
    source: str
    text: str = field(repr=False)
    beside: str = field(default="", repr=False)


def listen(tx: Tx, heard: Heard, now: datetime, within: timedelta = WITHIN) -> bool:
    """Whether these are words of self-harm; where they are, all that follows is written down in `tx`.

    A task for a person, due `within`, unless one that says as much still waits to be taken; and the stop of
    everything automatic to this person, until `outreach welfare resume`. The words are sealed in the task and
    logged nowhere.
    """
    if is_cry(heard.text):
        heed(tx, heard, now, within)
        return True
    return False


def heed(tx: Tx, heard: Heard, now: datetime, within: timedelta = WITHIN) -> None:
    """Act on words of self-harm, whatever of them is kept in `heard`; all of it is written down in `tx`."""
    is_new = ledger.stop(tx, heard.person, heard.source, now)
    if not ledger.is_waiting(tx, heard.person, heard.beside):
        open_tasks(tx, [_task(heard, now, now + within)])
    log.warning(WELFARE_STOPPED, person=heard.person, source=heard.source, new=is_new)


def _task(heard: Heard, now: datetime, due_at: datetime) -> Task:
    beside = f"\n{heard.beside}" if heard.beside else ""
    return Task(
        kind=WELFARE,
        person=heard.person,
        outreach=None,
        step=None,
        text=f"Wrote of harming themselves ({heard.source}): {heard.text}{beside}",
        opened_at=now,
        due_at=due_at,
    )
