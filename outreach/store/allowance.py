"""Allowances all processes share: buckets, and tallies held against caps. Exact, because they are locked.

Both are read with their rows locked and written back in the same transaction, the one that writes the
attempts: what is taken and what is sent are one commit. On SQLite there is one writer anyhow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, tuple_, update

from outreach.domain.traffic.bucket import Allowance, Bucket, full, refitted
from outreach.domain.traffic.caps import PARTS, Slot
from outreach.store.database import Tx
from outreach.store.tables import audit, buckets, tallies

# Built once: SQLAlchemy's building of a statement costs more than SQLite's answer to it.
_BUCKETS = (
    select(buckets)
    .where(buckets.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(buckets.c.key)
    .with_for_update()
)
_FILLED = (
    update(buckets)
    .where(buckets.c.key == bindparam("of_key"))
    .values(
        {column.name: bindparam(f"to_{column.name}") for column in buckets.columns if column.name != "key"}
    )
)
_TALLIES = (
    select(tallies.c.key, tallies.c.slot, tallies.c.total)
    .where(tuple_(tallies.c.key, tallies.c.slot).in_(bindparam("slots", expanding=True)))
    .order_by(tallies.c.key, tallies.c.slot)
    .with_for_update()
)
_OF_TALLY = update(tallies).where(
    tallies.c.key == bindparam("of_key"), tallies.c.slot == bindparam("of_slot")
)
_KEPT = _OF_TALLY.values(total=bindparam("to_total"), cap=bindparam("to_cap"))
_ADDED = _OF_TALLY.values(total=tallies.c.total + bindparam("more"))

DAYS_KEPT = timedelta(days=40)
"""How long what was counted in a day is kept: what was spent last month can still be asked."""

HOURS_KEPT = timedelta(days=2)
"""The same of an hour: there may be one tally for every block of numbers."""

MANY = 400
"""Rows asked for at once: SQLite takes so many parameters and no more."""

Counted = tuple[int, int | None]
"""What a tally came to, and its cap."""


def take_buckets(tx: Tx, wanted: Mapping[str, Allowance], now: datetime) -> dict[str, Bucket]:
    """These buckets, locked, with the rates and sizes they are configured to; a new one is full."""
    found = _buckets(tx, sorted(wanted))
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        tx.insert_new(buckets, [_row(key, full(wanted[key], now)) for key in missing])
        found |= _buckets(tx, missing)
    return {key: refitted(found[key], allowance, now) for key, allowance in wanted.items()}


def keep_buckets(tx: Tx, kept: Mapping[str, Bucket]) -> None:
    """Write these buckets back."""
    if not kept:
        return
    tx.connection.execute(
        _FILLED,
        [
            {"of_key": key, **{f"to_{name}": value for name, value in _row(key, b).items() if name != "key"}}
            for key, b in sorted(kept.items())
        ],
    )


def buckets_now(tx: Tx) -> dict[str, Bucket]:
    """Every bucket, to look at."""
    return {row.key: _bucket(row) for row in tx.connection.execute(select(buckets))}


def take_tallies(tx: Tx, wanted: Sequence[Slot]) -> dict[Slot, int]:
    """What these tallies came to, locked; a new one is 0."""
    keys = sorted(set(wanted))
    found = _tallies(tx, keys)
    missing = [slot for slot in keys if slot not in found]
    if missing:
        tx.insert_new(tallies, [{"key": k, "slot": slot, "total": 0, "cap": None} for k, slot in missing])
        found |= _tallies(tx, missing)
    return found


def keep_tallies(tx: Tx, kept: Mapping[Slot, Counted]) -> None:
    """Write these tallies back, with the caps they were held against."""
    if kept:
        tx.connection.execute(
            _KEPT,
            [
                {"of_key": key, "of_slot": slot, "to_total": total, "to_cap": cap}
                for (key, slot), (total, cap) in sorted(kept.items())
            ],
        )


def add_tallies(tx: Tx, added: Mapping[Slot, int]) -> None:
    """Count so much more, or less where it is given back, into these tallies."""
    changes = {slot: count for slot, count in sorted(added.items()) if count}
    if not changes:
        return
    have = _tallies(tx, list(changes))
    new = [{"key": k, "slot": s, "total": 0, "cap": None} for k, s in changes if (k, s) not in have]
    tx.insert_new(tallies, new)
    if begun := [slot for key, slot in changes if key.startswith(f"{PARTS}/") and (key, slot) not in have]:
        drop_tallies(tx, max(begun))  # the first message of a provider's day
    tx.connection.execute(
        _ADDED,
        [{"of_key": key, "of_slot": slot, "more": count} for (key, slot), count in changes.items()],
    )


def drop_tallies(tx: Tx, now: datetime) -> None:
    """Forget what was counted too long ago to be of use."""
    is_hour = tallies.c.key.like("%/hour")
    old = or_(tallies.c.slot < now - DAYS_KEPT, is_hour & (tallies.c.slot < now - HOURS_KEPT))
    tx.connection.execute(delete(tallies).where(old))


def tell_once(tx: Tx, slot: Slot, reason: str, now: datetime) -> bool:
    """Write into the audit that this cap was reached, for the operator; True the first time in its slot."""
    key, began = slot
    told = {"key": f"told/{key}"[:128], "slot": began, "total": 1, "cap": None}
    if tx.insert_new(tallies, [told]) == 0:
        return False
    row = {"id": tx.new_id(), "actor": "engine", "act": "cap_reached", "object": key, "reason": reason}
    tx.insert(audit, [{**row, "at": now}])
    return True


def _buckets(tx: Tx, keys: Sequence[str]) -> dict[str, Bucket]:
    return {row.key: _bucket(row) for row in tx.connection.execute(_BUCKETS, {"keys": keys})}


def _bucket(row: Any) -> Bucket:
    queue = (row.routine_until, row.soon_until, row.critical_until)
    return Bucket(rate=row.rate, burst=row.burst, full_at=row.full_at, queue=queue)


def _row(key: str, bucket: Bucket) -> dict[str, Any]:
    routine, soon, critical = bucket.queue
    return {
        "key": key,
        "rate": bucket.rate,
        "burst": bucket.burst,
        "full_at": bucket.full_at,
        "routine_until": routine,
        "soon_until": soon,
        "critical_until": critical,
    }


def _tallies(tx: Tx, slots: Sequence[Slot]) -> dict[Slot, int]:
    found: dict[Slot, int] = {}
    for start in range(0, len(slots), MANY):
        chunk = slots[start : start + MANY]
        found.update(
            ((key, slot), total) for key, slot, total in tx.connection.execute(_TALLIES, {"slots": chunk})
        )
    return found
