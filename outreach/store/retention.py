"""Retention: what is personal goes when its time is over, class by class, and nothing of what is still open.

Looking for it takes no lock; what is found goes in small transactions that ask again before they change it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, cast, delete, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT

from outreach.store.database import Store, Tx
from outreach.store.sealed import is_empty, sealed_columns
from outreach.store.tables import (
    attempts,
    case_steps,
    case_transfers,
    cases,
    contact_points,
    decisions,
    legal_holds,
    messages,
    notes,
    outcome_unread,
    outreaches,
    payees,
    quarantine,
    question_answers,
    receipts,
    replies,
    report_files,
    reports,
    tasks,
    welfare,
)
from outreach.store.types import Json

BATCH = 500

Private = Collection[str]
"""The names of the facts that are about a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What would go of a class: how many rows, and since when the oldest of them is there."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Rows that go at one age: counted from which moment, which of them, and what is done about them."""

    at: Column[Any]
    is_due: Callable[[Tx, Private], ColumnElement[bool]]
    take: Callable[[Tx, Private], Any]

    @property
    def key(self) -> Column[Any]:
        """The row's own key."""
        (column,) = self.at.table.primary_key.columns
        return column


def due(tx: Tx, one: Class, before: datetime, private: Private) -> Due:
    """What would go now of what is older than `before`."""
    query = select(func.count(), func.min(one.at)).where(one.at < before, one.is_due(tx, private))
    count, oldest = tx.connection.execute(query).one()
    return Due(count=count, oldest=oldest)


def take_batch(
    store: Store, one: Class, before: datetime, private: Private, after: str
) -> tuple[int, str | None]:
    """Take away one batch of what stands behind the row `after`: how many, and the last one looked at."""
    with store.read() as tx:
        found = select(one.key).where(one.key > after, one.at < before, one.is_due(tx, private))
        keys = list(tx.connection.execute(found.order_by(one.key).limit(BATCH)).scalars())
    if not keys:
        return 0, None
    with store.begin() as tx:
        these = tx.among(one.key, keys) & one.is_due(tx, private)  # asked again: it may be open by now
        return int(tx.connection.execute(one.take(tx, private).where(these)).rowcount), keys[-1]


def _is_left_alone(person: ColumnElement[Any]) -> ColumnElement[bool]:
    """That nothing is open about this person, and no legal hold stands."""
    climb, hold, case, task = (t.alias() for t in (outreaches, legal_holds, cases, tasks))
    open_rows = (
        select(climb.c.id).where(climb.c.person == person, climb.c.state != "closed"),
        select(hold.c.id).where(hold.c.person == person, hold.c.lifted_at.is_(None)),
        select(case.c.id).where(case.c.person == person, case.c.state == "open"),
        select(task.c.id).where(task.c.person == person, task.c.state.in_(("open", "taken"))),
    )
    return ~or_(*(query.exists() for query in open_rows))


def _is_settled() -> ColumnElement[bool]:
    open_attempts = select(attempts.c.id).where(
        attempts.c.message == messages.c.id,
        or_(
            attempts.c.finished_at.is_(None), (attempts.c.result == "unknown") & attempts.c.settled.is_(None)
        ),
    )
    return ~open_attempts.exists()


def _emptied(tx: Tx, table: Any, **also: object) -> Any:
    """Seal nothing in every sealed field; one sealing serves all rows: there is nothing to tell apart."""
    columns = [each for each in sealed_columns() if each.table is table]
    return update(table).values(**{e.column.name: tx.vault.seal(e.emptied) for e in columns}, **also)


def _has_private(tx: Tx, private: Private) -> ColumnElement[bool]:
    names = sorted(private)
    if tx.connection.dialect.name == "postgresql":
        return func.jsonb_exists_any(decisions.c.facts, cast(names, ARRAY(TEXT)))
    return or_(false(), *(func.json_type(decisions.c.facts, f'$."{name}"').is_not(None) for name in names))


def _without_private(tx: Tx, private: Private) -> Any:
    names = sorted(private)
    facts: Any = decisions.c.facts
    if tx.connection.dialect.name == "postgresql":
        kept: Any = cast(facts, JSONB).op("-", return_type=Json)(cast(names, ARRAY(TEXT)))
    else:
        kept = func.json_remove(facts, *(f'$."{name}"' for name in names), type_=Json)
    return update(decisions).values(facts=kept)


def _is_closed() -> ColumnElement[bool]:
    whose = select(reports.c.id).where(reports.c.id == report_files.c.report, reports.c.state == "closed")
    return whose.exists()


def _of_message(column: ColumnElement[Any]) -> ColumnElement[bool]:
    whose = select(messages.c.id).where(messages.c.id == column, _is_left_alone(messages.c.person))
    return whose.exists()


