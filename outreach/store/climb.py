"""Climbs: claim due outreaches, renew the claim before sending, move on, and keep why a step was not sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, true, union, update

from outreach.domain.gate import BarRow
from outreach.domain.scale import Urgency
from outreach.store.asked import among
from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import bars, messages, outreaches

CLIMBING = "climbing"
SETTLING = "settling"
"""The climb stands still until it is known whether the provider has the message of its step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who holds what until when, by the clock that leases live by."""

    holder: str
    now: datetime
    length: timedelta

    @property
    def until(self) -> datetime:
        """When a claim made now runs out."""
        return self.now + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which due outreaches: at most so many, none of a halted pattern, none opened before `since`."""

    at_most: int
    state: str = CLIMBING
    halted: Collection[str] = ()
    since: datetime | None = None


RANKS = tuple(sorted((urgency.rank for urgency in Urgency), reverse=True))

LOOKED_AT = 2
"""How many times as many as are taken are looked at, so that a claim costs the same however many are due."""

SOON = timedelta(minutes=15)
"""Among more than that the oldest are looked at, and beside them whatever expires so soon."""


def claim(tx: Tx, lease: Lease, now: datetime, which: Which) -> list[str]:
    """Take due outreaches that nobody holds: the most urgent first, then by expiry.

    One UPDATE an urgency, so that no two processes ever hold one; on PostgreSQL others skip what is locked.
    Where very many are due, the order by expiry is that of the oldest and of those that expire soon.
    """
    taken: list[str] = []
    for rank in RANKS:
        if len(taken) < which.at_most:
            taken += _claim_of(tx, lease, now, replace(which, at_most=which.at_most - len(taken)), rank)
    return taken


def _claim_of(tx: Tx, lease: Lease, now: datetime, which: Which, rank: int) -> list[str]:
    o = outreaches.c
    due = (
        select(o.id, o.expires_at, o.due_at)
        .where(o.state == which.state, o.urgency_rank == rank, o.due_at <= now)
        .where(or_(o.lease_until.is_(None), o.lease_until <= lease.now), o.pattern.not_in(which.halted))
        .where(o.opened_at >= which.since if which.since else true())
    )
    window = LOOKED_AT * which.at_most
    oldest = due.order_by(o.due_at).limit(window).subquery()
    ending = due.where(o.expires_at <= now + SOON).order_by(o.expires_at).limit(window).subquery()
    found = union(select(oldest), select(ending)).subquery()
    first, f = select(found.c.id), found.c
    if not tx.is_alone:  # locked where they are, and looked at again: another may have taken them meanwhile
        again = due.with_only_columns(o.id).where(tx.found_by(o.id, first))
        first, f = again.with_for_update(skip_locked=True), o
    first = first.order_by(f.expires_at.asc().nulls_last(), f.due_at, f.id).limit(which.at_most)
    change = (
        update(outreaches)
        .where(tx.found_by(o.id, first))
        .values(lease_until=lease.until, lease_holder=lease.holder)
        .returning(o.id)
    )
    return list(tx.connection.execute(change).scalars().all())


_RENEW = (
    update(outreaches)
    .where(
        among(outreaches.c.id, "ids"),
        outreaches.c.lease_holder == bindparam("holder"),
        outreaches.c.lease_until > bindparam("now"),
        outreaches.c.state != "closed",
    )
    .values(lease_until=of(outreaches.c.lease_until, "to_until"))
    .returning(outreaches.c.id)
)
_HELD = (
    select(outreaches.c.id)
    .where(among(outreaches.c.id, "ids"), outreaches.c.lease_holder == bindparam("holder"))
    .with_for_update()
)


def renew(tx: Tx, ids: Sequence[str], lease: Lease) -> set[str]:
    """Those of these that are still ours and have not ended, held anew.

    A process that slept past its lease, or whose outreach was answered meanwhile, learns it here, in the
    transaction that writes the attempt.
    """
    held = tx.rows(_RENEW, ids=ids, holder=lease.holder, now=lease.now, to_until=lease.until)
    return {id for (id,) in held}


def still_held(tx: Tx, ids: Sequence[str], holder: str) -> set[str]:
    """Those of these that nobody has taken over, ended or not; they stay so for this transaction."""
    return {id for (id,) in tx.rows(_HELD, ids=ids, holder=holder)}


