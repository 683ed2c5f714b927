"""Attempts that are repeated while a hold stands: each is kept once, and hurries what is under way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update

from outreach.domain.ladder import thaw
from outreach.domain.scale import Urgency
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import episodes, hold_words, outreaches, repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A hold that stands, and what it is about. `since`: when we first heard of it."""

    person: str
    episode: str
    pattern: str
    beneficiary: str
    transfer_ref: str
    since: datetime


def standing_of(tx: Tx, persons: Iterable[str], now: datetime) -> list[Standing]:
    """The holds that stand for these people, by the core's last word."""
    found: list[Standing] = []
    for chunk in chunks(set(persons)):
        query = (
            select(hold_words, episodes.c.pattern, episodes.c.beneficiary)
            .join(episodes, episodes.c.id == hold_words.c.episode)
            .where(hold_words.c.person.in_(chunk), hold_words.c.transfer_ref.is_not(None))
            .order_by(hold_words.c.n)
        )
        last: dict[tuple[str, str], Any] = {}
        since: dict[tuple[str, str], datetime | None] = {}
        for row in tx.connection.execute(query):
            key = (row.episode, row.transfer_ref)
            last[key] = row
            since[key] = since.get(key, row.at) if row.is_held else None
        for key, row in last.items():
            if row.is_held and row.until > now:
                found.append(
                    Standing(
                        person=row.person,
                        episode=row.episode,
                        pattern=row.pattern,
                        beneficiary=row.beneficiary,
                        transfer_ref=row.transfer_ref,
                        since=since[key] or row.at,
                    )
                )
    return found


def attempt_of(person: str, what: str) -> str:
    """One attempt of a person: the hash of its transfer, or of its flag where it names none."""
    return sha256(f"{person}/{what}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Another attempt, by the flag that told of it."""

    person: str
    flag: str
    attempt: str


def write(tx: Tx, repeat: Repeat, now: datetime) -> str | None:
    """Keep an attempt; its row's id, or None where it was kept before."""
    id = tx.new_id()
    row = {"id": id, "person": repeat.person, "flag": repeat.flag, "attempt": repeat.attempt}
    fresh = tx.insert_new(repeats, [{**row, "outreach": None, "what": "task", "at": now}])
    return id if fresh else None


def hurry(tx: Tx, repeat: str, person: str, now: datetime) -> str | None:
    """Let the next step of this person's climb go at once, as critical; the outreach, or None.

    None where nothing is under way that has something left to say, or another process has it just now: a
    person must act then.
    """
    for id, state in _open_climbs(tx, person):
        change = {"urgency_rank": Urgency.CRITICAL.rank, **({"due_at": now} if state == "climbing" else {})}
        free = (outreaches.c.id == id) & (outreaches.c.state == state) & outreaches.c.lease_until.is_(None)
        if tx.connection.execute(update(outreaches).where(free).values(**change)).rowcount == 1:
            noted = update(repeats).where(repeats.c.id == repeat)
            tx.connection.execute(noted.values(outreach=id, what="hurried"))
            return id
    return None


def _open_climbs(tx: Tx, person: str) -> Sequence[tuple[str, str]]:
    """Climbs of which a step is left that says something, and comes next."""
    o = outreaches.c
    query = select(o.id, o.state, o.step, o.ladder).where(
        o.person == person, o.state.in_(("climbing", "pending"))
    )
    found = []
    for row in tx.connection.execute(query.order_by(o.id.desc())).all():
        steps = thaw(row.ladder).steps
        if row.step < len(steps) and not steps[row.step].cool_off:
            found.append((row.id, row.state))
    return found
