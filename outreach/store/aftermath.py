"""What follows an answer, written down: takeovers that people told us of. Cases: `store/cases.py`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from outreach.store.database import Tx
from outreach.store.feedback import Told, told
from outreach.store.tables import acknowledgments, outreaches, takeovers


def note_takeover(tx: Tx, of: Told, now: datetime) -> None:
    """Keep that this person said "this was not me"; once an outreach."""
    row = {"id": tx.new_id(), "person": of.person, "outreach": of.outreach, "at": now}
    tx.insert_new(takeovers, [row])


def told_of(tx: Tx, persons: Collection[str], since: datetime) -> dict[str, datetime]:
    """Who of these said since then that it was not them, and when they first did."""
    query = (
        select(takeovers.c.person, func.min(takeovers.c.at))
        .where(tx.among(takeovers.c.person, persons), takeovers.c.at > since)
        .group_by(takeovers.c.person)
    )
    return {person: at for person, at in tx.connection.execute(query)}


def last_told(tx: Tx, episode: str) -> Told | None:
    """The message that was last answered in an episode; None where it, or its person, is not there."""
    query = (
        select(acknowledgments.c.message)
        .join(outreaches, outreaches.c.id == acknowledgments.c.outreach)
        .where(outreaches.c.episode == episode)
        .order_by(acknowledgments.c.at.desc())
        .limit(1)
    )
    message = tx.connection.execute(query).scalar_one_or_none()
    return told(tx, message) if message else None


def ended(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Those of these climbs that have ended."""
    query = select(outreaches.c.id).where(tx.among(outreaches.c.id, ids), outreaches.c.state == "closed")
    return set(tx.connection.execute(query).scalars().all())
