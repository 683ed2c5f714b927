"""Receipts: a provider's later word, kept once each, folded into the message's status (law 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, update

from outreach.domain.delivery import Receipt, Status
from outreach.domain.settling import How
from outreach.store.climb import wake
from outreach.store.database import Tx
from outreach.store.tables import attempts, messages, receipts

TAKEN = [status.value for status in Status if status.rank >= Status.ACCEPTED.rank]
"""What a receipt says of a message that the provider has, or had."""


def receive(tx: Tx, told: Sequence[Receipt], now: datetime) -> int:
    """Keep these receipts and fold them; the number that were new.

    A receipt settles a doubt about its message, and the climb goes on. One that names no message of ours is
    kept too: it may be about a message whose commit is still on its way.
    """
    fresh = [receipt for receipt in told if _is_new(tx, receipt, now)]
    for receipt in fresh:
        lower = [status.value for status in Status if status.rank < receipt.status.rank]
        tx.connection.execute(
            update(messages)
            .where(messages.c.id == receipt.message, messages.c.status.in_(lower))
            .values(status=receipt.status.value, status_at=now)
        )
    _settle(tx, [receipt.message for receipt in fresh if receipt.status.value in TAKEN], now)
    return len(fresh)


def _is_new(tx: Tx, receipt: Receipt, now: datetime) -> bool:
    row = {
        "id": tx.new_id(),
        "provider": receipt.provider,
        "event_id": receipt.id,
        "message": receipt.message,
        "provider_ref": receipt.ref or None,
        "status": receipt.status.value,
        "detail": None,
        "at": receipt.at,
        "received_at": now,
    }
    return tx.insert_new(receipts, [row]) == 1


def _settle(tx: Tx, taken: Sequence[str], now: datetime) -> None:
    if not taken:
        return
    tx.connection.execute(
        update(attempts)
        .where(
            attempts.c.message == bindparam("which"),
            attempts.c.result == "unknown",
            attempts.c.settled.is_(None),
        )
        .values(settled=How.RECEIPT.value, settled_at=now),
        [{"which": message} for message in taken],
    )
    wake(tx, taken, now)
