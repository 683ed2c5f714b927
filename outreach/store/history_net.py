"""The safety net's rows of a person, as records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Row, Table

from outreach.domain.story_net import HoldRecord, NetRecords, QuestioningRecord, QuestionRecord, RepeatRecord
from outreach.store.database import Tx
from outreach.store.tables import hold_words, question_answers, questionings, repeats

NET: tuple[tuple[Table[Any], Column[Any]], ...] = tuple(
    (table, table.c.person) for table in (hold_words, question_answers, questionings, repeats)
)
"""The tables, each with whose it is."""


def net_records(tx: Tx, rows: Callable[..., list[Row[Any]]]) -> NetRecords:
    """What `rows(table, *order)` has of a person."""
    return NetRecords(
        holds=tuple(
            HoldRecord(at=row.at, transfer_ref=row.transfer_ref, is_held=row.is_held, until=row.until)
            for row in rows(hold_words, "at", "n")
        ),
        repeats=tuple(RepeatRecord(at=row.at, what=row.what) for row in rows(repeats, "at")),
        questionings=tuple(_questioning(row) for row in rows(questionings, "opened_at")),
        questions=tuple(_question(tx, row) for row in rows(question_answers, "at", "n")),
    )


def _questioning(row: Row[Any]) -> QuestioningRecord:
    return QuestioningRecord(
        opened_at=row.opened_at,
        name=row.name,
        sha256=row.sha256,
        ended_at=row.ended_at,
        outcome=row.outcome,
    )


def _question(tx: Tx, row: Row[Any]) -> QuestionRecord:
    words = tx.vault.open(row.text_enc) if row.text_enc else ""
    return QuestionRecord(at=row.at, question=row.question, answer=row.answer, words=words)
