"""Calls: what came of each try, what of it is still to be done, and who is left in peace for a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from outreach.domain.calling import OVERHEARD
from outreach.domain.delivery import Status
from outreach.domain.profile import Profile
from outreach.domain.settling import How
from outreach.store.climb import CLIMBING
from outreach.store.database import Tx
from outreach.store.tables import attempts, calls, messages, outreaches, silences, tasks
from outreach.store.tasks import drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One try to reach a person by phone, the `n`th of its task; `message` is set where it was answered."""

    person: str
    task: str
    n: int
    actor: str
    outcome: str
    at: datetime
    next_at: datetime | None = None
    message: str | None = None


def write_call(tx: Tx, call: Call) -> None:
    """Keep what came of a call, once a try: Conflict where the try was told before. Counted on its task."""
    row = {name: getattr(call, name) for name in Call.__dataclass_fields__}
    tx.insert(calls, [{"id": tx.new_id(), **row, "answered_at": None}])
    tx.connection.execute(update(tasks).where(tasks.c.id == call.task).values(tries=call.n))


def unanswered(tx: Tx, at_most: int) -> list[tuple[str, str, str]]:
    """Calls whose answer is not kept yet: call, message, outcome. A process died, or is about to."""
    query = (
        select(calls.c.id, calls.c.message, calls.c.outcome)
        .where(calls.c.message.is_not(None), calls.c.answered_at.is_(None))
        .order_by(calls.c.id)
        .limit(at_most)
    )
    return [(row.id, row.message, row.outcome) for row in tx.connection.execute(query)]


def answered(tx: Tx, call: str, now: datetime) -> None:
    """The answer of this call is kept."""
    tx.connection.execute(update(calls).where(calls.c.id == call).values(answered_at=now))


def keep_silent(tx: Tx, person: str, until: datetime, now: datetime) -> None:
    """Send nothing to this person before then: they could not talk. The latest word counts."""
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(silences).values(person=person, until=until, at=now)
    tx.connection.execute(
        row.on_conflict_do_update(index_elements=["person"], set_={"until": until, "at": now})
    )


def silences_of(tx: Tx, persons: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Those of these people to whom nothing is sent now, each with the end of it."""
    query = select(silences.c.person, silences.c.until).where(
        tx.among(silences.c.person, persons), silences.c.until > now
    )
    return {row.person: row.until for row in tx.connection.execute(query)}


def quietened(tx: Tx, profiles: Mapping[str, Profile], now: datetime) -> dict[str, Profile]:
    """These profiles, with the silence of those who could not talk."""
    silent = silences_of(tx, profiles, now)
    return dict(profiles) | {p: replace(profiles[p], silent_until=until) for p, until in silent.items()}


UNPLACED = (tasks.c.kind == "call") & (tasks.c.state == "open") & tasks.c.not_before.is_(None)
"""Calls whose hours nobody has looked at yet."""


def place(tx: Tx, task: str, not_before: datetime, due_at: datetime) -> None:
    """Not before the person may be called; twice is as once."""
    change = update(tasks).where(tasks.c.id == task, UNPLACED)
    tx.connection.execute(change.values(not_before=not_before, due_at=due_at))


def drop_late(tx: Tx, now: datetime, outcome: str) -> int:
    """Drop the open calls whose outreach is of no use any more; their number. Each is audited."""
    over = select(outreaches.c.id).where(outreaches.c.expires_at <= now, outreaches.c.id == tasks.c.outreach)
    # Who could not talk is called all the same: the danger does not end with the transfer.
    could_talk = tasks.c.outcome.is_(None) | tasks.c.outcome.not_in(OVERHEARD)
    late = (tasks.c.kind == "call") & over.exists() & could_talk
    reason = "nobody could call before it was too late to be of use"
    return drop(tx, late, (outcome, reason), "outreach", now)


def settle_by_hand(tx: Tx, outreach: str, step: int, *, is_there: bool, now: datetime) -> bool:
    """A person found out what became of a message in doubt: it arrived, or may be sent again.

    True where it will be sent again: its climb goes on, and wrote no later message meanwhile.
    """
    where = (messages.c.outreach == outreach) & (messages.c.step == step)
    doubt = where & (messages.c.status == Status.IN_DOUBT.value)
    message = tx.connection.execute(select(messages.c.id).where(doubt)).scalar_one_or_none()
    if message is None:  # a receipt told first
        return False
    again = not is_there and _goes_back(tx, outreach, step, now)
    status = Status.ACCEPTED if is_there else Status.RETRYING if again else Status.CANCELLED
    held = (attempts.c.message == message) & (attempts.c.settled == How.HELD_FOR_HUMAN.value)
    word = How.TOLD if is_there else How.NOT_TAKEN
    tx.connection.execute(update(attempts).where(held).values(settled=word.value, settled_at=now))
    tx.connection.execute(update(messages).where(doubt).values(status=status.value, status_at=now))
    return again


def _goes_back(tx: Tx, outreach: str, step: int, now: datetime) -> bool:
    """Let a climb try this step again at once; False where it has ended, or said something since."""
    one = outreaches.c.id == outreach
    # Locked first: who wrote a later message meanwhile had to touch this row, and is seen from here on.
    state = tx.connection.execute(select(outreaches.c.state).where(one).with_for_update()).scalar_one()
    later = select(func.count()).where(messages.c.outreach == outreach, messages.c.step > step)
    if state != CLIMBING or tx.connection.execute(later).scalar_one():
        return False
    back = {"step": step, "sent": func.coalesce(outreaches.c.sent, 1) - 1, "due_at": now}
    tx.connection.execute(update(outreaches).where(one).values(**back, lease_until=None, lease_holder=None))
    return True
