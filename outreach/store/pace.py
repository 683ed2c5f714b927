"""What was sent of late, and how long people waited for it: asked by a person, not by the clock."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, select

from outreach.domain.running import Pace, leads_of
from outreach.store.database import Tx
from outreach.store.tables import attempts, decisions, flags, messages, outreaches

WINDOWS = {"1m": timedelta(minutes=1), "5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
MOST_LEADS = 100_000
"""First messages whose lead time is looked at: the newest of the hour."""


def pace(tx: Tx, now: datetime) -> Pace:
    """Finished attempts by channel and result in the last minutes, and the lead times of the last hour."""
    return Pace(
        rates={name: _rates(tx, now - length) for name, length in WINDOWS.items()},
        leads=leads_of(_lead_seconds(tx, now - WINDOWS["1h"])),
    )


def _rates(tx: Tx, since: datetime) -> Counter[tuple[str, str]]:
    query = (
        select(messages.c.channel, attempts.c.result, func.count())
        .join(messages, messages.c.id == attempts.c.message)
        .where(attempts.c.finished_at >= since)
        .group_by(messages.c.channel, attempts.c.result)
    )
    return Counter({(channel, result or ""): n for channel, result, n in tx.connection.execute(query)})


def _lead_seconds(tx: Tx, since: datetime) -> list[float]:
    """From flag to the first message that a provider took, of outreaches first written to since then."""
    earlier = messages.alias()
    is_first = ~exists().where(
        and_(earlier.c.outreach == messages.c.outreach, earlier.c.step < messages.c.step)
    )
    query = (
        select(flags.c.flagged_at, func.min(attempts.c.finished_at))
        .select_from(messages)
        .join(attempts, attempts.c.message == messages.c.id)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .join(decisions, decisions.c.id == outreaches.c.decision)
        .join(flags, flags.c.id == decisions.c.flag)
        .where(messages.c.created_at >= since, attempts.c.result == "accepted", is_first)
        .group_by(messages.c.id, messages.c.created_at, flags.c.flagged_at)
        .order_by(messages.c.created_at.desc())
        .limit(MOST_LEADS)
    )
    return [(sent - flagged).total_seconds() for flagged, sent in tx.connection.execute(query)]
