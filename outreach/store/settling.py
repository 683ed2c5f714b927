"""Doubts: outreaches that stand still until it is known whether a provider has their message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update

from outreach.domain.delivery import Status
from outreach.domain.ladder import thaw
from outreach.domain.message import Message
from outreach.domain.ruleset import InDoubt
from outreach.domain.settling import Doubt, How
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.sending import read_message
from outreach.store.tables import attempts, messages, outreaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """An outreach in doubt: the message of its step, as its last attempt, and whom to ask about it.

    `wait` is the step's own: what passes between the attempt and the next step.
    """

    outreach: str
    person: str
    step: int
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
    last = (
        select(
            attempts.c.message,
            func.max(attempts.c.n).label("n"),
            func.count(attempts.c.settled).filter(attempts.c.settled == How.REPEATED.value).label("repeats"),
        )
        .group_by(attempts.c.message)
        .subquery()
    )
    found = []
    for chunk in chunks(ids):
        query = (
            select(
                messages,
                outreaches.c.sent,
                outreaches.c.ladder,
                outreaches.c.in_doubt,
                last.c.n,
                last.c.repeats,
                attempts.c.provider,
                attempts.c.started_at,
                attempts.c.finished_at,
                attempts.c.safe_at,
            )
            .join(outreaches, outreaches.c.id == messages.c.outreach)
            .join(last, last.c.message == messages.c.id)
            .join(attempts, (attempts.c.message == messages.c.id) & (attempts.c.n == last.c.n))
            .where(
                messages.c.outreach.in_(chunk),
                messages.c.step == outreaches.c.step,
                messages.c.status == Status.IN_DOUBT.value,
            )
        )
        for row in tx.connection.execute(query):
            since = row.finished_at or row.started_at
            found.append(
                Doubtful(
                    outreach=row.outreach,
                    person=row.person,
                    step=row.step,
                    sent=row.sent,
                    wait=thaw(row.ladder).steps[row.step].wait,
                    message=read_message(tx, row, row.n),
                    provider=row.provider,
                    tried_at=row.started_at,
                    doubt=Doubt(
                        since=since,
                        safe_at=row.safe_at or since,
                        policy=InDoubt(row.in_doubt),
                        repeats=row.repeats,
                    ),
                )
            )
    return found


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
