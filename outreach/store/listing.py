"""The list of messages, newest first, streamed; and one message by its reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from outreach.domain.story import MessageRecord
from outreach.store.database import Tx
from outreach.store.history import message_record
from outreach.store.tables import acknowledgments, messages, outreaches, profiles

STREAMED = 1_000
"""Rows in memory at once, however long the list is."""

Place = tuple[datetime, str]
"""Where a list goes on: the time and the id of the row before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages: written at `since` or later, before `until`; None and "" leave a question open."""

    since: datetime | None = None
    until: datetime | None = None
    pattern: str = ""
    channel: str = ""
    status: str = ""
    limit: int | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One message of the list, without its words."""

    at: datetime
    id: str
    reference: str
    person: str
    pattern: str
    rule: str
    channel: str
    locale: str
    template: str
    template_sha256: str
    status: str
    answer: str | None


def listing(tx: Tx, wanted: Wanted) -> Iterator[ListRow]:
    """The messages that fit, newest first; consume it while the transaction is open."""
    rows = tx.connection.execution_options(yield_per=STREAMED).execute(_query(wanted))
    for row in rows:
        yield ListRow(
            at=row.created_at,
            id=row.id,
            reference=row.reference,
            person=row.person,
            pattern=row.pattern,
            rule=row.rule,
            channel=row.channel,
            locale=row.locale,
            template=row.template,
            template_sha256=row.template_sha256,
            status=row.status,
            answer=row.answer,
        )


def _query(wanted: Wanted) -> Select[Any]:
    m = messages.c
    query = (
        select(
            m.created_at,
            m.id,
            m.reference,
            m.person,
            m.channel,
            m.locale,
            m.template,
            m.template_sha256,
            m.status,
            outreaches.c.pattern,
            outreaches.c.rule,
            acknowledgments.c.answer,
        )
        .join(outreaches, outreaches.c.id == m.outreach)
        .outerjoin(acknowledgments, acknowledgments.c.message == m.id)
        .order_by(m.created_at.desc(), m.id.desc())
        .limit(wanted.limit)
    )
    if wanted.since is not None:
        query = query.where(m.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(m.created_at < wanted.until)
    if wanted.after is not None:
        at, id = wanted.after
        query = query.where(m.created_at <= at, or_(m.created_at < at, m.id < id))
    asked = {outreaches.c.pattern: wanted.pattern, m.channel: wanted.channel, m.status: wanted.status}
    return query.where(*(column == word for column, word in asked.items() if word))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message with what it was about; its address is masked."""

    person: str
    pattern: str
    zone: str | None
    message: MessageRecord


def message(tx: Tx, reference: str) -> Said | None:
    """The message with this reference (in its one form, see `read_reference`); None where it is not ours."""
    query = (
        select(messages, outreaches.c.pattern, profiles.c.zone)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .outerjoin(profiles, profiles.c.person == messages.c.person)
        .where(messages.c.reference == reference)
    )
    row: Any = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    return Said(person=row.person, pattern=row.pattern, zone=row.zone, message=message_record(tx, row))
