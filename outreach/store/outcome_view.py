"""One person's outcomes: each episode with what it came to, how it got there, and what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from outreach.domain.outcomes.told import Told
from outreach.store.database import Tx
from outreach.store.outcome_entries import Written, written
from outreach.store.outcome_facts import about, standing
from outreach.store.tables import episodes, reckonings


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeOutcome:
    """An episode: the entries that stand, all that were ever written, and what is told of its beneficiary.

    `looked_at`: when it was last reckoned; None: not yet. `due_at`: when time alone changes something again.
    """

    episode: str
    pattern: str
    opened_at: datetime
    looked_at: datetime | None
    due_at: datetime | None
    attempts: int
    abandoned_at: datetime | None
    left_at: datetime | None
    is_scam: bool | None
    contradicted: bool
    stands: Sequence[Written]
    written: Sequence[Written]
    listed: Sequence[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOutcomes:
    """A person's episodes, the oldest first, and all that stands of what is told about them."""

    person: str
    episodes: Sequence[EpisodeOutcome]
    told: Sequence[Told]


def outcomes_of(tx: Tx, person: str) -> PersonOutcomes:
    """Everything that the ledger of outcomes has of one person."""
    e, r = episodes.c, reckonings.c
    columns = (r.looked_at, r.due_at, r.attempts, r.abandoned_at, r.left_at, r.is_scam, r.contradicted)
    query = (
        select(e.id, e.pattern, e.opened_at, e.beneficiary, *columns)
        .outerjoin(reckonings, r.episode == e.id)
        .where(e.person == person)
        .order_by(e.opened_at, e.id)
    )
    rows = tx.connection.execute(query).all()
    entries = written(tx, [row.id for row in rows])
    places = about(tx, {row.beneficiary for row in rows} - {""})
    return PersonOutcomes(
        person=person,
        episodes=[
            _outcome(row, [one for one in entries if one.episode == row.id], places.get(row.beneficiary, ()))
            for row in rows
        ],
        told=standing(tx, [person])[person],
    )


def _outcome(
    row: Row[Any, *tuple[Any, ...]], entries: Sequence[Written], listed: Sequence[Told]
) -> EpisodeOutcome:
    newest = {(one.level, one.window): one for one in entries}
    return EpisodeOutcome(
        episode=row.id,
        pattern=row.pattern,
        opened_at=row.opened_at,
        looked_at=row.looked_at,
        due_at=row.due_at,
        attempts=row.attempts or 0,
        abandoned_at=row.abandoned_at,
        left_at=row.left_at,
        is_scam=row.is_scam,
        contradicted=bool(row.contradicted),
        stands=sorted(newest.values(), key=lambda one: (one.level, len(one.window), one.window)),
        written=entries,
        listed=listed,
    )
