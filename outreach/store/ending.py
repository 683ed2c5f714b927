"""Ends of climbs: what a climb that is over leaves behind, and nobody needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from outreach.domain.delivery import Status
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import messages, outreaches, tasks


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
        # Only RETRYING: a queued message has an open attempt, and whoever holds it writes what came of it.
        retry = messages.c.outreach.in_(chunk) & (messages.c.status == Status.RETRYING.value)
        cancelled = update(messages).where(retry).values(status=Status.CANCELLED.value, status_at=now)
        waiting += tx.connection.execute(cancelled).rowcount
        open_call = tasks.c.outreach.in_(chunk) & (tasks.c.kind == "call") & (tasks.c.state == "open")
        dropped = update(tasks).where(open_call).values(state="dropped", closed_at=now)
        calls += tx.connection.execute(dropped).rowcount
    return waiting, calls
