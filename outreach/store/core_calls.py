"""What we ask of the core system, written down before it is asked, and asked again until it hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from outreach.domain.hold import Cause
from outreach.store.database import Tx
from outreach.store.tables import core_calls

FIRST_WAIT = timedelta(seconds=10)
MOST_TRIES = 8
JITTER = 0.25
"""A core that comes back is not asked by all at once: each call waits up to so much longer, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCall:
    """One request to the core system about one transfer."""

    id: str
    person: str
    act: str
    transfer_ref: str
    reason: str
    tries: int
    episode: str | None = None
    reminded_at: datetime | None = None
    asked_at: datetime | None = None
    cause: str = ""
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to be made: `act` is hold, release or freeze.

    `cause` is empty where the person's answer asked for it; it is asked once for each. `seconds`: how long a
    hold is to last, None until somebody decides.
    """

    act: str
    person: str
    episode: str
    transfer_ref: str
    reason: str
    cause: str = ""
    seconds: int | None = None


def ask_core(tx: Tx, ask: Ask, now: datetime, not_before: datetime | None = None) -> bool:
    """Write down one request; the same act for the same cause and transfer of an episode is asked once.

    False where it was written down before.
    """
    due_at = max(now, not_before) if not_before else now
    state = {"state": "due", "tries": 0, "due_at": due_at, "opened_at": now}
    return tx.insert_new(core_calls, [{"id": tx.new_id(), **asdict(ask), **state}]) == 1


def is_to_stay(tx: Tx, episode: str, transfer_ref: str) -> bool:
    """Whether somebody's own answer asked the core to hold or freeze this transfer."""
    c = core_calls.c
    query = select(c.id).where(c.episode == episode, c.transfer_ref == transfer_ref)
    asked = query.where(c.act.in_(("hold", "freeze")), c.cause == "")
    return tx.connection.execute(asked.limit(1)).first() is not None


def withdraw(tx: Tx, act: str, episode: str, now: datetime) -> int:
    """End the requests of this kind that the core was not asked yet; how many there were."""
    which = (core_calls.c.act == act) & (core_calls.c.episode == episode) & (core_calls.c.state == "due")
    change = update(core_calls).where(which).values(state="withdrawn", answered_at=now)
    return int(tx.connection.execute(change).rowcount)


def cooling_until(tx: Tx, episode: str, transfer_ref: str) -> datetime | None:
    """When the last cooling-off of a transfer ends; None where there was none."""
    query = select(core_calls.c.opened_at, core_calls.c.seconds).where(
        core_calls.c.episode == episode,
        core_calls.c.transfer_ref == transfer_ref,
        core_calls.c.reason == Cause.COOLING_OFF.value,
    )
    ends = [at + timedelta(seconds=seconds) for at, seconds in tx.connection.execute(query) if seconds]
    return max(ends, default=None)


def due_calls(tx: Tx, now: datetime, at_most: int = 100) -> list[CoreCall]:
    """Take the requests that are due; each is put off before it is asked, so a crash asks it again later."""
    calls = _due(tx, core_calls.c.tries < MOST_TRIES, now, at_most)
    for call in calls:
        later = now + FIRST_WAIT * 2**call.tries * (1 + JITTER * _spread(call.id))
        change = update(core_calls).where(core_calls.c.id == call.id)
        tx.connection.execute(change.values(tries=call.tries + 1, due_at=later))
    return [replace(call, tries=call.tries + 1) for call in calls]


def _spread(id: str) -> float:
    """0 … 1, the same for a call whenever it is asked."""
    return int(id[-8:], 16) / 0xFFFFFFFF


def put_off(tx: Tx, call: str, trouble: str, until: datetime | None) -> None:
    """Why a request was not heard, and until when the core asked us to wait, where it did."""
    change = update(core_calls).where(core_calls.c.id == call, core_calls.c.state == "due")
    tx.connection.execute(change.values(trouble=trouble[:64], **({"due_at": until} if until else {})))


def refuse(tx: Tx, call: str, trouble: str, now: datetime) -> None:
    """The core system heard this request and said no."""
    change = update(core_calls).where(core_calls.c.id == call, core_calls.c.state == "due")
    tx.connection.execute(change.values(state="refused", trouble=trouble[:64], asked_at=now, answered_at=now))


def give_up(tx: Tx, now: datetime, at_most: int = 100) -> list[CoreCall]:
    """End the requests that the core system never heard in all their tries: a person must ask."""
    calls = _due(tx, core_calls.c.tries >= MOST_TRIES, now, at_most)
    change = update(core_calls).where(core_calls.c.id.in_([call.id for call in calls]))
    tx.connection.execute(change.values(state="dead"))
    return calls


def _due(tx: Tx, which: ColumnElement[bool], now: datetime, at_most: int) -> list[CoreCall]:
    query = (
        select(core_calls)
        .where(core_calls.c.state == "due", core_calls.c.due_at <= now, which)
        .order_by(core_calls.c.due_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    return [_call(row) for row in tx.connection.execute(query)]


def _call(row: Row[Any]) -> CoreCall:
    return CoreCall(
        id=row.id,
        person=row.person,
        act=row.act,
        transfer_ref=row.transfer_ref or "",
        reason=row.reason,
        tries=row.tries,
        episode=row.episode,
        reminded_at=row.reminded_at,
        asked_at=row.asked_at,
        cause=row.cause,
        seconds=row.seconds,
    )


def asked(tx: Tx, calls: Sequence[str], now: datetime) -> None:
    """The core system took these requests; what it did about them, only it can say."""
    change = update(core_calls).where(core_calls.c.id.in_(calls), core_calls.c.state == "due")
    tx.connection.execute(change.values(state="asked", asked_at=now, trouble=None))


def unconfirmed(tx: Tx, since: datetime, at_most: int = 500) -> list[CoreCall]:
    """Holds and releases that were asked for since then and that the core has not shown to be done."""
    query = (
        select(core_calls)
        .where(core_calls.c.state == "asked", core_calls.c.act != "freeze", core_calls.c.asked_at >= since)
        .where(core_calls.c.transfer_ref.is_not(None))  # of somebody forgotten: nobody knows which it was
        .order_by(core_calls.c.asked_at)
        .limit(at_most)
    )
    return [_call(row) for row in tx.connection.execute(query)]


def confirmed(tx: Tx, calls: Sequence[str], now: datetime) -> None:
    """The core system's own word shows that these were done."""
    _end(tx, calls, "confirmed", now)


def came_late(tx: Tx, calls: Sequence[str], now: datetime) -> list[str]:
    """The core system's own word shows that the money left before it acted; those that nobody knew of."""
    return _end(tx, calls, "late", now)


def _end(tx: Tx, calls: Sequence[str], state: str, now: datetime) -> list[str]:
    change = update(core_calls).where(core_calls.c.id.in_(calls), core_calls.c.state == "asked")
    ended = change.values(state=state, answered_at=now).returning(core_calls.c.id)
    return list(tx.connection.execute(ended).scalars().all())


def remind(tx: Tx, calls: Sequence[str], now: datetime) -> list[str]:
    """Note that a person was told that nothing followed; those of which nobody was told before."""
    waits = core_calls.c.id.in_(calls) & (core_calls.c.state == "asked") & core_calls.c.reminded_at.is_(None)
    told = update(core_calls).where(waits).values(reminded_at=now).returning(core_calls.c.id)
    return list(tx.connection.execute(told).scalars().all())
