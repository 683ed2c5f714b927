"""Freeze requests to firms: written down before anybody is asked, once a case, firm and transfer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, func, select, update

from outreach.store.cases import Case, exact
from outreach.store.database import Tx
from outreach.store.tables import case_freezes, case_transfers, cases, core_calls

CORE = "core"
"""The firm's own core system, among the firms that are asked."""

FIRST_WAIT = timedelta(seconds=10)
MOST_TRIES = 8
JITTER = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer of a case, opened. `chain` is empty where `place` is an account."""

    id: str
    case: str
    transfer_ref: str | None = field(repr=False)
    chain: str
    place: str = field(repr=False)
    amount: Decimal | None
    currency: str | None
    sent_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One request to one firm about one transfer."""

    id: str
    person: str
    case: str
    transfer: str
    firm: str
    way: str
    state: str
    tries: int
    due_at: datetime
    opened_at: datetime
    asked_at: datetime | None
    trouble: str | None
    answer_by: datetime | None
    reminded_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    amount: Decimal | None
    currency: str | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is awaited of it."""
        return self.answer is not None or self.state in {"refused", "dead"}


def transfers_of(tx: Tx, case: str) -> list[Transfer]:
    """What left, in the order it was told."""
    rows = select(case_transfers).where(case_transfers.c.case == case).order_by(case_transfers.c.id)
    return [_transfer(tx, row) for row in tx.connection.execute(rows)]


def _transfer(tx: Tx, row: Row[Any]) -> Transfer:
    opened = tx.vault.open(row.place_enc)
    place = json.loads(opened) if opened else {}  # empty: the person was forgotten
    return Transfer(
        id=row.id,
        case=row.case,
        transfer_ref=row.transfer_ref,
        chain=place.get("chain", ""),
        place=place.get("place", ""),
        amount=exact(row.amount),
        currency=row.currency,
        sent_at=row.sent_at,
        at=row.at,
    )


def freezes_of(tx: Tx, case: str) -> list[Freeze]:
    """Every request of a case, in the order they were written."""
    rows = select(case_freezes).where(case_freezes.c.case == case).order_by(case_freezes.c.id)
    return [read(row) for row in tx.connection.execute(rows)]


def read(row: Row[Any]) -> Freeze:
    """A row of `case_freezes`."""
    told = {name: getattr(row, name) for name in Freeze.__dataclass_fields__}
    return Freeze(**{**told, "amount": exact(row.amount)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to be written down. `way`: core, webhook or by_hand."""

    firm: str
    way: str
    transfer: str
    answer_by: datetime


def ask(tx: Tx, case: Case, wanted: Sequence[Request], now: datetime) -> int:
    """Write these requests down; the number that were not there before."""
    rows = [
        {
            "id": tx.new_id(),
            "person": case.person,
            "case": case.id,
            "transfer": each.transfer,
            "firm": each.firm,
            "way": each.way,
            "state": "unsent" if each.way == "by_hand" else "due",
            "tries": 0,
            "due_at": now,
            "opened_at": now,
            "asked_at": None,
            "trouble": None,
            "answer_by": each.answer_by,
            "reminded_at": None,
            "answer": None,
            "answered_at": None,
            "amount": None,
            "currency": None,
        }
        for each in wanted
    ]
    return tx.insert_new(case_freezes, rows)


