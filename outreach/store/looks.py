"""Looks: when each feed was looked at, when it last brought something, and since when it fails."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from outreach.domain.running import FeedLook
from outreach.store.database import Tx
from outreach.store.tables import looks

SHOWN = 300
"""Characters kept of why a feed fails; the log has all of it."""


def write(tx: Tx, feed: str, now: datetime, *, brought: bool = False, failure: str = "") -> None:
    """A look at a feed: it brought flags that nobody had seen, or nothing, or could not be read."""
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(looks).values(
        feed=feed,
        first_at=now,
        looked_at=now,
        brought_at=now if brought else None,
        failing_since=now if failure else None,
        reason=failure[:SHOWN],
    )
    since = func.coalesce(looks.c.failing_since, row.excluded.failing_since) if failure else None
    change = {
        "looked_at": row.excluded.looked_at,
        "brought_at": func.coalesce(row.excluded.brought_at, looks.c.brought_at),
        "failing_since": since,
        "reason": row.excluded.reason,
    }
    tx.connection.execute(row.on_conflict_do_update(index_elements=["feed"], set_=change))


def feed_looks(tx: Tx) -> tuple[FeedLook, ...]:
    """Every feed that was ever looked at, by name."""
    return tuple(
        FeedLook(
            feed=row.feed,
            first_at=row.first_at,
            looked_at=row.looked_at,
            brought_at=row.brought_at,
            failing_since=row.failing_since,
            reason=row.reason,
        )
        for row in tx.connection.execute(select(looks).order_by(looks.c.feed))
    )
