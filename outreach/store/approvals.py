"""Approvals: what waits for a person's word, and every word that was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from outreach.domain.edition import SHORTEST
from outreach.domain.ladder import Close
from outreach.domain.limits import Limit, Passed
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.ending import end_outreaches
from outreach.store.ramps import widen_to_all
from outreach.store.tables import approvals, assents, outreaches
from outreach.store.usual import approve_today, take_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What waits, or waited, for a person's word; `state` is asked, approved, rejected or expired."""

    id: str
    run: str
    pattern: str
    rule: str
    reason: str
    kinds: str
    users: int
    state: str
    asked_at: datetime
    answered_at: datetime | None
    actor: str | None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What was passed."""
        return tuple(Limit(word) for word in self.kinds.split())


@dataclass(frozen=True, slots=True)
class Word:
    """One person's word on an approval."""

    actor: str
    verdict: str
    reason: str
    at: datetime
    seen: int | None = None  # how many people it was about when it was shown; a yes is about no others


class End(StrEnum):
    """What a word did."""

    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"  # all of it was too late
    FIRST = "first"  # one more person has to say it
    TWICE = "twice"  # this person has said it already
    ANSWERED = "answered"  # somebody else was faster
    GREW = "grew"  # others joined since this person was shown who waits


@dataclass(frozen=True, slots=True)
class Said:
    """What a word did, to how many outreaches, and how many of them were too late."""

    end: End
    count: int = 0
    expired: int = 0


def hold(
    tx: Tx,
    run: str,
    rule: tuple[str, str],
    passed: Sequence[Passed],
    which: ColumnElement[bool],
    now: datetime,
) -> str:
    """Hold these outreaches of a rule (pattern, id) for approval; its id.

    They join what waits already for the same limits of the rule: a night's runs must not ask a hundred times.
    """
    kinds = " ".join(sorted({each.limit.value for each in passed}))
    a = approvals.c
    same = (a.state == "asked") & (a.pattern == rule[0]) & (a.rule == rule[1]) & (a.kinds == kinds)
    known = tx.connection.execute(select(a.id).where(same)).scalars().first()
    id = known or tx.new_id()
    held = update(outreaches).where(which).values(state="held", approval=id, lease_until=None)
    users = tx.connection.execute(held).rowcount
    reason = "; ".join(each.words for each in passed)
    if known:
        more = update(approvals).where(a.id == id).values(users=a.users + users, reason=reason)
        tx.connection.execute(more)
        return id
    what = {"id": id, "run": run, "pattern": rule[0], "rule": rule[1], "reason": reason, "kinds": kinds}
    asked = {"users": users, "state": "asked", "actor": None, "asked_at": now, "answered_at": None}
    tx.insert(approvals, [{**what, **asked}])
    return id


def waiting_approvals(tx: Tx) -> list[Approval]:
    """What waits for a person's word, oldest first."""
    return _read(tx, approvals.c.state == "asked")


def found(tx: Tx, piece: str) -> list[Approval]:
    """The approvals whose id, or whose run's id, begins or ends with this: `SHORTEST` characters at least."""
    if not piece.isalnum() or len(piece) < SHORTEST:
        return []
    a = approvals.c
    return _read(tx, or_(*(c.like(w) for c in (a.id, a.run) for w in (f"{piece}%", f"%{piece}"))))


def _read(tx: Tx, which: ColumnElement[bool]) -> list[Approval]:
    query = select(approvals).where(which).order_by(approvals.c.asked_at, approvals.c.id)
    return [
        Approval(**{name: getattr(row, name) for name in Approval.__dataclass_fields__})
        for row in tx.connection.execute(query)
    ]


def words_on(tx: Tx, approval: str) -> list[Word]:
    """What was said on it, oldest first."""
    a = assents.c
    query = select(a.actor, a.verdict, a.reason, a.at).where(a.approval == approval).order_by(a.at, a.id)
    return [Word(*row) for row in tx.connection.execute(query)]


