"""Climbs: claim due outreaches, renew the claim before sending, move on, and keep why a step was not sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, true, update

from outreach.domain.delivery import Status
from outreach.domain.gate import BarRow
from outreach.domain.ladder import Ladder, thaw
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import acknowledgments, attempts, bars, decisions, messages, outreaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A message of the current step that was written down before: to be tried again, or in doubt."""

    message: Message
    template: str
    attempts: int
    is_open: bool  # its last attempt never finished: in doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An outreach this process works on until its lease runs out."""

    id: str
    person: str
    episode: str
    pattern: str
    rule: str
    urgency_rank: int
    ladder: Ladder
    step: int
    sent: int
    opened_at: datetime
    due_at: datetime
    expires_at: datetime | None
    is_acknowledged: bool
    facts: Mapping[str, Any]
    pending: Pending | None


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
    halted: Collection[str] = ()
    since: datetime | None = None


def claim(tx: Tx, lease: Lease, now: datetime, which: Which) -> list[str]:
    """Take due outreaches that nobody holds: the most urgent first, then by expiry.

    One UPDATE, so that no two processes ever hold one; on PostgreSQL others skip what is locked.
    """
    early = outreaches.c.opened_at >= which.since if which.since else true()
    free = or_(outreaches.c.lease_until.is_(None), outreaches.c.lease_until <= lease.now)
    due = (
        select(outreaches.c.id)
        .where(
            outreaches.c.state == "climbing",
            outreaches.c.due_at <= now,
            outreaches.c.pattern.not_in(which.halted),
            free,
            early,
        )
        .order_by(
            outreaches.c.urgency_rank.desc(),
            outreaches.c.expires_at.asc().nulls_last(),
            outreaches.c.due_at,
            outreaches.c.id,
        )
        .limit(which.at_most)
        .with_for_update(skip_locked=True)
    )
    change = (
        update(outreaches)
        .where(outreaches.c.id.in_(due))
        .values(lease_until=lease.until, lease_holder=lease.holder)
        .returning(outreaches.c.id)
    )
    return list(tx.connection.execute(change).scalars())


def renew(tx: Tx, ids: Sequence[str], lease: Lease) -> set[str]:
    """Those of these that are still ours and still climbing, held anew.

    A process that slept past its lease, or whose outreach was answered meanwhile, learns it here, in the
    transaction that writes the attempt.
    """
    ours: set[str] = set()
    for chunk in chunks(ids):
        change = (
            update(outreaches)
            .where(
                outreaches.c.id.in_(chunk),
                outreaches.c.lease_holder == lease.holder,
                outreaches.c.lease_until > lease.now,
                outreaches.c.state == "climbing",
            )
            .values(lease_until=lease.until)
            .returning(outreaches.c.id)
        )
        ours.update(tx.connection.execute(change).scalars())
    return ours


def load(tx: Tx, ids: Sequence[str]) -> list[Claimed]:
    """The claimed outreaches with their decision's facts, their answer and their unfinished message."""
    answered: set[str] = set()
    pending: dict[tuple[str, int], Pending] = {}
    rows: list[Any] = []
    for chunk in chunks(ids):
        query = select(acknowledgments.c.outreach).where(acknowledgments.c.outreach.in_(chunk))
        answered.update(tx.connection.execute(query).scalars())
        pending.update(_unfinished(tx, chunk))
        rows.extend(
            tx.connection.execute(
                select(outreaches, decisions.c.facts)
                .join(decisions, decisions.c.id == outreaches.c.decision)
                .where(outreaches.c.id.in_(chunk))
            )
        )
    ladders: dict[str, Ladder] = {}
    claimed = [
        Claimed(
            id=row.id,
            person=row.person,
            episode=row.episode,
            pattern=row.pattern,
            rule=row.rule,
            urgency_rank=row.urgency_rank,
            ladder=ladders.setdefault(row.ladder, thaw(row.ladder)),
            step=row.step,
            sent=row.sent,
            opened_at=row.opened_at,
            due_at=row.due_at,
            expires_at=row.expires_at,
            is_acknowledged=row.id in answered,
            facts=row.facts,
            pending=pending.get((row.id, row.step)),
        )
        for row in rows
    ]
    return sorted(claimed, key=_precedence)


def _precedence(one: Claimed) -> tuple[int, bool, datetime, datetime, str]:
    # Asked again, because an UPDATE gives its rows back in any order.
    expires = one.expires_at or one.due_at
    return (-one.urgency_rank, one.expires_at is None, expires, one.due_at, one.id)


def _unfinished(tx: Tx, ids: Sequence[str]) -> dict[tuple[str, int], Pending]:
    query = (
        select(messages, attempts.c.n, attempts.c.finished_at)
        .join(attempts, attempts.c.message == messages.c.id)
        .where(messages.c.outreach.in_(ids), messages.c.status.in_((Status.QUEUED, Status.RETRYING)))
        .order_by(attempts.c.n)
    )
    return {
        (row.outreach, row.step): Pending(
            message=_message(tx, row),
            template=row.template,
            attempts=row.n,
            is_open=row.finished_at is None,
        )
        for row in tx.connection.execute(query)
    }


def _message(tx: Tx, row: Any) -> Message:
    return Message(
        id=row.id,
        reference=row.reference,
        channel=Channel(row.channel),
        to=tx.vault.open(row.to_enc),
        locale=row.locale,
        content=Content(**json.loads(tx.vault.open(row.body_enc))),
        attempt=row.n + 1,
        thread=row.outreach,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where an outreach stands after this round; `closed` ends it."""

    id: str
    step: int
    sent: int
    due_at: datetime
    closed: str | None = None


def move(tx: Tx, moves: Sequence[Next], holder: str, now: datetime) -> None:
    """Move these on and give back their leases; one that another process took over is left alone."""
    if not moves:
        return
    tx.connection.execute(
        update(outreaches)
        .where(
            outreaches.c.id == bindparam("which"),
            outreaches.c.lease_holder == holder,
            outreaches.c.state == "climbing",
        )
        .values(
            step=bindparam("to_step"),
            sent=bindparam("to_sent"),
            due_at=bindparam("to_due"),
            state=bindparam("to_state"),
            closed_at=bindparam("to_closed"),
            close_reason=bindparam("to_reason"),
            lease_until=None,
        ),
        [
            {
                "which": m.id,
                "to_step": m.step,
                "to_sent": m.sent,
                "to_due": m.due_at,
                "to_state": "climbing" if m.closed is None else "closed",
                "to_closed": None if m.closed is None else now,
                "to_reason": m.closed,
            }
            for m in moves
        ],
    )


def write_bars(tx: Tx, rows: Sequence[tuple[str, BarRow]], now: datetime) -> None:
    """Keep the bars of these outreaches for the history."""
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
        ],
    )
