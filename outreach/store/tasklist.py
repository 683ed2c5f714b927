"""The tasks desk, read: what is open, one task whole, and the figures of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, true

from outreach.domain.experiment import Design
from outreach.domain.running import TasksNow, Waiting
from outreach.domain.scale import Channel, Urgency
from outreach.domain.tasking import OpenTask, TaskState
from outreach.store.database import Tx
from outreach.store.tables import (
    contact_points,
    decisions,
    messages,
    outreaches,
    people,
    profiles,
    registrations,
    tasks,
)

GOING_ON = ("open", "taken")
SHORTEST_ID = 4
"""How many characters of a task's end name it, where they are its alone."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTask:
    """A task with all that an agent needs: `text` says what to say and what not; `phone` is personal."""

    task: OpenTask
    text: str = field(repr=False)
    user: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    closed_at: datetime | None
    reference: str | None  # of the message that the task is about


def _query(which: ColumnElement[bool]) -> Any:
    return (
        select(
            tasks,
            outreaches.c.urgency_rank,
            outreaches.c.pattern,
            outreaches.c.expires_at,
            decisions.c.facts,
            registrations.c.sha256.label("lottery"),
            profiles.c.zone,
            profiles.c.country,
            profiles.c.locale,
        )
        .outerjoin(outreaches, outreaches.c.id == tasks.c.outreach)
        .outerjoin(decisions, decisions.c.id == outreaches.c.decision)
        .outerjoin(registrations, _is_drawn())
        .outerjoin(profiles, profiles.c.person == tasks.c.person)
        .where(which)
    )


def _is_drawn() -> ColumnElement[bool]:
    """That a decision put its person into a call lottery."""
    is_lottery = registrations.c.design == Design.CALL_LOTTERY.value
    return and_(registrations.c.sha256 == decisions.c.registration, decisions.c.arm.is_not(None), is_lottery)


def open_now(tx: Tx, which: ColumnElement[bool] | None = None) -> list[OpenTask]:
    """Every task that is open or taken, the soonest due first."""
    wanted = tasks.c.state.in_(GOING_ON) & (true() if which is None else which)
    found = tx.connection.execute(_query(wanted).order_by(tasks.c.due_at, tasks.c.id))
    return [_open_task(row) for row in found]


def ids_ending_in(tx: Tx, typed: str) -> list[str]:
    """The tasks whose id ends so; none for what is too short, or no id at all."""
    end = typed.strip().lower()
    if not SHORTEST_ID <= len(end) <= 32 or not end.isalnum():
        return []
    query = select(tasks.c.id).where(tasks.c.id.like(f"%{end}")).order_by(tasks.c.id).limit(10)
    return list(tx.connection.execute(query).scalars())


def whole(tx: Tx, task: str, *, is_to_change: bool = False) -> WholeTask | None:
    """One task, whatever its state; None where it is not there. `is_to_change`: nobody else changes it
    until this transaction ends."""
    if is_to_change:
        tx.connection.execute(select(tasks.c.id).where(tasks.c.id == task).with_for_update())
    row = tx.connection.execute(_query(tasks.c.id == task)).one_or_none()
    if row is None:
        return None
    phone = select(contact_points.c.value_enc).where(
        contact_points.c.person == row.person,
        contact_points.c.channel == Channel.SMS.value,
        contact_points.c.valid_to.is_(None),
    )
    known = tx.connection.execute(select(people.c.user_ref_enc).where(people.c.id == row.person)).first()
    number = tx.connection.execute(phone).scalars().first()
    at_step = _message(tx, row)
    return WholeTask(
        task=_open_task(row),
        text=tx.vault.open(row.text_enc),
        user=tx.vault.open(known.user_ref_enc) if known else None,
        phone=tx.vault.open(number) if number else None,
        closed_at=row.closed_at,
        reference=at_step.reference if at_step else None,
    )


def message_of(tx: Tx, task: OpenTask) -> str | None:
    """The message that an answer given to this task belongs to: its step's, else the outreach's latest."""
    row = _message(tx, task)
    return row.id if row else None


def _message(tx: Tx, task: Any) -> Row[Any] | None:
    query = (
        select(messages.c.id, messages.c.reference)
        .where(messages.c.outreach == task.outreach)
        .order_by((messages.c.step == task.step).desc(), messages.c.step.desc())
        .limit(1)
    )
    return tx.connection.execute(query).first()


def _open_task(row: Row[Any]) -> OpenTask:
    own = {name: getattr(row, name) for name in _SAME}
    is_of_outreach = row.urgency_rank is not None
    return OpenTask(
        **own,
        state=TaskState(row.state),
        urgency_rank=row.urgency_rank if is_of_outreach else Urgency.CRITICAL.rank,
        amount=_amount(row.facts or {}),
    )


_SAME = (
    "id", "kind", "person", "outreach", "step", "owner", "opened_at", "due_at", "not_before", "tries",
    "taken_at", "lease_until", "outcome", "pattern", "expires_at", "zone", "country", "locale",
    "lottery",
)  # fmt: skip


def _amount(facts: Mapping[str, Any]) -> float | None:
    """US dollars at risk, as the decision saw them; None where they are not known."""
    try:
        amount = float(facts["amount_at_risk_usd"])
    except (KeyError, TypeError, ValueError):
        return None
    return amount if 0 <= amount < float("inf") else None


def tasks_now(tx: Tx, now: datetime) -> TasksNow:
    """How the tasks stand: open, taken, overdue, and how long those of the last day waited to be taken."""
    is_open = tasks.c.state.in_(GOING_ON)
    waits = select(tasks.c.opened_at, tasks.c.taken_at).where(tasks.c.taken_at >= now - DAY)
    waited = [(row.taken_at - row.opened_at).total_seconds() for row in tx.connection.execute(waits)]
    taken = select(func.count()).where(tasks.c.state == "taken", tasks.c.lease_until > now)
    return TasksNow(
        open=_waiting(tx, tasks.c.opened_at, is_open),
        overdue=_waiting(tx, tasks.c.due_at, is_open & (tasks.c.due_at < now)),
        taken=tx.connection.execute(taken).scalar_one(),
        mean_wait=sum(waited) / len(waited) if waited else None,
        waits=len(waited),
    )


def _waiting(tx: Tx, since: Any, which: ColumnElement[bool]) -> Waiting:
    count, oldest = tx.connection.execute(select(func.count(), func.min(since)).where(which)).one()
    return Waiting(count=count, oldest=oldest)