def answer(tx: Tx, approval: str, word: Word, *, two_people: bool = False) -> Said:
    """One person's word (verdict approved or rejected) on what waits; see `End`. A no needs one person."""
    take_turn(tx)  # a run that ends just now must not join what is answered, nor lock it the other way round
    row = tx.connection.execute(
        select(approvals).where(approvals.c.id == approval).with_for_update()
    ).one_or_none()
    if row is None or row.state != "asked":
        return Said(End.ANSWERED)
    if word.seen is not None and word.seen != row.users:
        return Said(End.GREW, row.users)
    before = words_on(tx, approval)
    if any(each.actor.casefold() == word.actor.casefold() for each in before):
        if word.verdict != "rejected":
            return Said(End.TWICE)
    else:
        said = {"id": tx.new_id(), "approval": approval, "actor": word.actor, "verdict": word.verdict}
        tx.insert(assents, [{**said, "reason": word.reason, "at": word.at}])
    about = f"{row.pattern}/{row.rule} {approval}"
    act = "approve" if word.verdict == "approved" else "reject"
    write_audit(tx, act, about, word.reason, word.actor, word.at)
    if word.verdict == "approved" and two_people and not before:
        return Said(End.FIRST, row.users)
    return _end(tx, row, word)


def _end(tx: Tx, row: Any, word: Word) -> Said:
    held = (outreaches.c.approval == row.id) & (outreaches.c.state == "held")
    if word.verdict == "rejected":
        count = _close(tx, held, Close.REJECTED, word.at)
        _mark(tx, row.id, "rejected", word)
        return Said(End.REJECTED, count)
    expired = _close(tx, held & (outreaches.c.expires_at <= word.at), Close.EXPIRED, word.at)
    let_go = update(outreaches).where(held).values(state="climbing", due_at=word.at)
    count = tx.connection.execute(let_go).rowcount
    if expired and not count:
        _mark(tx, row.id, "expired", word)
        return Said(End.EXPIRED, 0, expired)
    if Limit.USUAL.value in row.kinds.split():
        approve_today(tx, row.pattern, row.rule)
    if Limit.RAMP.value in row.kinds.split():
        widen_to_all(tx, (row.pattern, row.rule), word.at)
    _mark(tx, row.id, "approved", word)
    return Said(End.RELEASED, count, expired)


def _close(tx: Tx, which: ColumnElement[bool], why: Close, now: datetime) -> int:
    """With what waits on them: what a restore holds was under way before."""
    ids = list(tx.connection.execute(select(outreaches.c.id).where(which).with_for_update()).scalars())
    end_outreaches(tx, ids, why.value, now)
    return len(ids)


def _mark(tx: Tx, approval: str, state: str, word: Word) -> None:
    done = update(approvals).where(approvals.c.id == approval)
    tx.connection.execute(done.values(state=state, actor=word.actor, answered_at=word.at))


def expire(tx: Tx, now: datetime) -> tuple[int, int]:
    """Close what waited until it was too late: of ramps, and of approvals; the numbers of outreaches."""
    late = outreaches.c.expires_at <= now
    ramped = _close(tx, late & (outreaches.c.state == "ramp"), Close.RAMPED, now)
    held = _close(tx, late & (outreaches.c.state == "held"), Close.EXPIRED, now)
    # Also of those who went another way: overtaken, answered, forgotten.
    still = select(outreaches.c.id).where(
        outreaches.c.approval == approvals.c.id, outreaches.c.state == "held"
    )
    lost = (approvals.c.state == "asked") & (approvals.c.users > 0) & ~still.exists()
    tx.connection.execute(update(approvals).where(lost).values(state="expired", answered_at=now))
    return ramped, held


def held_until(tx: Tx, approval: str) -> tuple[int, datetime | None, datetime | None]:
    """How many outreaches of it still wait, and when the first and the last of them expire."""
    o = outreaches.c
    query = select(func.count(), func.min(o.expires_at), func.max(o.expires_at))
    row: Any = tx.connection.execute(query.where(o.approval == approval, o.state == "held")).one()
    return row[0], row[1], row[2]
