"""Tasks: opened once, taken by one at a time, and ended with what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update

from outreach.domain.tasking import IN_DOUBT, TaskState
from outreach.store.climb import Lease
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something only a person can do. `text` is sealed."""

    kind: str
    person: str
    outreach: str | None
    step: int | None
    text: str = field(repr=False)
    opened_at: datetime
    due_at: datetime


def open_tasks(tx: Tx, wanted: Sequence[Task]) -> None:
    """Open these tasks; one of the same kind for the same step is opened once.

    A doubt comes back where a message that a person cleared was sent again: its task is opened again.
    """
    tx.insert_new(
        tasks,
        [
            {
                "id": tx.new_id(),
                "kind": task.kind,
                "person": task.person,
                "outreach": task.outreach,
                "step": task.step,
                "text_enc": tx.vault.seal(task.text),
                "opened_at": task.opened_at,
                "due_at": task.due_at,
                "owner": None,
                "state": "open",
                "closed_at": None,
            }
            for task in wanted
        ],
    )
    for task in wanted:
        if task.kind == IN_DOUBT:
            _open_again(tx, task)


def _open_again(tx: Tx, task: Task) -> None:
    same = (tasks.c.kind == task.kind) & (tasks.c.outreach == task.outreach) & (tasks.c.step == task.step)
    afresh = {"opened_at": task.opened_at, "due_at": task.due_at, "owner": None, "closed_at": None}
    sealed = tx.vault.seal(task.text)
    change = update(tasks).where(same, tasks.c.state == TaskState.DONE)
    tx.connection.execute(change.values(state="open", outcome=None, taken_at=None, text_enc=sealed, **afresh))


def is_free(lease: Lease) -> ColumnElement[bool]:
    """That nobody works on a task: open, or taken by somebody whose lease has ended."""
    ended = and_(tasks.c.state == "taken", tasks.c.lease_until <= lease.now)
    return or_(tasks.c.state == "open", ended)


def take(tx: Tx, task: str, lease: Lease, now: datetime) -> bool:
    """Take a task for the lease's holder; False where somebody else was first. Renews one's own.

    One UPDATE, so that no two ever hold one; audited.
    """
    own = and_(tasks.c.state == "taken", tasks.c.owner == lease.holder)
    change = (
        update(tasks)
        .where(tasks.c.id == task, or_(is_free(lease), own))
        .values(state="taken", owner=lease.holder, taken_at=now, lease_until=lease.until)
        .returning(tasks.c.id)
    )
    is_ours = tx.connection.execute(change).first() is not None
    if is_ours:
        write_audit(tx, "task.take", task, "", lease.holder, now)
    return is_ours


def give_back(tx: Tx, task: str, actor: str, now: datetime) -> bool:
    """Let others have a task that this actor took; False where it is not theirs. Audited."""
    change = (
        update(tasks)
        .where(tasks.c.id == task, tasks.c.state == "taken", tasks.c.owner == actor)
        .values(state="open", owner=None, taken_at=None, lease_until=None)
        .returning(tasks.c.id)
    )
    is_given = tx.connection.execute(change).first() is not None
    if is_given:
        write_audit(tx, "task.give_back", task, "", actor, now)
    return is_given


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a task ends, or is put off: `again_at` opens it again, not before then and due at `due_at`."""

    task: str
    state: TaskState
    outcome: str
    actor: str
    reason: str = ""
    again_at: datetime | None = None
    due_at: datetime | None = None


def end(tx: Tx, ending: End, now: datetime) -> None:
    """Write how a task ended; audited. The caller has looked at it in this transaction."""
    values: dict[str, object] = {"outcome": ending.outcome, "lease_until": None}
    if ending.state is TaskState.OPEN:
        values |= {"not_before": ending.again_at, "due_at": ending.due_at, "owner": None, "taken_at": None}
    else:
        values |= {"closed_at": now, "owner": ending.actor}
    change = update(tasks).where(tasks.c.id == ending.task)
    tx.connection.execute(change.values(state=ending.state.value, **values))
    act = "put_off" if ending.state is TaskState.OPEN else ending.state.value
    write_audit(tx, f"task.{act}", ending.task, ending.reason or ending.outcome, ending.actor, now)


def drop(tx: Tx, which: ColumnElement[bool], ending: tuple[str, str], actor: str, now: datetime) -> int:
    """Drop the open tasks of which this is true, with outcome and reason; their number. Each is audited."""
    outcome, reason = ending
    change = (
        update(tasks)
        .where(which, tasks.c.state == "open")
        .values(state="dropped", closed_at=now, outcome=outcome)
        .returning(tasks.c.id)
    )
    dropped = list(tx.connection.execute(change).scalars())
    for task in dropped:
        write_audit(tx, "task.dropped", task, reason, actor, now)
    return len(dropped)