def stand(tx: Tx, places: Sequence[tuple[str, int, int]], holder: str) -> None:
    """Where these climbs stand (outreach, step, sent) while the message of that step is under way."""
    if places:
        tx.connection.execute(
            update(outreaches)
            .where(outreaches.c.id == bindparam("which"), outreaches.c.lease_holder == holder)
            .values(step=bindparam("to_step"), sent=bindparam("to_sent")),
            [{"which": id, "to_step": step, "to_sent": sent} for id, step, sent in places],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where an outreach stands after this round; `closed` ends it. Settling, it is due to be asked about."""

    id: str
    step: int
    sent: int
    due_at: datetime
    closed: str | None = None
    is_settling: bool = False


_HELD_BY = (
    outreaches.c.id == bindparam("which"),
    outreaches.c.lease_holder == bindparam("holder"),
)
_TO = {
    "step": of(outreaches.c.step, "to_step"),
    "sent": of(outreaches.c.sent, "to_sent"),
    "due_at": of(outreaches.c.due_at, "to_due"),
    "lease_until": None,
}
_ONWARD = update(outreaches).where(*_HELD_BY, outreaches.c.state == CLIMBING).values(**_TO)
"""Nearly every move: SQLite writes anew each index of a column that is set, also where it stays the same."""

_MOVE = (
    update(outreaches)
    .where(*_HELD_BY, outreaches.c.state != "closed")
    .values(
        **_TO,
        state=of(outreaches.c.state, "to_state"),
        closed_at=of(outreaches.c.closed_at, "to_closed"),
        close_reason=of(outreaches.c.close_reason, "to_reason"),
    )
)


def move(tx: Tx, moves: Sequence[Next], holder: str, now: datetime, was: str = CLIMBING) -> None:
    """Move these on and give back their leases; one that another process took over is left alone.

    `was` is the state in which they were claimed.
    """
    onward = [_place(m, holder) for m in moves if was == CLIMBING and not m.closed and not m.is_settling]
    others = [m for m in moves if was != CLIMBING or m.closed or m.is_settling]
    tx.each(_ONWARD, onward)
    tx.each(_MOVE, [_place(m, holder) | _state(m, now) for m in others])


def _place(move: Next, holder: str) -> dict[str, object]:
    return {
        "which": move.id,
        "holder": holder,
        "to_step": move.step,
        "to_sent": move.sent,
        "to_due": move.due_at,
    }


def _state(move: Next, now: datetime) -> dict[str, object]:
    return {
        "to_state": "closed" if move.closed else SETTLING if move.is_settling else CLIMBING,
        "to_closed": now if move.closed else None,
        "to_reason": move.closed,
    }


def wake(tx: Tx, message_ids: Iterable[str], now: datetime) -> None:
    """Let climbs go on that stood still for one of these messages, because its fate is known now."""
    for chunk in chunks(message_ids):
        told = select(messages.c.outreach).where(
            messages.c.id.in_(chunk),
            messages.c.outreach == outreaches.c.id,
            messages.c.step == outreaches.c.step,
        )
        tx.connection.execute(
            update(outreaches)
            .where(outreaches.c.state == SETTLING, told.exists())
            .values(state=CLIMBING, due_at=now, lease_until=None, lease_holder=None)
        )


def wake_outreaches(tx: Tx, ids: Iterable[str], now: datetime) -> None:
    """Let these climbs go on: nothing is in doubt about them any more."""
    for chunk in chunks(ids):
        tx.connection.execute(
            update(outreaches)
            .where(outreaches.c.id.in_(chunk), outreaches.c.state == SETTLING)
            .values(state=CLIMBING, due_at=now, lease_until=None, lease_holder=None)
        )


def write_bars(tx: Tx, rows: Sequence[tuple[str, BarRow]], now: datetime) -> None:
    """Keep the bars of these outreaches for the history.

    A step that is held again for the same reason keeps its row, held longer: under a halt a hundred thousand
    climbs ask every minute.
    """
    again = _held_before(tx, rows)
    tx.each(
        _HELD_LONGER,
        [
            {"which": id, "at_step": bar.step, "why": bar.reason.value, "to_until": bar.until}
            for id, bar in rows
            if (id, bar.step, bar.reason.value) in again and bar.verdict == HELD
        ],
    )
    tx.insert(
        bars,
        [
            {
                "id": tx.new_id(),
                "outreach": outreach,
                "step": bar.step,
                "channel": bar.channel.value,
                "verdict": bar.verdict,
                "reason": bar.reason.value,
                "until": bar.until,
                "at": now,
            }
            for outreach, bar in rows
            if bar.verdict != HELD or (outreach, bar.step, bar.reason.value) not in again
        ],
    )


HELD = "held"

_HELD_LONGER = (
    update(bars)
    .where(
        bars.c.outreach == bindparam("which"),
        bars.c.step == bindparam("at_step"),
        bars.c.verdict == HELD,
        bars.c.reason == bindparam("why"),
    )
    .values(until=bindparam("to_until"))
)


def _held_before(tx: Tx, rows: Sequence[tuple[str, BarRow]]) -> set[tuple[str, int, str]]:
    """What these outreaches were held for before: outreach, step, reason."""
    held = {outreach for outreach, bar in rows if bar.verdict == HELD}
    if not held:
        return set()
    query = select(bars.c.outreach, bars.c.step, bars.c.reason)
    found = tx.connection.execute(query.where(tx.among(bars.c.outreach, held), bars.c.verdict == HELD))
    return {(row.outreach, row.step, row.reason) for row in found}
