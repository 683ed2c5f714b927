"""What follows from the end of a task: another try, a silence, a dead number, a doubt settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.answer import Answer
from outreach.domain.calling import OVERHEARD, UNREACHED, CallOutcome
from outreach.domain.scale import Channel
from outreach.domain.tasking import DUE_WITHIN, Ending, OpenTask, TaskState
from outreach.store import calls, tasks
from outreach.store.contacts import suppress
from outreach.store.database import Tx
from outreach.store.tasklist import WholeTask
from outreach.store.tasks import End, Task, open_tasks

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a task: done, or open again at `again_at`. `says` tells what follows, in words."""

    state: TaskState
    again_at: datetime | None = None
    answer: Answer | None = None
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an agent says of a task: its outcome, what they learnt, and when to call again where agreed."""

    task: str
    outcome: str
    actor: str
    note: str = field(default="", repr=False)
    again_at: datetime | None = None


def close(tx: Tx, report: Report, state: TaskState, now: datetime, again: datetime | None = None) -> None:
    """End the task, or open it again at `again`."""
    due = again + DUE_WITHIN if again else None
    actor = report.actor[:LONGEST_NAME]
    ending = End(
        task=report.task, state=state, outcome=report.outcome, actor=actor, again_at=again, due_at=due
    )
    tasks.end(tx, ending, now)


def follow(tx: Tx, found: WholeTask, outcome: CallOutcome, again: datetime | None, now: datetime) -> str:
    """What follows from a call beside an answer; told in words."""
    if outcome in OVERHEARD and again is not None:
        calls.keep_silent(tx, found.task.person, again, now)
        return "Nothing is sent to this person until then."
    if outcome is CallOutcome.WRONG_NUMBER:
        if found.phone:
            suppress(tx, found.phone, Channel.SMS, outcome.value, now)
        text = "The phone number is somebody else's: look for another way to reach this person."
        open_tasks(tx, [_unreachable(found.task, text, now)])
        return "The number is not used any more; another way is to be found (a task)."
    if outcome in UNREACHED:
        return "" if again else "No further try: it would be one too many, or too late."
    return _SAYS.get(outcome, "")


_SAYS = {
    CallOutcome.REACHED_WARNED: "They were warned; that is no answer, and the ladder goes on.",
    CallOutcome.REFUSED: "That is no answer, and the ladder goes on.",
}


def _unreachable(task: OpenTask, text: str, now: datetime) -> Task:
    return Task(
        kind="unreachable",
        person=task.person,
        outreach=task.outreach,
        step=task.step,
        text=text,
        opened_at=now,
        due_at=now + DUE_WITHIN,
    )


def settle_doubt(tx: Tx, task: OpenTask, report: Report, now: datetime) -> Ended:
    """Somebody found out what became of a message."""
    is_there = report.outcome == Ending.DELIVERED
    again = (
        task.outreach is not None
        and task.step is not None
        and calls.settle_by_hand(tx, task.outreach, task.step, is_there=is_there, now=now)
    )
    close(tx, report, TaskState.DONE, now)
    if is_there:
        return Ended(state=TaskState.DONE, says="The message stands as accepted.")
    says = (
        "It is sent again at once, if the gate lets it."
        if again
        else "It is not sent again: the outreach has ended, or said something since."
    )
    return Ended(state=TaskState.DONE, says=says)
