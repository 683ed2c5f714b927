"""The ledger's entries about people, as records of their stories."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from outreach.domain.story_outcomes import OutcomeRecord
from outreach.store.database import Tx
from outreach.store.tables import episodes, outcomes


def outcome_records(tx: Tx, persons: Collection[str]) -> dict[str, Sequence[OutcomeRecord]]:
    """Every entry about episodes of these people, by person, oldest first."""
    o, e = outcomes.c, episodes.c
    query = (
        select(outcomes, e.person, e.pattern)
        .join(episodes, e.id == o.episode)
        .where(tx.among(e.person, persons))
        .order_by(o.at, o.id)
    )
    found: dict[str, list[OutcomeRecord]] = {person: [] for person in persons}
    names = OutcomeRecord.__dataclass_fields__
    for row in tx.connection.execute(query):
        found[row.person].append(OutcomeRecord(**{name: getattr(row, name) for name in names}))
    return dict(found)
