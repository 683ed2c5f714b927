"""Welfare stops: whom no machine writes to any more, since when, and who let it go on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from outreach.domain.profile import Profile
from outreach.store.asked import among
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import bars, outreaches, profiles, tasks, welfare

RESUMED = "welfare.resume"


_STANDS = welfare.c.lifted_at.is_(None)
_STOPPED = select(welfare.c.person).where(among(welfare.c.person, "persons"), _STANDS)
_ALL_STOPPED = select(welfare.c.person).where(_STANDS)
_CLIMBS = select(outreaches.c.id).where(among(outreaches.c.person, "persons"), outreaches.c.state != "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One person whom no machine writes to, since when, and where the words stood."""

    person: str
    source: str
    at: datetime


def stop(tx: Tx, person: str, source: str, now: datetime) -> bool:
    """Let no machine write to this person from this transaction's end on; False where none did before.

    Their climbs are held here until the end: whoever writes an attempt down either did so before, or sees it.
    """
    climbing = (outreaches.c.person == person) & (outreaches.c.state != "closed")
    tx.connection.execute(select(outreaches.c.id).where(climbing).with_for_update())
    row = {"id": tx.new_id(), "person": person, "source": source, "at": now}
    fresh = {"lifted_by": None, "reason_enc": None, "lifted_at": None}
    return tx.insert_new(welfare, [row | fresh]) == 1


def count_since(tx: Tx, source: str, since: datetime) -> int:
    """How many were stopped for words from this source since then."""
    query = select(func.count()).where(welfare.c.source == source, welfare.c.at >= since)
    return int(tx.connection.execute(query).scalar_one())


def in_distress(tx: Tx, persons: Iterable[str]) -> set[str]:
    """Those of these people to whom nothing may be sent."""
    return {person for (person,) in tx.rows(_STOPPED, persons=list(persons))}


def spared(tx: Tx, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """These profiles, with those marked to whom nothing may be sent."""
    stopped = in_distress(tx, profiles)
    return dict(profiles) | {person: replace(profiles[person], in_distress=True) for person in stopped}


def stopped_climbs(tx: Tx) -> Collection[tuple[str, str]]:
    """Every open climb of those people, as a halt of just that outreach."""
    # Asked apart: with nobody stopped, one join of both made SQLite look at every outreach there ever was.
    persons = [person for (person,) in tx.rows(_ALL_STOPPED)]
    return {("outreach", id) for (id,) in tx.rows(_CLIMBS, persons=persons)} if persons else set()


def standing(tx: Tx) -> list[Stop]:
    """Everybody whom no machine writes to, the longest first."""
    query = select(welfare).where(welfare.c.lifted_at.is_(None)).order_by(welfare.c.at, welfare.c.id)
    return [Stop(person=row.person, source=row.source, at=row.at) for row in tx.connection.execute(query)]


def resume(tx: Tx, person: str, reason: str, actor: str, now: datetime) -> bool:
    """Let machines write to this person again, at once; False where nothing stood. Audited."""
    which = (welfare.c.person == person) & welfare.c.lifted_at.is_(None)
    change = update(welfare).where(which)
    words = {"lifted_by": actor, "reason_enc": tx.vault.seal(reason), "lifted_at": now}
    if not tx.connection.execute(change.values(**words)).rowcount:
        return False
    write_audit(tx, RESUMED, person, "", actor, now)  # the reason is about a person's health: it is sealed
    waits = (outreaches.c.person == person) & (outreaches.c.state == "climbing") & (outreaches.c.due_at > now)
    free = waits & outreaches.c.lease_until.is_(None) & _was_held()
    tx.connection.execute(update(outreaches).where(free).values(due_at=now))
    return True


def _was_held() -> ColumnElement[bool]:
    held = (bars.c.outreach == outreaches.c.id) & (bars.c.reason == "welfare")
    return select(bars.c.id).where(held, bars.c.step == outreaches.c.step).exists()


def country_of(tx: Tx, persons: Collection[str]) -> str | None:
    """Where these people are, as far as any profile says."""
    query = select(profiles.c.country).where(tx.among(profiles.c.person, persons))
    return next((c for c in sorted(filter(None, tx.connection.execute(query).scalars()))), None)


def is_waiting(tx: Tx, person: str, beside: str = "") -> bool:
    """Whether a welfare task of this person still waits for somebody to take it, with `beside` in it: a way
    to reach them must not be lost behind a task that has none.
    """
    open_task = (tasks.c.person == person) & (tasks.c.kind == "welfare") & (tasks.c.state == "open")
    sealed = tx.connection.execute(select(tasks.c.text_enc).where(open_task)).scalars().all()
    return any(beside in tx.vault.open(text) for text in sealed)
