"""Rotation of the keys that seal: which are in use, sealing again with the newest, and none going missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from outreach.errors import StoreError
from outreach.store.database import Store, Tx
from outreach.store.sealed import Sealed, sealed_columns, sealed_with
from outreach.store.tables import processes, sealing_keys

BATCH = 500
ALIVE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What one batch came to: sealed again, changed by somebody else meanwhile, and what cannot be opened.

    `last` is the key of the last row that was looked at; None where there was none left to look at.
    """

    sealed: int = 0
    outrun: int = 0
    unreadable: int = 0
    last: str | None = None


def usage(tx: Tx) -> Mapping[str, Mapping[str, int]]:
    """By key id, how many fields of which `table.column` it seals."""
    found: dict[str, dict[str, int]] = {}
    for each in sealed_columns():
        key = sealed_with(tx, each.column).label("key")
        query = select(key, func.count()).where(each.column.is_not(None)).group_by(key)
        for name, count in tx.connection.execute(query):
            found.setdefault(bytes(name).decode("ascii", "replace"), {})[each.name] = count
    return found


def known_keys(tx: Tx) -> set[str]:
    """The ids of every key that ever sealed something here, also of those that are not needed any more."""
    return {*tx.connection.execute(select(sealing_keys.c.key)).scalars(), *usage(tx)}


def turn(store: Store, each: Sealed, after: str) -> Turned:
    """Seal again, with the newest key, one batch of a column's fields behind the row `after`.

    Whatever somebody writes between is kept: a field changes only where it still is what was read.
    """
    with store.read() as tx:
        stale = sealed_with(tx, each.column) != store.vault.active.encode("ascii")
        query = select(each.key, each.column).where(each.key > after, each.column.is_not(None), stale)
        rows = tx.connection.execute(query.order_by(each.key).limit(BATCH)).all()
    if not rows:
        return Turned()
    opened = [(key, bytes(old), store.vault.open_if_can(old)) for key, old in rows]
    fresh = [(key, old, store.vault.seal(text)) for key, old, text in opened if text is not None]
    with store.begin() as tx:
        done = sum(_swap(tx, each, *one) for one in fresh)
    return Turned(
        sealed=done,
        outrun=len(fresh) - done,
        unreadable=len(rows) - len(fresh),
        last=rows[-1][0],
    )


def _swap(tx: Tx, each: Sealed, key: str, old: bytes, new: bytes) -> int:
    still = (each.key == key) & (each.column == old)
    change = update(each.table).where(still).values({each.column.name: new})
    return int(tx.connection.execute(change).rowcount)


def refuse_missing(store: Store) -> None:
    """Refuse to go on without a key that still seals something here."""
    with store.read() as tx:
        query = select(sealing_keys.c.key).where(sealing_keys.c.retired_at.is_(None))
        missing = sorted(set(tx.connection.execute(query).scalars()) - {*store.vault.keys})
    if missing:
        names = ", ".join(repr(name) for name in missing)
        raise StoreError(
            f"OUTREACH_KEYS lacks key {names}, which still seals what is stored of people: put it back "
            "behind the newest. `outreach keys rotate` makes it unneeded; `outreach keys status` says when"
        )


def require_keys(store: Store, now: datetime) -> None:
    """Refuse to go on without a key that still seals something; note those that may seal from now on."""
    refuse_missing(store)
    with store.read() as tx:
        known = {row.key: row.retired_at for row in tx.connection.execute(select(sealing_keys))}
    if any(known.get(name, now) is not None for name in _noted(store.vault.keys, known)):
        with store.begin() as tx:
            _note(tx, store.vault.active, _noted(store.vault.keys, known), now)


def _noted(keys: Sequence[str], known: Mapping[str, object]) -> list[str]:
    """The newest key, which seals, and the others as long as nobody has looked whether they do."""
    return [keys[0], *(key for key in keys[1:] if key not in known)]


def _note(tx: Tx, active: str, keys: Sequence[str], now: datetime) -> None:
    tx.insert_new(sealing_keys, [{"key": key, "first_used_at": now, "retired_at": None} for key in keys])
    again = (sealing_keys.c.key == active) & sealing_keys.c.retired_at.is_not(None)
    tx.connection.execute(update(sealing_keys).where(again).values(first_used_at=now, retired_at=None))


def older_processes(tx: Tx, active: str, now: datetime) -> list[str]:
    """Who is alive and began before the newest key was first used: they may still seal with an older one."""
    began = select(sealing_keys.c.first_used_at).where(sealing_keys.c.key == active).scalar_subquery()
    query = select(processes.c.holder).where(
        processes.c.started_at < began, processes.c.beat_at > now - ALIVE
    )
    return sorted(tx.connection.execute(query).scalars())


def retire(tx: Tx, used: Mapping[str, object], active: str, now: datetime) -> list[str]:
    """Note that keys seal nothing any more, so that nobody misses them; which."""
    idle = (
        sealing_keys.c.retired_at.is_(None)
        & (sealing_keys.c.key != active)
        & sealing_keys.c.key.not_in([*used])
    )
    change = update(sealing_keys).where(idle).values(retired_at=now).returning(sealing_keys.c.key)
    return sorted(tx.connection.execute(change).scalars())
