"""Who was forgotten: ids that name nobody, and where the archive still has facts of theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select, update

from outreach.store.database import Tx
from outreach.store.tables import flags, forgotten, people, pulls


def forgotten_ids(tx: Tx, since: datetime | None = None) -> list[str]:
    """Everybody who was forgotten (since then), the first one first."""
    query = select(forgotten.c.id).order_by(forgotten.c.at, forgotten.c.id)
    if since is not None:
        query = query.where(forgotten.c.at >= since)
    return list(tx.connection.execute(query).scalars())


def come_back(tx: Tx, ids: Collection[str]) -> list[str]:
    """Those of these ids that name somebody here (again): an older copy was restored."""
    return sorted(tx.connection.execute(select(people.c.id).where(tx.among(people.c.id, ids))).scalars())


def archived_of(tx: Tx, person: str) -> list[tuple[str, date]]:
    """The pulls that brought flags about this person, each with the day its file is filed under."""
    query = select(pulls.c.id, pulls.c.at).join(flags, flags.c.pull == pulls.c.id)
    rows = tx.connection.execute(query.where(flags.c.person == person).distinct())
    return sorted((row.id, row.at.date()) for row in rows)


def not_blanked(tx: Tx) -> list[str]:
    """Forgotten people whose facts may still stand in the archive."""
    query = select(forgotten.c.id).where(forgotten.c.archive_at.is_(None)).order_by(forgotten.c.at)
    return list(tx.connection.execute(query).scalars())


def blanked(tx: Tx, person: str, now: datetime) -> None:
    """Note that the archive holds nothing of theirs any more."""
    change = update(forgotten).where(forgotten.c.id == person, forgotten.c.archive_at.is_(None))
    tx.connection.execute(change.values(archive_at=now))
