"""Stories: everything that is kept of some people, read with one query a table, however many they are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Select, Table, select

from outreach.domain.contact import mask
from outreach.domain.message import Content
from outreach.domain.story import (
    AnswerRecord,
    AttemptRecord,
    BarRecord,
    CallRecord,
    ConsentRecord,
    ContactRecord,
    CoreCallRecord,
    EvidenceRecord,
    MessageRecord,
    OutreachRecord,
    ReceiptRecord,
    ReplyRecord,
    Story,
    WishRecord,
)
from outreach.domain.story_outcomes import OutcomeRecord
from outreach.store.database import Tx
from outreach.store.history_cases import case_records
from outreach.store.history_decided import decision_record, flag_record
from outreach.store.history_held import Between, between
from outreach.store.history_net import NET, net_records
from outreach.store.history_outcomes import outcome_records
from outreach.store.history_reports import report_record, welfare_record
from outreach.store.history_tasks import change_record, changes, task_record
from outreach.store.intake import chunks
from outreach.store.noted import noted
from outreach.store.tables import (
    acknowledgments,
    attempts,
    bars,
    calls,
    cases,
    consents,
    contact_points,
    core_calls,
    decisions,
    evidence,
    flags,
    forgotten,
    legal_holds,
    messages,
    notes,
    outreaches,
    people,
    profiles,
    reach_wishes,
    receipts,
    replies,
    report_files,
    reports,
    suppressions,
    tasks,
    welfare,
)

Rows = dict[str, list[Row[Any]]]
"""Rows by the person they are of."""


def story(tx: Tx, person: str, *, reveal: bool = False) -> Story:
    """All that is kept of one person. Addresses are masked unless `reveal`; who reveals, audits first."""
    return stories(tx, [person], reveal=reveal)[person]


def stories(tx: Tx, persons: Iterable[str], *, reveal: bool = False) -> dict[str, Story]:
    """The story of each of these people, in their order; one with nothing kept of it is empty."""
    wanted = list(dict.fromkeys(persons))
    shelf = _read(tx, wanted)
    show: Callable[[str], str] = (lambda address: address) if reveal else mask
    return {person: _story(tx, person, shelf, show) for person in wanted}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What was read for some people: the rows of each table by person, and what is looked up by key."""

    rows: Mapping[str, Rows]
    suppressed: Mapping[tuple[str, str], str]  # (address hash, channel) → why
    changes: Mapping[str, Sequence[Row[Any]]]  # task → what was done with it
    between: Between  # approvals and halts
    outcomes: Mapping[str, Sequence[OutcomeRecord]]


def _read(tx: Tx, persons: Sequence[str]) -> _Shelf:
    rows: dict[str, Rows] = {
        table.name: _by_person(_of(tx, table, column, persons), column.name) for table, column in _OF_PERSON
    }
    outreach_of = {row.id: person for person, kept in rows["outreaches"].items() for row in kept}
    message_of = {row.id: person for person, kept in rows["messages"].items() for row in kept}
    for table, column, owners in (
        (bars, bars.c.outreach, outreach_of),
        (attempts, attempts.c.message, message_of),
        (receipts, receipts.c.message, message_of),
        (evidence, evidence.c.message, message_of),
    ):
        rows[table.name] = _by_person(_of(tx, table, column, owners), column.name, owners)
    hashes = {row.value_hmac for kept in rows["contact_points"].values() for row in kept}
    dead = _of(tx, suppressions, suppressions.c.value_hmac, hashes)
    return _Shelf(
        rows=rows,
        suppressed={(row.value_hmac, row.channel): row.reason for row in dead if row.lifted_at is None},
        between=between(tx, [row for kept in rows["outreaches"].values() for row in kept]),
        changes=changes(tx, rows["tasks"]),
        outcomes=outcome_records(tx, persons),
    )


_OF_PERSON: tuple[tuple[Table[Any], Column[Any]], ...] = (
    (people, people.c.id),
    (profiles, profiles.c.person),
    (contact_points, contact_points.c.person),
    (consents, consents.c.person),
    (flags, flags.c.person),
    (decisions, decisions.c.person),
    (outreaches, outreaches.c.person),
    (messages, messages.c.person),
    (replies, replies.c.person),
    (acknowledgments, acknowledgments.c.person),
    (tasks, tasks.c.person),
    (calls, calls.c.person),
    (core_calls, core_calls.c.person),
    (cases, cases.c.person),
    (reach_wishes, reach_wishes.c.person),
    *NET,
    (notes, notes.c.person),
    (reports, reports.c.person),
    (report_files, report_files.c.person),
    (welfare, welfare.c.person),
    (legal_holds, legal_holds.c.person),
    (forgotten, forgotten.c.id),
)


