"""Tasks: what only a person at the firm can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.store.database import Tx
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
    """Open these tasks; one of the same kind for the same step is opened once."""
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
