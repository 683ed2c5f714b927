"""What support writes: a stop, a note, and a line in the audit for whatever was revealed or taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from outreach.domain.ladder import Close
from outreach.store.database import Tx
from outreach.store.ending import end_outreaches
from outreach.store.tables import audit, notes, outreaches


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop ended: climbs, messages that waited for another try, calls nobody needs to make."""

    outreaches: int
    messages: int
    calls: int


def write_audit(tx: Tx, act: str, about: str, reason: str, actor: str, now: datetime) -> None:
    """Who did what to whom and why, before it is done. `about` is a person id or another id of ours."""
    row = {"id": tx.new_id(), "actor": actor, "act": act, "object": about, "reason": reason, "at": now}
    tx.insert(audit, [row])


def add_note(tx: Tx, person: str, text: str, actor: str, now: datetime) -> None:
    """Keep what somebody at the firm knows of this person; sealed."""
    row = {"id": tx.new_id(), "person": person, "actor": actor, "text_enc": tx.vault.seal(text), "at": now}
    tx.insert(notes, [row])


def stop_person(tx: Tx, person: str, reason: str, actor: str, now: datetime) -> Stopped:
    """End every climb for this person, with what waits on it; audited, and noted for the history.

    What a provider already has cannot be called back, and a later flag may open a new outreach.
    """
    write_audit(tx, "stop", person, reason, actor, now)
    add_note(tx, person, f"Stopped all outreach: {reason}", actor, now)
    query = select(outreaches.c.id).where(outreaches.c.person == person, outreaches.c.state != "closed")
    ids = list(tx.connection.execute(query).scalars())
    waiting, calls = end_outreaches(tx, ids, Close.STOPPED.value, now)
    return Stopped(len(ids), waiting, calls)
