"""Listed addresses as they stand: for look-ups, exports, counts, and whoever asks about one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from outreach.domain.chains import Address, Chain
from outreach.domain.entries import Voice
from outreach.domain.listed import Told
from outreach.store.database import Tx
from outreach.store.lists import split, standing
from outreach.store.tables import listed

_L = listed.c
_COLUMNS = (
    _L.chain, _L.address, _L.also, _L.source, _L.told_at, _L.removed_at, _L.first_seen, _L.last_seen,
    _L.categories, _L.confidence, _L.expires_at,
)  # fmt: skip


def voices(tx: Tx, now: datetime) -> Iterator[Voice]:
    """Every standing word on every address, in the order of the addresses; streamed."""
    query = select(*_COLUMNS).where(standing(now)).order_by(_L.chain, _L.address, _L.source)
    for row in tx.connection.execution_options(yield_per=5_000).execute(query):
        chain, address, also, source, told, removed, first, last, categories, confidence, expires = row
        said = Told(told, removed, first, last, split(categories), confidence, expires)
        yield Voice(Address(Chain(chain), address, also), source, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What one source has said of an address through one feed, and whether it holds it to be bad now."""

    feed: str
    source: str
    told: Told
    actor: str
    at: datetime
    is_standing: bool


def provenance(tx: Tx, address: Address, now: datetime) -> list[Provenance]:
    """Every source's word on an address, also those that do not stand any more."""
    stands = standing(now).label("stands")
    query = select(_L.feed, _L.actor, _L.at, stands, *_COLUMNS).where(
        _L.chain == address.chain.value, _L.address == address.text
    )
    return [
        Provenance(
            feed=row.feed,
            source=row.source,
            told=_said(row),
            actor=row.actor,
            at=row.at,
            is_standing=bool(row.stands),
        )
        for row in tx.connection.execute(query.order_by(_L.feed, _L.source))
    ]


def _said(row: Any) -> Told:
    return Told(
        told_at=row.told_at,
        removed_at=row.removed_at,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        categories=split(row.categories),
        confidence=row.confidence,
        expires_at=row.expires_at,
    )


def counted(tx: Tx, now: datetime) -> dict[str, Counter[str]]:
    """How many addresses are listed now: by chain, by feed, by source and by category."""
    found: dict[str, Counter[str]] = {}
    pair = _L.chain + ":" + _L.address
    for name, column in (("chain", _L.chain), ("feed", _L.feed), ("source", _L.source)):
        query = select(column, func.count(pair.distinct())).where(standing(now)).group_by(column)
        found[name] = Counter({word: count for word, count in tx.connection.execute(query)})
    found["category"] = Counter()
    query = select(_L.categories, func.count(pair.distinct())).where(standing(now))
    for words, count in tx.connection.execute(query.group_by(_L.categories)):
        for word in split(words):
            found["category"][word] += count
    return found
