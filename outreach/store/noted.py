"""What people at the firm wrote down of a person, and what they decided about what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from outreach.domain.story import NoteRecord
from outreach.store.database import Tx

GONE = "The person was forgotten: what named them is gone."

Rows = Sequence[Row[Any]]


def noted(tx: Tx, notes: Rows, holds: Rows, forgotten: Rows) -> tuple[NoteRecord, ...]:
    """Notes, legal holds and the forgetting, as notes; they are told in the order of their moments."""
    written = (NoteRecord(at=row.at, actor=row.actor, text=tx.vault.open(row.text_enc)) for row in notes)
    ends = (NoteRecord(at=row.at, actor=row.actor, text=GONE) for row in forgotten)
    return (*written, *_holds(holds), *ends)


def _holds(rows: Rows) -> Iterator[NoteRecord]:
    for row in rows:
        yield NoteRecord(at=row.at, actor=row.actor, text=f"Legal hold: {row.reason}")
        if row.lifted_at is not None:
            yield NoteRecord(at=row.lifted_at, actor=row.lifted_by, text="Legal hold lifted.")