CLASSES: Mapping[str, tuple[Class, ...]] = {
    "messages": (
        Class(
            at=messages.c.created_at,
            is_due=lambda tx, _: (
                (messages.c.to_hmac != "") & _is_settled() & _is_left_alone(messages.c.person)
            ),
            take=lambda tx, _: _emptied(tx, messages, to_hmac=""),
        ),
    ),
    "replies": (
        Class(
            at=replies.c.at,
            is_due=lambda tx, _: (
                (replies.c.from_hmac != "")
                & replies.c.answer_due.is_(None)
                & or_(replies.c.person.is_(None), _is_left_alone(replies.c.person))
            ),
            take=lambda tx, _: _emptied(tx, replies, from_hmac="", provider_ref=replies.c.id),
        ),
        Class(
            at=question_answers.c.at,
            is_due=lambda tx, _: (
                question_answers.c.text_enc.is_not(None) & _is_left_alone(question_answers.c.person)
            ),
            take=lambda tx, _: update(question_answers).values(text_enc=None),
        ),
    ),
    "reports": (
        Class(
            at=reports.c.closed_at,
            is_due=lambda tx, _: ~is_empty(tx, reports.c.details_enc) & _is_left_alone(reports.c.person),
            take=lambda tx, _: _emptied(tx, reports),
        ),
        Class(
            at=report_files.c.at,
            is_due=lambda tx, _: (
                ~is_empty(tx, report_files.c.key_enc) & _is_closed() & _is_left_alone(report_files.c.person)
            ),
            take=lambda tx, _: _emptied(tx, report_files),
        ),
        Class(
            at=welfare.c.lifted_at,
            is_due=lambda tx, _: ~is_empty(tx, welfare.c.reason_enc) & _is_left_alone(welfare.c.person),
            take=lambda tx, _: _emptied(tx, welfare),
        ),
    ),
    "tasks": (
        Class(
            at=tasks.c.closed_at,
            is_due=lambda tx, _: ~is_empty(tx, tasks.c.text_enc) & _is_left_alone(tasks.c.person),
            take=lambda tx, _: _emptied(tx, tasks),
        ),
    ),
    "cases": (
        Class(
            at=cases.c.opened_at,
            is_due=lambda tx, _: cases.c.narrative_enc.is_not(None) & _is_left_alone(cases.c.person),
            take=lambda tx, _: update(cases).values(narrative_enc=None),
        ),
        Class(
            at=case_transfers.c.at,
            is_due=lambda tx, _: (
                ~is_empty(tx, case_transfers.c.place_enc) & _is_left_alone(case_transfers.c.person)
            ),
            take=lambda tx, _: _emptied(tx, case_transfers, transfer_ref=None),
        ),
        Class(
            at=case_steps.c.at,
            is_due=lambda tx, _: ~is_empty(tx, case_steps.c.note_enc) & _is_left_alone(case_steps.c.person),
            take=lambda tx, _: _emptied(tx, case_steps),
        ),
    ),
    "notes": (
        Class(
            at=notes.c.at,
            is_due=lambda tx, _: _is_left_alone(notes.c.person),
            take=lambda tx, _: delete(notes),
        ),
    ),
    "former_addresses": (
        Class(
            at=contact_points.c.valid_to,
            is_due=lambda tx, _: _is_left_alone(contact_points.c.person),
            take=lambda tx, _: delete(contact_points),
        ),
    ),
    "facts": (
        Class(
            at=decisions.c.at,
            is_due=lambda tx, private: _has_private(tx, private) & _is_left_alone(decisions.c.person),
            take=_without_private,
        ),
    ),
    "quarantine": (
        Class(
            at=quarantine.c.at,
            is_due=lambda tx, _: ~is_empty(tx, quarantine.c.text_enc),
            take=lambda tx, _: _emptied(tx, quarantine),
        ),
        Class(
            at=outcome_unread.c.at,
            is_due=lambda tx, _: ~is_empty(tx, outcome_unread.c.text_enc),
            take=lambda tx, _: _emptied(tx, outcome_unread),
        ),
    ),
    "payees": (
        Class(
            at=payees.c.last_at,
            is_due=lambda tx, _: _is_left_alone(payees.c.person),
            take=lambda tx, _: delete(payees),
        ),
    ),
    "references": (
        Class(
            at=attempts.c.finished_at,
            is_due=lambda tx, _: attempts.c.provider_ref.is_not(None) & _of_message(attempts.c.message),
            take=lambda tx, _: update(attempts).values(provider_ref=None),
        ),
        Class(
            at=receipts.c.received_at,
            is_due=lambda tx, _: (
                receipts.c.provider_ref.is_not(None)
                & or_(receipts.c.message.is_(None), _of_message(receipts.c.message))
            ),
            take=lambda tx, _: update(receipts).values(provider_ref=None),
        ),
    ),
}
"""What goes, by the name of its setting. Suppressions, consents and cited texts are in none of them."""
