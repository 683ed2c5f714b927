"""Processes: each says that it lives every few seconds, and takes its word back when it ends well."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from outreach.domain.running import Process
from outreach.store.database import Tx
from outreach.store.tables import processes

REMEMBERED = timedelta(hours=1)
"""How long a process that died without a word is shown."""


def beat(tx: Tx, process: Process) -> None:
    """This process lives; `beat_at` is now. What died an hour ago is forgotten."""
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(processes).values(**asdict(process))
    change = {"beat_at": row.excluded.beat_at}
    tx.connection.execute(row.on_conflict_do_update(index_elements=["holder"], set_=change))
    tx.connection.execute(delete(processes).where(processes.c.beat_at < process.beat_at - REMEMBERED))


def lives(tx: Tx, role: str, since: datetime) -> bool:
    """Whether a process of this role has said since then that it lives."""
    p = processes.c
    query = select(p.holder).where(p.role == role, p.beat_at >= since)
    return tx.connection.execute(query).first() is not None


def leave(tx: Tx, holder: str) -> None:
    """This process ends as it should."""
    tx.connection.execute(delete(processes).where(processes.c.holder == holder))
