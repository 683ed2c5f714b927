"""The recovery cases of a story, with their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from outreach.domain.story_cases import CaseRecord, CaseStepRecord
from outreach.store.database import Tx
from outreach.store.tables import case_steps


def case_records(tx: Tx, rows: Sequence[Row[Any]]) -> tuple[CaseRecord, ...]:
    """Rows of `cases` of one person, opened."""
    if not rows:
        return ()
    query = select(case_steps).where(tx.among(case_steps.c.case, [row.id for row in rows]))
    steps = list(tx.connection.execute(query.order_by(case_steps.c.case, case_steps.c.n)))
    return tuple(
        CaseRecord(
            id=row.id,
            source=row.source,
            state=row.state,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            steps=tuple(_step(tx, step) for step in steps if step.case == row.id),
        )
        for row in rows
    )


def _step(tx: Tx, row: Row[Any]) -> CaseStepRecord:
    note = tx.vault.open(row.note_enc)
    return CaseStepRecord(at=row.at, act=row.act, role=row.role, actor=row.actor, note=note)
