"""Receipts: a provider's later word, kept once each, folded into the message's status (law 8)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    UpdateBase,
    any_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from outreach.domain.answer import Grade
from outreach.domain.delivery import Receipt, Status, advance
from outreach.domain.settling import How
from outreach.store.climb import CLIMBING, SETTLING
from outreach.store.database import Tx
from outreach.store.optouts import reconcile
from outreach.store.tables import attempts, evidence, messages, outreaches, receipts
from outreach.store.types import Instant

TAKEN = [status for status in Status if status.rank >= Status.ACCEPTED.rank]
"""What a receipt says of a message that the provider has, or had."""

TOGETHER = 500
"""Receipts in one statement."""

LOCKED = "55P03"
"""PostgreSQL's word for a row that somebody else holds."""


class Busy(Exception):
    """Somebody else holds one of several messages: nothing of the transaction may be kept; try again."""


def receive(tx: Tx, told: Sequence[Receipt], now: datetime) -> int:
    """Keep these receipts and fold them; the number that were new.

    A receipt settles a doubt about its message, and the climb goes on. One that names no message of ours is
    kept and changes nothing. Raises Busy only where they are about several messages.
    """
    return sum(_receive(tx, part, now) for part in _parts(told))


def _parts(told: Iterable[Receipt]) -> Iterator[list[Receipt]]:
    # In one order for everybody: two processes that keep the same receipts wait for each other, but never
    # each for the other.
    rest = iter(sorted({(r.provider, r.id): r for r in reversed([*told])}.items()))
    while part := list(islice(rest, TOGETHER)):
        yield [receipt for _, receipt in part]


def _receive(tx: Tx, told: Sequence[Receipt], now: datetime) -> int:
    fresh = _keep(tx, told, now)
    _hold(tx, {receipt.message for receipt in fresh})
    furthest: dict[str, Status] = {}
    for receipt in fresh:
        furthest[receipt.message] = advance(furthest.get(receipt.message, receipt.status), receipt.status)
    for status in set(furthest.values()):
        _fold(tx, [message for message, said in furthest.items() if said is status], status, now)
    _settle(tx, [message for message, said in furthest.items() if said in TAKEN], now)
    reconcile(tx, fresh, now)
    _note_opened(tx, [receipt for receipt in fresh if receipt.is_opened])
    return len(fresh)


def _keep(tx: Tx, told: Sequence[Receipt], now: datetime) -> list[Receipt]:
    """Write those that nobody wrote before."""
    by_id = {tx.new_id(): receipt for receipt in told}
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    new = insert(receipts).on_conflict_do_nothing().returning(receipts.c.id)
    kept = tx.connection.execute(new, [_row(id, receipt, now) for id, receipt in by_id.items()])
    return [by_id[id] for id in kept.scalars()]


def _row(id: str, receipt: Receipt, now: datetime) -> dict[str, object]:
    return {
        "id": id,
        "provider": receipt.provider,
        "event_id": receipt.id,
        "message": receipt.message,
        "provider_ref": receipt.ref or None,
        "status": receipt.status.value,
        "detail": _detail(receipt),
        "at": receipt.at,
        "received_at": now,
    }


def _detail(receipt: Receipt) -> dict[str, object] | None:
    word: dict[str, object] = {"word": receipt.word} if receipt.word else {}
    return (word | ({} if receipt.consent is None else {"consent": receipt.consent})) or None


def _hold(tx: Tx, ids: Collection[str]) -> None:
    """Whoever changes a message holds its outreach. Of several it is taken now or not at all: who waits for
    one while holding another may wait crosswise with a sender, and a sender must not be the one to fail.
    SQLite has one writer anyway."""
    if not ids or tx.connection.dialect.name != "postgresql":
        return
    theirs = select(messages.c.outreach).where(tx.among(messages.c.id, ids))
    held = select(outreaches.c.id).where(outreaches.c.id.in_(theirs))
    try:
        tx.connection.execute(held.with_for_update(nowait=len(ids) > 1))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == LOCKED:
            raise Busy from None
        raise


def _fold(tx: Tx, ids: Sequence[str], status: Status, now: datetime) -> None:
    _do(tx, _changes(tx.connection.dialect.name).fold[status], ids, now)


def _settle(tx: Tx, taken: Sequence[str], now: datetime) -> None:
    changes = _changes(tx.connection.dialect.name)
    _do(tx, changes.settle, taken, now)
    _do(tx, changes.wake, taken, now)


def _do(tx: Tx, change: UpdateBase, ids: Sequence[str], now: datetime) -> None:
    """Do this of all these messages at once: their ids are one parameter."""
    if ids:
        whole = ids if tx.connection.dialect.name == "postgresql" else json.dumps(ids)
        tx.each(change, [{"ids": whole, "now": now}])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What a receipt changes, written once: building these anew took 3 ms a transaction."""

    fold: Mapping[Status, UpdateBase]
    settle: UpdateBase
    wake: UpdateBase


@cache
def _changes(dialect: str) -> _Changes:
    def among(column: ColumnElement[str]) -> ColumnElement[bool]:
        if dialect == "postgresql":
            return column == any_(bindparam("ids", type_=ARRAY(String)))
        return column.in_(select(func.json_each(bindparam("ids")).table_valued("value").c.value))

    now = bindparam("now", type_=Instant())
    told = among(messages.c.id), messages.c.outreach == outreaches.c.id, messages.c.step == outreaches.c.step
    return _Changes(
        fold={
            status: update(messages)
            .where(among(messages.c.id), _is_before(status))
            .values(status=status.value, status_at=now)
            for status in TAKEN
        },
        settle=update(attempts)
        .where(among(attempts.c.message), attempts.c.result == "unknown", attempts.c.settled.is_(None))
        .values(settled=How.RECEIPT.value, settled_at=now),
        wake=update(outreaches)
        .where(outreaches.c.state == SETTLING, select(messages.c.id).where(*told).exists())
        .values(state=CLIMBING, due_at=now, lease_until=None, lease_holder=None),
    )


def _is_before(status: Status) -> ColumnElement[bool]:
    # No IN list: that could not be written once and for all.
    return or_(*[messages.c.status == each.value for each in Status if each.rank < status.rank])


def _note_opened(tx: Tx, opened: Sequence[Receipt]) -> None:
    """That something fetched it is evidence, and no more: mail scanners open everything.

    Only the firm's own app can say that it was a person.
    """
    if not opened:
        return
    query = select(messages.c.id).where(tx.among(messages.c.id, {receipt.message for receipt in opened}))
    ours = set(tx.connection.execute(query).scalars())
    tx.insert(
        evidence,
        [
            {
                "id": tx.new_id(),
                "message": receipt.message,
                "grade": (Grade.HUMAN_OPENED if receipt.by_person else Grade.MACHINE_OPENED).value,
                "source": receipt.provider,
                "at": receipt.at,
            }
            for receipt in opened
            if receipt.message in ours
        ],
    )
