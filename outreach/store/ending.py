"""Ends of climbs: what a climb that is over leaves behind, and nobody needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from outreach.domain.delivery import Status
from outreach.domain.settling import How
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import attempts, messages, outreaches, tasks


def end_outreaches(tx: Tx, ids: Sequence[str], reason: str, now: datetime) -> tuple[int, int]:
    """End these climbs, if they have not ended yet, with what waits on them.

    The number of messages that will not be tried again, and of calls that nobody needs to make. What a
    provider already has cannot be called back.
    """
    waiting = calls = 0
    for chunk in chunks(ids):
        going_on = outreaches.c.id.in_(chunk) & (outreaches.c.state != "closed")
        over = {"state": "closed", "closed_at": now, "close_reason": reason, "lease_until": None}
        tx.connection.execute(update(outreaches).where(going_on).values(**over))
        waiting += end_messages(tx, chunk, now)
        # Also one that somebody has on the line: what they learnt may still be written down.
        going = tasks.c.state.in_(("open", "taken"))
        open_call = tasks.c.outreach.in_(chunk) & (tasks.c.kind == "call") & going
        dropped = update(tasks).where(open_call).values(state="dropped", closed_at=now, outcome=reason)
        calls += tx.connection.execute(dropped).rowcount
    return waiting, calls


def end_messages(tx: Tx, ids: Sequence[str], now: datetime) -> int:
    """Of these climbs that have ended, end the messages that waited for another attempt; their number.

    One with an open attempt is left alone: whoever holds it writes what came of it.
    """
    count = 0
    for chunk in chunks(ids):
        ended = select(outreaches.c.id).where(outreaches.c.id.in_(chunk), outreaches.c.state == "closed")
        waits = (
            messages.c.outreach.in_(ended)
            & messages.c.status.in_((Status.QUEUED.value, Status.RETRYING.value))
            & ~_has_attempt(attempts.c.finished_at.is_(None))
        )
        may_be_there = _has_attempt(
            (attempts.c.result == "unknown") & attempts.c.settled.is_distinct_from(How.NOT_TAKEN.value)
        )
        for which, status in ((may_be_there, Status.IN_DOUBT), (~may_be_there, Status.CANCELLED)):
            change = update(messages).where(waits & which).values(status=status.value, status_at=now)
            count += tx.connection.execute(change).rowcount
    return count


def _has_attempt(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(attempts.c.id).where(attempts.c.message == messages.c.id, which).exists()