def due(tx: Tx, now: datetime, at_most: int = 100) -> list[Freeze]:
    """Take the webhooks that are due; each is put off before it is sent, so a crash sends it again later."""
    query = (
        select(case_freezes)
        .where(case_freezes.c.state == "due", case_freezes.c.way == "webhook", case_freezes.c.due_at <= now)
        .order_by(case_freezes.c.due_at, case_freezes.c.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    found = [read(row) for row in tx.connection.execute(query)]
    for one in found:
        spread = 1 + JITTER * int(one.id[-8:], 16) / 0xFFFFFFFF
        is_over = one.tries >= MOST_TRIES
        next_at = now + FIRST_WAIT * 2**one.tries * spread
        values: dict[str, object] = {"state": "dead"} if is_over else {}
        values |= {} if is_over else {"tries": one.tries + 1, "due_at": next_at}
        tx.connection.execute(update(case_freezes).where(case_freezes.c.id == one.id).values(**values))
    return found


def transfer(tx: Tx, id: str) -> Transfer:
    """One transfer."""
    row = tx.connection.execute(select(case_transfers).where(case_transfers.c.id == id)).one()
    return _transfer(tx, row)


def heard(tx: Tx, id: str, now: datetime) -> None:
    """The firm took the request; what it did about it, only it can say."""
    _set(tx, id, "due", state="asked", asked_at=now, trouble=None)


def refused(tx: Tx, id: str, trouble: str, now: datetime) -> None:
    """The firm's machine said no to the request as it is: a dead letter."""
    _set(tx, id, "due", state="refused", asked_at=now, trouble=trouble[:64])


def put_off(tx: Tx, id: str, trouble: str, until: datetime | None) -> None:
    """Why it was not heard, and until when the firm asked us to wait, where it did."""
    _set(tx, id, "due", trouble=trouble[:64], **({"due_at": until} if until else {}))


def _set(tx: Tx, id: str, was: str, **values: object) -> None:
    change = update(case_freezes).where(case_freezes.c.id == id, case_freezes.c.state == was)
    tx.connection.execute(change.values(**values))


def sent_by_hand(tx: Tx, case: str, firm: str, answer_by: datetime, now: datetime) -> int:
    """A person sent the message to a firm that has no API; how many requests that were."""
    unsent = and_(case_freezes.c.case == case, case_freezes.c.firm == firm, case_freezes.c.state == "unsent")
    change = update(case_freezes).where(unsent)
    values = {"state": "asked", "asked_at": now, "answer_by": answer_by}
    return int(tx.connection.execute(change.values(**values)).rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a firm said: accepted, partial or refused; `amount` in `currency` where it said how much."""

    firm: str
    answer: str
    transfer: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


def answered(tx: Tx, case: str, told: Answer, now: datetime) -> int:
    """Keep a firm's answer to its requests of a case; how many that changed. The same again changes none."""
    of = (case_freezes.c.case == case) & (case_freezes.c.firm == told.firm)
    if told.transfer:
        of &= case_freezes.c.transfer == told.transfer
    amount = exact(told.amount)
    other = case_freezes.c.answer.is_distinct_from(told.answer) | case_freezes.c.amount.is_distinct_from(
        amount
    )
    values = {"answer": told.answer, "answered_at": now, "amount": amount, "currency": told.currency}
    heard = {"state": "asked", "asked_at": func.coalesce(case_freezes.c.asked_at, now)}
    return int(
        tx.connection.execute(update(case_freezes).where(of, other).values(**values, **heard)).rowcount
    )


def follow_core(tx: Tx) -> list[str]:
    """Take over how the core system stands to its freeze requests; the cases that changed."""
    changed: set[str] = set()
    query = (
        select(case_freezes.c.id, case_freezes.c.case, core_calls.c.state, core_calls.c.asked_at)
        .add_columns(core_calls.c.trouble)
        .join(case_transfers, case_transfers.c.id == case_freezes.c.transfer)
        .join(cases, cases.c.id == case_freezes.c.case)
        .join(
            core_calls,
            (core_calls.c.act == "freeze")
            & (core_calls.c.episode == cases.c.episode)
            & (core_calls.c.transfer_ref == case_transfers.c.transfer_ref),
        )
        .where(case_freezes.c.way == CORE, case_freezes.c.answer.is_(None))
        .where(
            core_calls.c.state.in_(("asked", "refused", "dead")), core_calls.c.state != case_freezes.c.state
        )
    )
    for id, case, state, asked_at, trouble in tx.connection.execute(query).all():
        values = {"state": state, "asked_at": asked_at, "trouble": trouble}
        tx.connection.execute(update(case_freezes).where(case_freezes.c.id == id).values(**values))
        changed.add(case)
    return sorted(changed)


def unanswered(tx: Tx, now: datetime) -> list[Freeze]:
    """Requests whose firm has let its time go by, of open cases, and of which nobody was told."""
    query = (
        select(case_freezes)
        .join(cases, cases.c.id == case_freezes.c.case)
        .where(cases.c.state == "open", case_freezes.c.answer.is_(None), case_freezes.c.answer_by <= now)
        .where(case_freezes.c.state.in_(("asked", "unsent", "dead", "refused")))
        .where(case_freezes.c.reminded_at.is_(None))
    )
    return [read(row) for row in tx.connection.execute(query)]


def remind(tx: Tx, id: str, now: datetime) -> bool:
    """Note that somebody was told that no answer came; True the first time."""
    change = update(case_freezes).where(case_freezes.c.id == id, case_freezes.c.reminded_at.is_(None))
    return int(tx.connection.execute(change.values(reminded_at=now)).rowcount) == 1
