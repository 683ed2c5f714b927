"""The ledger's entries: the newest of each level and window, and new ones appended. Nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from outreach.domain.outcomes.level import DEFINITION, Level, State
from outreach.domain.outcomes.restating import Addition, Kept, Place
from outreach.store.database import Tx
from outreach.store.tables import outcomes

METHOD = "ledger"
"""How the amounts of an episode come about: by attribution of what is told, without an estimate."""

SOURCES = 64
"""Characters kept of whose rates were used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry as it stands in the ledger."""

    id: str
    episode: str
    n: int
    level: Level
    window: str
    amount: Decimal | None
    currency: str | None
    state: State
    owner: str | None
    beside: tuple[str, ...]
    told: tuple[str, ...]
    definition: str
    restates: str | None
    reason: str
    rate: Decimal | None
    rate_source: str | None
    at: datetime


def written(tx: Tx, episodes: Collection[str]) -> list[Written]:
    """Every entry about these episodes, in the order they were written."""
    o = outcomes.c
    query = select(outcomes).where(tx.among(o.episode, episodes)).order_by(o.episode, o.n, o.id)
    return [
        Written(
            id=row.id,
            episode=row.episode,
            n=row.n,
            level=Level(row.level),
            window=row.window,
            amount=row.amount,
            currency=row.currency,
            state=State(row.state),
            owner=row.owner,
            beside=tuple(row.beside or ()),
            told=tuple(row.told or ()),
            definition=row.definition,
            restates=row.restates,
            reason=row.reason,
            rate=row.rate,
            rate_source=row.rate_source,
            at=row.at,
        )
        for row in tx.connection.execute(query)
    ]


def newest(tx: Tx, episodes: Collection[str]) -> dict[str, dict[Place, Kept]]:
    """Of each of these episodes the entries that stand, by level and window."""
    found: dict[str, dict[Place, Kept]] = {episode: {} for episode in episodes}
    for one in written(tx, episodes):
        found[one.episode][one.level, one.window] = Kept(
            id=one.id,
            n=one.n,
            amount=one.amount,
            currency=one.currency,
            definition=one.definition,
            state=one.state,
            owner=one.owner,
            beside=one.beside,
        )
    return found


def append(tx: Tx, added: Iterable[tuple[str, Addition]], currency: str, now: datetime) -> int:
    """Append these to their episodes; how many. Raises Conflict where another process was first."""
    rows = [
        {
            "id": tx.new_id(),
            "episode": episode,
            "level": one.entry.level.value,
            "amount": one.entry.amount,
            "currency": currency,
            "window": one.entry.window,
            "method": METHOD,
            "definition": DEFINITION,
            "state": one.state.value,
            "restates": one.restates,
            "reason": one.reason,
            "rate": one.entry.rate,
            "rate_source": one.entry.rate_source and one.entry.rate_source[:SOURCES],
            "at": now,
            "n": one.n,
            "owner": one.entry.owner and one.entry.owner.value,
            "beside": [also.value for also in one.entry.beside],
            "told": list(one.entry.told),
        }
        for episode, one in added
    ]
    tx.insert(outcomes, rows)
    return len(rows)
