"""Tasks as entries: who took them, each call with what came of it, and how they ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach.domain import wording
from outreach.domain.entry import Entry, Kind, pairs
from outreach.domain.moment import both
from outreach.domain.story import CallRecord, TaskChangeRecord, TaskRecord
from outreach.domain.wording import say

ENDS = frozenset({"task.done", "task.put_off", "task.dropped"})
"""Changes that the task itself, or its call, tells already."""


def tell_task(task: TaskRecord, scripts: Mapping[tuple[str, int], str], zone: str | None) -> Iterator[Entry]:
    """A task, and its end where it has ended."""
    what = say(wording.TASKS, task.kind)
    # A call's text is its message's text, which stands beside it already.
    is_said = scripts.get((task.outreach or "", -1 if task.step is None else task.step)) == task.text
    yield Entry(
        at=task.at,
        kind=Kind.TASK,
        title=f"Task for a person: {what}",
        details=pairs(
            ("state", say(wording.TASK_STATES, task.state)),
            ("due", both(task.due_at, zone)),
            ("owner", task.owner),
            ("text", None if is_said else task.text),
        ),
    )
    if task.closed_at is not None:
        word = say(wording.TASK_STATES, task.state)
        known = wording.CALL_OUTCOMES.get(task.outcome or "") or wording.CLOSES.get(task.outcome or "")
        details = pairs(("outcome", known), ("by", task.owner), ("because", task.dropped_because))
        yield Entry(at=task.closed_at, kind=Kind.TASK, title=f"Task {word}: {what}", details=details)


def tell_task_change(change: TaskChangeRecord) -> Iterator[Entry]:
    """Who took a task, gave it back, or saw the number."""
    if change.act not in ENDS:
        title = f"{say(wording.TASK_CHANGES, change.act)}: {say(wording.TASKS, change.kind)}"
        yield Entry(at=change.at, kind=Kind.TASK, title=title, details=pairs(("by", change.actor)))


def tell_call(call: CallRecord, zone: str | None) -> Entry:
    """A try to reach the person by phone."""
    return Entry(
        at=call.at,
        kind=Kind.TASK,
        title=f"Call {call.n}: {say(wording.CALL_OUTCOMES, call.outcome)}",
        details=pairs(("by", call.actor), ("again from", both(call.next_at, zone) if call.next_at else None)),
    )
