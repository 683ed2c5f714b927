"""Doubts: outreaches that stand still until it is known whether a provider has their message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update

from outreach.domain.delivery import Status
from outreach.domain.ladder import after_saying, thaw
from outreach.domain.message import Message
from outreach.domain.ruleset import InDoubt
from outreach.domain.settling import Doubt, How
from outreach.store.climb import CLIMBING, SETTLING
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.sending import read_message
from outreach.store.tables import attempts, messages, outreaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """An outreach in doubt: the message of its step, as its last attempt, and whom to ask about it.

    `wait` is the step's own: what passes between the attempt and the step `following`.
    """

    outreach: str
    person: str
    step: int
    following: int
    sent: int
    wait: timedelta
    message: Message
    provider: str
    tried_at: datetime
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a doubt ended, and the status it leaves the message in. `ref`: the provider's id, if told."""

    doubtful: Doubtful
    how: How
    status: Status
    ref: str | None = None


def doubts(tx: Tx, ids: Sequence[str]) -> list[Doubtful]:
    """What is in doubt of these outreaches; one whose message's fate was learnt meanwhile is left out."""
    return [
        doubtful
        for chunk in chunks(ids)
        for doubtful in _read(
            tx,
            messages.c.outreach.in_(chunk)
            & (messages.c.step == outreaches.c.step)
            & (messages.c.status == Status.IN_DOUBT.value),
        )
    ]


_HAS_ENDED = outreaches.c.state.not_in(("pending", "held", CLIMBING, SETTLING))
"""Closed; so said that no index of climbs fits. SQLite else reads every climb that ever ended, each second,
instead of the few attempts that are open or in doubt."""


def left_behind(tx: Tx, now: datetime, at_most: int) -> list[Doubtful]:
    """What is in doubt of climbs that have ended, where the provider's "no" counts by now."""
    query = (
        select(attempts.c.message)
        .join(messages, messages.c.id == attempts.c.message)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .where(
            attempts.c.safe_at <= now,
            attempts.c.settled.is_(None),
            messages.c.status == Status.IN_DOUBT.value,
            _HAS_ENDED,
        )
        .order_by(attempts.c.safe_at)
        .limit(at_most)
    )
    return _read(tx, messages.c.id.in_(list(tx.connection.execute(query).scalars())))


def abandoned(tx: Tx, lease_now: datetime, at_most: int) -> list[tuple[Message, str]]:
    """Messages, with their providers, whose process died and whose climb ended: nobody claims those."""
    query = (
        select(messages, attempts.c.n, attempts.c.provider)
        .join(attempts, attempts.c.message == messages.c.id)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .where(
            attempts.c.finished_at.is_(None),
            attempts.c.lease_until <= lease_now,
            _HAS_ENDED,
        )
        .limit(at_most)
    )
    return [(read_message(tx, row, row.n), row.provider) for row in tx.connection.execute(query)]


def give_up(tx: Tx, ended: Sequence[str]) -> None:
    """Nobody holds these climbs (outreach ids) any more: what a sleeper then says of them is told late."""
    if ended:
        tx.connection.execute(
            update(outreaches).where(tx.among(outreaches.c.id, ended)).values(lease_holder=None)
        )


def ask_later(tx: Tx, doubts: Sequence[Doubtful], at: datetime) -> None:
    """Ask about these, whose climbs have ended, again at this time."""
    for doubtful in doubts:
        tx.connection.execute(
            update(attempts)
            .where(attempts.c.message == doubtful.message.id, attempts.c.n == doubtful.message.attempt)
            .values(safe_at=at)
        )


def _read(tx: Tx, which: ColumnElement[bool]) -> list[Doubtful]:
    rows = tx.connection.execute(
        select(messages, outreaches.c.sent, outreaches.c.ladder, outreaches.c.in_doubt)
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .where(which)
    ).all()
    tried: dict[str, list[Any]] = defaultdict(list)
    theirs = attempts.c.message.in_([row.id for row in rows])
    for attempt in tx.connection.execute(select(attempts).where(theirs).order_by(attempts.c.n)):
        tried[attempt.message].append(attempt)
    return [_doubtful(tx, row, tried[row.id]) for row in rows if tried[row.id]]


def _doubtful(tx: Tx, row: Any, tried: Sequence[Any]) -> Doubtful:
    last = tried[-1]
    since = last.finished_at or last.started_at
    ladder = thaw(row.ladder)
    return Doubtful(
        outreach=row.outreach,
        person=row.person,
        step=row.step,
        following=after_saying(ladder, row.step),
        sent=row.sent,
        wait=ladder.steps[row.step].wait,
        message=read_message(tx, row, last.n),
        provider=last.provider,
        tried_at=last.started_at,
        doubt=Doubt(
            since=since,
            safe_at=last.safe_at or since,
            policy=InDoubt(row.in_doubt),
            repeats=sum(attempt.settled == How.REPEATED for attempt in tried),
        ),
    )


def settle(tx: Tx, settled: Sequence[Settled], now: datetime) -> None:
    """Write how these doubts ended; one that a receipt ended first keeps the receipt's word."""
    if not settled:
        return
    tx.connection.execute(
        update(attempts)
        .where(
            attempts.c.message == bindparam("which"),
            attempts.c.n == bindparam("number"),
            attempts.c.settled.is_(None),
        )
        .values(
            settled=bindparam("word"),
            settled_at=now,
            provider_ref=func.coalesce(bindparam("ref"), attempts.c.provider_ref),
        ),
        [
            {
                "which": s.doubtful.message.id,
                "number": s.doubtful.message.attempt,
                "word": s.how.value,
                "ref": s.ref,
            }
            for s in settled
        ],
    )
    tx.connection.execute(
        update(messages)
        .where(messages.c.id == bindparam("which"), messages.c.status == Status.IN_DOUBT.value)
        .values(status=bindparam("word"), status_at=now),
        [{"which": s.doubtful.message.id, "word": s.status.value} for s in settled],
    )
