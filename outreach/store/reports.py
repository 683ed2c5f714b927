"""Reports: each kept once, with its pictures' hashes, and who ended it how."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from outreach.domain.message import reference
from outreach.domain.reporting import Told
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.sealed import is_empty
from outreach.store.tables import episodes, messages, people, profiles, report_files, reports, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report as it is written down. `form` is the hash of what it was sent with."""

    id: str
    person: str
    reference: str
    form: str
    via: str
    locale: str
    told: Told
    chain: str | None
    recovery_case: str | None
    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One picture of a report; `key` opens the file of this `name`."""

    n: int
    kind: str
    size: int
    sha256: str
    original_sha256: str
    name: str
    key: str = field(repr=False)


def by_form(tx: Tx, form: str) -> Row[Any] | None:
    """The report that came with this form, where one did."""
    return tx.connection.execute(select(reports).where(reports.c.form == form)).first()


def by_reference(tx: Tx, wanted: str) -> Row[Any] | None:
    """The report with this reference, in its one form."""
    return tx.connection.execute(select(reports).where(reports.c.reference == wanted)).first()


def fresh(tx: Tx) -> tuple[str, str]:
    """An id with a reference that no message and no report has."""
    while True:
        id = tx.new_id()
        short = reference(int(id, 16))
        taken = (
            select(messages.c.id).where(messages.c.reference == short),
            select(reports.c.id).where(reports.c.reference == short),
        )
        if not any(tx.connection.execute(query).first() for query in taken):
            return id, short


def keep(tx: Tx, kept: Kept, files: Sequence[File]) -> None:
    """Write a report and its pictures down. Conflict where its form was used before."""
    told = kept.told
    details = {
        "where": told.where,
        "words": told.words,
        "amount": told.amount_typed,
        "reach": told.reach.value,
        "reach_at": told.reach_at,
    }
    row = {
        "id": kept.id,
        "person": kept.person,
        "reference": kept.reference,
        "form": kept.form,
        "via": kept.via,
        "locale": kept.locale,
        "happened": told.happened.value,
        "money_left": told.money_left.value,
        "moment": told.moment.value,
        "amount": told.amount,
        "currency": told.currency,
        "chain": kept.chain,
        "details_enc": tx.vault.seal(json.dumps(details)),
        "recovery_case": kept.recovery_case,
        "state": "open",
        "at": kept.at,
        "due_at": kept.due_at,
        "outcome": None,
        "closed_by": None,
        "closed_at": None,
    }
    tx.insert(reports, [row])
    tx.insert(report_files, [_file(tx, kept, each) for each in files])


def _file(tx: Tx, kept: Kept, each: File) -> dict[str, object]:
    return {
        "id": tx.new_id(),
        "person": kept.person,
        "report": kept.id,
        "n": each.n,
        "kind": each.kind,
        "size": each.size,
        "sha256": each.sha256,
        "original_sha256": each.original_sha256,
        "name": each.name,
        "key_enc": tx.vault.seal(each.key),
        "at": kept.at,
    }


def spoken(tx: Tx, person: str) -> tuple[str | None, str | None] | None:
    """The locale and the zone of a person; None where they are not there."""
    query = (
        select(profiles.c.locale, profiles.c.zone)
        .select_from(people)
        .outerjoin(profiles, profiles.c.person == people.c.id)
        .where(people.c.id == person)
    )
    row = tx.connection.execute(query).first()
    return None if row is None else (row.locale, row.zone)


def open_episode(tx: Tx, person: str, beneficiaries: Collection[str]) -> str | None:
    """The person's open episode about one of these beneficiaries (keyed hashes), the newest."""
    query = (
        select(episodes.c.id)
        .where(episodes.c.person == person, episodes.c.beneficiary.in_(beneficiaries))
        .where(episodes.c.closed_at.is_(None))
        .order_by(episodes.c.opened_at.desc())
    )
    return tx.connection.execute(query).scalars().first()


def count_since(tx: Tx, since: datetime, *, person: str = "", via: str = "") -> int:
    """How many reports came since then, of one person or by one way."""
    query = select(func.count()).select_from(reports).where(reports.c.at > since)
    if person:
        query = query.where(reports.c.person == person)
    if via:
        query = query.where(reports.c.via == via)
    return int(tx.connection.execute(query).scalar_one())


def listed(tx: Tx, *, closed: bool = False) -> list[Row[Any]]:
    """The open reports, the one due first first; with `closed` every report, the newest first."""
    query = select(reports)
    if closed:
        return list(tx.connection.execute(query.order_by(reports.c.at.desc(), reports.c.id.desc())))
    order = (reports.c.due_at, reports.c.id)
    return list(tx.connection.execute(query.where(reports.c.state == "open").order_by(*order)))


def files_of(tx: Tx, report: str) -> list[File]:
    """The pictures of a report that can still be opened, in their order."""
    query = select(report_files).where(report_files.c.report == report, ~_is_gone(tx))
    return [
        File(
            n=row.n,
            kind=row.kind,
            size=row.size,
            sha256=row.sha256,
            original_sha256=row.original_sha256,
            name=row.name,
            key=tx.vault.open(row.key_enc),
        )
        for row in tx.connection.execute(query.order_by(report_files.c.n))
    ]


def names(tx: Tx) -> tuple[set[str], set[str]]:
    """The names of the files that are kept, and of those whose key was forgotten."""
    rows = tx.connection.execute(select(report_files.c.name, _is_gone(tx)))
    kept, gone = set[str](), set[str]()
    for name, is_gone in rows:
        (gone if is_gone else kept).add(name)
    return kept, gone


def _is_gone(tx: Tx) -> ColumnElement[bool]:
    return is_empty(tx, report_files.c.key_enc)


def close(tx: Tx, report: Row[Any], outcome: str, reason: str, actor: str, now: datetime) -> bool:
    """End a report, and the task that asked to read it; False where it had ended. Audited."""
    still = (reports.c.id == report.id) & (reports.c.state == "open")
    ended = {"state": "closed", "outcome": outcome, "closed_by": actor, "closed_at": now}
    if not tx.connection.execute(update(reports).where(still).values(**ended)).rowcount:
        return False
    task = (tasks.c.person == report.person) & (tasks.c.kind == "report") & (tasks.c.opened_at == report.at)
    open_one = task & tasks.c.state.in_(("open", "taken"))
    done = {"state": "done", "outcome": "handled", "closed_at": now, "owner": actor[:64], "lease_until": None}
    tx.connection.execute(update(tasks).where(open_one).values(**done))
    write_audit(tx, "report.close", report.id, reason, actor, now)
    return True


def details_of(tx: Tx, row: Row[Any]) -> dict[str, str]:
    """What a report says in its person's own words; nothing where it was forgotten."""
    text = tx.vault.open(row.details_enc)
    found: dict[str, str] = json.loads(text) if text else {}
    return found
