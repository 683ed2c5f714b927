"""The tasks of a story: their rows as records, and what was done with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from outreach.domain.story import TaskChangeRecord, TaskRecord
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import audit


def changes(tx: Tx, kept: Mapping[str, Sequence[Row[Any]]]) -> dict[str, list[Row[Any]]]:
    """What was done with these people's tasks, by task."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for chunk in chunks(row.id for rows in kept.values() for row in rows):
        query = select(audit).where(audit.c.object.in_(chunk), audit.c.act.like("task.%"))
        for row in tx.connection.execute(query.order_by(audit.c.at, audit.c.id)):
            found[row.object].append(row)
    return found


def change_record(row: Row[Any], kind: str) -> TaskChangeRecord:
    """One thing done with a task of this kind."""
    return TaskChangeRecord(at=row.at, act=row.act, actor=row.actor, kind=kind)


def task_record(tx: Tx, row: Row[Any], changes: Mapping[str, Sequence[Row[Any]]]) -> TaskRecord:
    """A row of `tasks`, opened."""
    because = [change.reason for change in changes.get(row.id, ()) if change.act == "task.dropped"]
    return TaskRecord(
        id=row.id,
        at=row.opened_at,
        kind=row.kind,
        outreach=row.outreach,
        step=row.step,
        text=tx.vault.open(row.text_enc),
        due_at=row.due_at,
        owner=row.owner,
        state=row.state,
        closed_at=row.closed_at,
        outcome=row.outcome,
        dropped_because=next(iter(because), None),
    )