def _of(tx: Tx, table: Table[Any], column: Column[Any], values: Iterable[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for chunk in chunks(values):
        query: Select[Any] = select(table).where(column.in_(chunk))
        found.extend(tx.connection.execute(query))
    return found


def _by_person(rows: Iterable[Row[Any]], key: str, owners: Mapping[str, str] | None = None) -> Rows:
    kept: Rows = defaultdict(list)
    for row in rows:
        value = getattr(row, key)
        kept[value if owners is None else owners[value]].append(row)
    return kept


# Ids rise with the millisecond only; within one, the step or the number tells the order.
def _story(tx: Tx, person: str, shelf: _Shelf, show: Callable[[str], str]) -> Story:
    def rows(table: Table[Any], *by: str) -> list[Row[Any]]:
        kept = shelf.rows[table.name].get(person, [])
        return sorted(kept, key=lambda row: (*(getattr(row, name) for name in by), getattr(row, "id", "")))

    known = next(iter(rows(people, "created_at")), None)
    profile = next(iter(rows(profiles, "updated_at")), None)
    return Story(
        person=person,
        user=tx.vault.open(known.user_ref_enc) if known else None,
        known_since=known.created_at if known else None,
        locale=profile.locale if profile else None,
        zone=profile.zone if profile else None,
        country=profile.country if profile else None,
        contacts=tuple(_contact(tx, row, shelf, show) for row in rows(contact_points, "valid_from")),
        consents=tuple(_plain(ConsentRecord, row) for row in rows(consents, "at", "channel")),
        flags=tuple(flag_record(row) for row in rows(flags, "flagged_at")),
        decisions=tuple(decision_record(row) for row in rows(decisions, "at")),
        outreaches=tuple(_outreach(row, shelf) for row in rows(outreaches, "opened_at")),
        bars=tuple(_plain(BarRecord, row) for row in rows(bars, "at", "step")),
        stopped=shelf.between.of(rows(outreaches, "opened_at")),
        **_said(tx, rows, show),
        tasks=tuple(task_record(tx, row, shelf.changes) for row in rows(tasks, "opened_at")),
        task_changes=tuple(
            change_record(each, row.kind)
            for row in rows(tasks, "opened_at")
            for each in shelf.changes.get(row.id, ())
        ),
        cases=case_records(tx, rows(cases, "opened_at")),
        reports=tuple(report_record(tx, row, rows(report_files, "n"), show) for row in rows(reports, "at")),
        net=net_records(tx, rows),
        outcomes=tuple(shelf.outcomes[person]),
        welfare=tuple(welfare_record(tx, row) for row in rows(welfare, "at")),
        notes=noted(tx, rows(notes, "at"), rows(legal_holds, "at"), rows(forgotten, "at")),
    )


def _said(tx: Tx, rows: Callable[..., list[Row[Any]]], show: Callable[[str], str]) -> dict[str, Any]:
    """What was said between us, the person, the providers and the core."""
    return dict(
        messages=tuple(message_record(tx, row, show) for row in rows(messages, "created_at", "step")),
        attempts=tuple(
            _plain(AttemptRecord, row, at="started_at") for row in rows(attempts, "started_at", "n")
        ),
        receipts=tuple(_plain(ReceiptRecord, row) for row in rows(receipts, "at")),
        evidence=tuple(_plain(EvidenceRecord, row) for row in rows(evidence, "at")),
        replies=tuple(_reply(tx, row) for row in rows(replies, "at")),
        answers=tuple(_plain(AnswerRecord, row) for row in rows(acknowledgments, "at")),
        calls=tuple(_plain(CallRecord, row) for row in rows(calls, "at", "n")),
        core_calls=tuple(_plain(CoreCallRecord, row) for row in rows(core_calls, "id")),
        wishes=tuple(_plain(WishRecord, row) for row in rows(reach_wishes, "at")),
    )


def _plain(record: type[Any], row: Row[Any], **renamed: str) -> Any:
    """A record whose fields are columns of the same name, but for those renamed."""
    names = record.__dataclass_fields__
    return record(**{name: getattr(row, renamed.get(name, name)) for name in names})


def _contact(tx: Tx, row: Row[Any], shelf: _Shelf, show: Callable[[str], str]) -> ContactRecord:
    return ContactRecord(
        channel=row.channel,
        shown=show(tx.vault.open(row.value_enc)),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        suppressed=shelf.suppressed.get((row.value_hmac, row.channel), ""),
    )


def _outreach(row: Row[Any], shelf: _Shelf) -> OutreachRecord:
    why = shelf.between.reason(row.approval) if row.state == "held" else ""
    return OutreachRecord(
        id=row.id,
        pattern=row.pattern,
        rule=row.rule,
        state=row.state,
        ladder=row.ladder,
        step=row.step,
        sent=row.sent,
        opened_at=row.opened_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        held_because=why,
    )


def message_record(tx: Tx, row: Row[Any], show: Callable[[str], str] = mask) -> MessageRecord:
    """A row of `messages`, opened."""
    return MessageRecord(
        id=row.id,
        at=row.created_at,
        outreach=row.outreach,
        step=row.step,
        reference=row.reference,
        channel=row.channel,
        locale=row.locale,
        template=row.template,
        template_sha256=row.template_sha256,
        status=row.status,
        status_at=row.status_at,
        to=show(tx.vault.open(row.to_enc)),
        content=Content(**json.loads(tx.vault.open(row.body_enc))),
    )


def _reply(tx: Tx, row: Row[Any]) -> ReplyRecord:
    return ReplyRecord(
        at=row.at,
        message=row.message,
        text=tx.vault.open(row.text_enc),
        kind=row.kind,
        answer=row.answer,
        confirmed=row.confirmed,
    )
