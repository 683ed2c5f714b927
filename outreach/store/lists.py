"""Lists of addresses: what every source has said of which address, written many rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.sql.functions import coalesce

from outreach.domain.chains import Address
from outreach.domain.listed import BAR, Told
from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.tables import listed, listed_feeds, lists_edition, withdrawn

Key = tuple[str, str, str]
"""Source, chain and address."""

_L = listed.c
_TOLD = (
    _L.told_at,
    _L.removed_at,
    _L.first_seen,
    _L.last_seen,
    _L.categories,
    _L.confidence,
    _L.expires_at,
)
_BY_FEED = select(_L.source, _L.chain, _L.address, _L.id, *_TOLD).where(_L.feed == bindparam("feed"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A row: its id and what it says."""

    id: str
    told: Told


@dataclass(frozen=True, slots=True)
class Change:
    """What a source has said of an address, all in all; `id` is the row's, None for a new one."""

    source: str
    address: Address
    told: Told
    id: str | None = None


def take_edition(tx: Tx) -> int:
    """The number of the lists as they will be: others who change them wait until this transaction ends."""
    tx.insert_new(lists_edition, [{"name": "addresses", "n": 0}])
    taken = update(lists_edition).values(n=lists_edition.c.n + 1).returning(lists_edition.c.n)
    return int(tx.connection.execute(taken).scalar_one())


def edition(tx: Tx) -> int:
    """The number of the lists as they are; 0 where there never were any."""
    return int(tx.connection.execute(select(lists_edition.c.n)).scalar() or 0)


def said_by(tx: Tx, feed: str) -> dict[Key, Kept]:
    """All that came by this feed so far."""
    rows = tx.rows(_BY_FEED, feed=feed)
    return {(source, chain, address): Kept(id, _told(*told)) for source, chain, address, id, *told in rows}


def _told(told: Any, removed: Any, first: Any, last: Any, categories: str, *rest: Any) -> Told:
    return Told(told, removed, first, last, split(categories), *rest)


def split(categories: str) -> tuple[str, ...]:
    """Categories as they are stored, apart."""
    return tuple(categories.split(BAR)) if categories else ()


def columns_of(told: Told) -> dict[str, Any]:
    """What was said, as columns."""
    return {
        "told_at": told.told_at,
        "removed_at": told.removed_at,
        "first_seen": told.first_seen,
        "last_seen": told.last_seen,
        "categories": BAR.join(told.categories),
        "confidence": told.confidence,
        "expires_at": told.expires_at,
    }


_CHANGE = (
    update(listed)
    .where(_L.id == of(_L.id, "row"))
    .values({column.name: of(column, f"to_{column.name}") for column in _TOLD})
)


def write(tx: Tx, feed: str, changes: Sequence[Change], actor: str, now: datetime) -> None:
    """Keep what this feed's sources have said."""
    fresh = [
        {
            "id": tx.new_id(),
            "feed": feed,
            "source": each.source,
            "chain": each.address.chain.value,
            "address": each.address.text,
            "also": each.address.also,
            **columns_of(each.told),
            "actor": actor,
            "at": now,
        }
        for each in changes
        if each.id is None
    ]
    known = [
        {"row": each.id, **{f"to_{name}": value for name, value in columns_of(each.told).items()}}
        for each in changes
        if each.id is not None
    ]
    tx.insert(listed, fresh)
    tx.each(_CHANGE, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How far a feed of lists was read, and whether it can be."""

    complete_at: datetime | None = None
    position: str = ""
    looked_at: datetime | None = None
    failing_since: datetime | None = None
    reason: str = ""


def feed_states(tx: Tx) -> dict[str, FeedState]:
    """Every feed that was ever read, by name."""
    rows = tx.connection.execute(select(listed_feeds)).mappings()
    return {row["name"]: FeedState(**{k: v for k, v in row.items() if k != "name"}) for row in rows}


def write_feed(tx: Tx, name: str, **said: Any) -> None:
    """Keep these columns of a feed's state, and leave the others."""
    tx.insert_new(listed_feeds, [{"name": name, "position": "", "reason": ""}])
    if said:
        tx.connection.execute(update(listed_feeds).where(listed_feeds.c.name == name).values(**said))


def complete(tx: Tx, feed: str, at: datetime) -> None:
    """Know that a feed's list of this day was complete: what was last told before it is not listed by it."""
    known = feed_states(tx)[feed].complete_at
    write_feed(tx, feed, complete_at=max(filter(None, (known, at))))


def listed_pairs(tx: Tx, now: datetime) -> set[tuple[str, str]]:
    """Chain and address of all that some source holds to be bad now."""
    found = tx.connection.execute(select(_L.chain, _L.address).where(standing(now)).distinct())
    return {(chain, address) for chain, address in found}


def withdrawn_names(tx: Tx) -> set[str]:
    """The sources and feeds that are not believed any more."""
    return set(tx.connection.execute(select(withdrawn.c.name)).scalars())


def withdraw(tx: Tx, name: str, reason: str, actor: str, now: datetime) -> int:
    """Take away all that a source said, or all that came by a feed, and take no more of it; how many rows."""
    tx.insert_new(withdrawn, [{"name": name, "reason": reason, "actor": actor, "at": now}])
    tx.connection.execute(delete(listed_feeds).where(listed_feeds.c.name == name))
    theirs = or_(_L.feed == name, _L.source == name)
    return int(tx.connection.execute(delete(listed).where(theirs)).rowcount)


def believe_again(tx: Tx, name: str) -> bool:
    """Take a withdrawn source again from its next import; whether it was withdrawn."""
    return bool(tx.connection.execute(delete(withdrawn).where(withdrawn.c.name == name)).rowcount)


def remove(tx: Tx, address: Address, feed: str | None, now: datetime) -> int:
    """Say of an address, for one feed or for all, that it is bad no more; the rows that are changed."""
    which = (_L.chain == address.chain.value) & (_L.address == address.text)
    if feed is not None:
        which &= _L.feed == feed
    rows = tx.connection.execute(select(_L.id, _L.told_at).where(which, standing(now))).all()
    # A moment later: a list of this very moment would win otherwise, or one that speaks of a day to come.
    tx.each(_REMOVE, [{"row": id, "over": max(now, told) + timedelta(microseconds=1)} for id, told in rows])
    return len(rows)


_REMOVE = update(listed).where(_L.id == of(_L.id, "row")).values(removed_at=of(_L.removed_at, "over"))


def standing(now: datetime) -> ColumnElement[bool]:
    """In SQL: that a row of `listed` holds its address to be bad now (see `domain.listed.is_listed`)."""
    feed = listed_feeds.alias()
    complete = select(feed.c.complete_at).where(feed.c.name == _L.feed).scalar_subquery()
    return and_(
        _L.told_at.is_not(None),
        or_(_L.removed_at.is_(None), _L.told_at >= _L.removed_at),
        or_(_L.expires_at.is_(None), _L.expires_at > now),
        _L.told_at >= coalesce(complete, _L.told_at),
    )
