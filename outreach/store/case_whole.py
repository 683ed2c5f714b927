"""One case whole: what was done, asked, answered, sent and got back; and all cases in order of urgency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_, select

from outreach.domain.story import AnswerRecord, MessageRecord
from outreach.store import case_amounts, case_freezes
from outreach.store import cases as ledger
from outreach.store.case_amounts import Amount
from outreach.store.case_freezes import Freeze, Transfer
from outreach.store.cases import Case
from outreach.store.database import Tx
from outreach.store.history import message_record
from outreach.store.tables import (
    acknowledgments,
    case_steps,
    case_transfers,
    cases,
    messages,
    outreaches,
    people,
    report_files,
    reports,
)

SHORTEST_ID = 4
"""How many characters of a case's end name it, where they are its alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One thing that was done to a case, and by whom."""

    n: int
    act: str
    role: str
    actor: str
    was: str
    stage: str
    note: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecord:
    """A picture that was reported; `original_sha256` is of the file as it came."""

    at: datetime
    report: str
    n: int
    kind: str
    size: int
    sha256: str
    original_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCase:
    """A case with everything that belongs to it, each in its order. `user` is None where the person was
    forgotten. `messages`: what they were told about the same pattern, and the closing warnings."""

    case: Case
    user: str | None = field(repr=False)
    narrative: str = field(repr=False)
    transfers: Sequence[Transfer] = field(repr=False)
    freezes: Sequence[Freeze]
    steps: Sequence[StepRecord] = field(repr=False)
    amounts: Sequence[Amount]
    messages: Sequence[MessageRecord] = field(repr=False)
    answers: Sequence[AnswerRecord]
    pictures: Sequence[PictureRecord] = ()

    @property
    def back(self) -> Mapping[str, Decimal]:
        """What came back, by currency."""
        return case_amounts.back([*self.amounts])


def find(tx: Tx, typed: str) -> list[str]:
    """The cases whose id is this, or ends with it."""
    end = typed.strip().lower()
    if len(end) < SHORTEST_ID or not end.isalnum() or not end.isascii():
        return []
    query = select(cases.c.id).where(cases.c.id.endswith(end, autoescape=True)).order_by(cases.c.id).limit(5)
    return list(tx.connection.execute(query).scalars())


def whole(tx: Tx, id: str, *, reveal: bool = True) -> WholeCase | None:
    """One case; None where there is none. Addresses of messages are masked unless `reveal`."""
    row = tx.connection.execute(ledger.query().where(cases.c.id == id)).one_or_none()
    if row is None:
        return None
    case = ledger.read(row)
    known = select(people.c.user_ref_enc).where(people.c.id == case.person)
    sealed = tx.connection.execute(known).scalar_one_or_none()
    return WholeCase(
        case=case,
        user=tx.vault.open(sealed) if sealed else None,
        narrative=tx.vault.open(row.narrative_enc) if row.narrative_enc else "",
        transfers=case_freezes.transfers_of(tx, id),
        freezes=case_freezes.freezes_of(tx, id),
        steps=_steps(tx, id),
        amounts=case_amounts.of_case(tx, id),
        messages=_messages(tx, case, reveal=reveal),
        answers=_answers(tx, case),
        pictures=_pictures(tx, id),
    )


def _steps(tx: Tx, id: str) -> list[StepRecord]:
    query = select(case_steps).where(case_steps.c.case == id).order_by(case_steps.c.n)
    names = ("n", "act", "role", "actor", "was", "stage", "at")
    return [
        StepRecord(note=tx.vault.open(row.note_enc), **{name: getattr(row, name) for name in names})
        for row in tx.connection.execute(query)
    ]


def _messages(tx: Tx, case: Case, *, reveal: bool) -> list[MessageRecord]:
    closing = select(case_steps.c.warning).where(case_steps.c.case == case.id, case_steps.c.act == "close")
    own = (outreaches.c.person == case.person) & (outreaches.c.pattern == case.pattern)
    which = or_(own, outreaches.c.episode == case.episode, outreaches.c.id.in_(closing))
    query = (
        select(messages)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .where(which)
        .order_by(messages.c.created_at, messages.c.step, messages.c.id)
    )
    rows = tx.connection.execute(query)
    return [message_record(tx, row, str) if reveal else message_record(tx, row) for row in rows]


def _answers(tx: Tx, case: Case) -> list[AnswerRecord]:
    a = acknowledgments.c
    query = (
        select(a.at, a.outreach, a.message, a.answer, a.via)
        .join(outreaches, outreaches.c.id == a.outreach)
        .where(outreaches.c.episode == case.episode)
        .order_by(a.at, a.id)
    )
    return [AnswerRecord(**row._mapping) for row in tx.connection.execute(query)]


def _pictures(tx: Tx, id: str) -> list[PictureRecord]:
    f = report_files.c
    query = (
        select(f.at, reports.c.reference.label("report"), f.n, f.kind, f.size, f.sha256, f.original_sha256)
        .join(reports, reports.c.id == f.report)
        .where(reports.c.recovery_case == id)
        .order_by(f.at, f.id)
    )
    return [PictureRecord(**row._mapping) for row in tx.connection.execute(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A case in the list: what left and came back are by currency; a sum nobody knows is not in it."""

    case: Case
    left: Mapping[str, Decimal]
    back: Mapping[str, Decimal]


def listed(tx: Tx, *, with_closed: bool = False, at_most: int = 1000) -> list[Listed]:
    """The cases, the most urgent first: late ones, then by their next mark, then what is settled."""
    c = cases.c
    order = (c.late_since.asc().nulls_last(), c.due_at.asc().nulls_last(), c.opened_at, c.id)
    query = ledger.query().order_by(*order).limit(at_most)
    found = [
        ledger.read(row)
        for row in tx.connection.execute(query if with_closed else query.where(c.state == "open"))
    ]
    found.sort(key=lambda one: one.closed_at is not None)
    left = _left(tx, [one.id for one in found])
    return [
        Listed(
            case=one,
            left=left.get(one.id, {}),
            back=case_amounts.back(case_amounts.of_case(tx, one.id)),
        )
        for one in found
    ]


def _left(tx: Tx, ids: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    t = case_transfers.c
    query = select(t.case, t.currency, t.amount).where(tx.among(t.case, ids), t.amount.is_not(None))
    sums: dict[str, dict[str, Decimal]] = {}
    for case, currency, amount in tx.connection.execute(query):
        of = sums.setdefault(case, {})
        of[currency or "?"] = of.get(currency or "?", Decimal(0)) + amount
    return {
        case: {key: ledger.exact(value) or Decimal(0) for key, value in of.items()}
        for case, of in sums.items()
    }


def count_open(tx: Tx) -> int:
    """How many cases are open."""
    return int(tx.connection.execute(select(func.count()).where(cases.c.state == "open")).scalar_one())
