"""Ramps, as all processes share them; who waits for a step, and what those inside have answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from outreach.domain.ramp import Answers, RampStanding, RampState
from outreach.store.database import Tx
from outreach.store.tables import acknowledgments, outreaches, ramps, runs
from outreach.store.usual import Rule

RAMP = "ramp"
"""The state of an outreach that waits for its step."""


def standings(tx: Tx) -> dict[Rule, RampStanding]:
    """How far each rule's ramp has come."""
    return {
        (row.pattern, row.rule): RampStanding(
            version=row.version,
            step=row.step,
            state=RampState(row.state),
            started_at=row.started_at,
            stepped_at=row.stepped_at,
            reason=row.reason,
        )
        for row in tx.connection.execute(select(ramps))
    }


def keep(tx: Tx, rule: Rule, standing: RampStanding) -> None:
    """Write a ramp down as it stands now."""
    tx.connection.execute(delete(ramps).where(ramps.c.pattern == rule[0], ramps.c.rule == rule[1]))
    row = {name: getattr(standing, name) for name in standing.__dataclass_fields__}
    tx.insert(ramps, [{**row, "state": standing.state.value, "pattern": rule[0], "rule": rule[1]}])


def widen_to_all(tx: Tx, rule: Rule, now: datetime) -> None:
    """A person has looked at why it stopped, and said yes: everybody is inside."""
    which = (
        (ramps.c.pattern == rule[0]) & (ramps.c.rule == rule[1]) & (ramps.c.state == RampState.STOPPED.value)
    )
    done = update(ramps).where(which).values(state=RampState.DONE.value, stepped_at=now, reason="")
    tx.connection.execute(done)


def answers(tx: Tx, rule: Rule, since: datetime) -> Answers:
    """What those whom the rule warned since then have answered."""
    o, a = outreaches.c, acknowledgments.c
    query = (
        select(func.count(), func.count().filter(a.answer == "it_is_mine"))
        .select_from(acknowledgments)
        .join(outreaches, o.id == a.outreach)
        .where(a.at >= since, o.pattern == rule[0], o.rule == rule[1], o.opened_at >= since)
    )
    given, mine = tx.connection.execute(query).one()
    return Answers(int(given), int(mine))


def waiting(rule: Rule) -> ColumnElement[bool]:
    """That an outreach waits for its step of this rule's ramp."""
    o = outreaches.c
    return and_(o.state == RAMP, o.pattern == rule[0], o.rule == rule[1])


def waiting_of(tx: Tx, rule: Rule, ids: Sequence[str]) -> ColumnElement[bool]:
    """That an outreach is one of these, and waits for its step of this rule's ramp."""
    return and_(waiting(rule), tx.among(outreaches.c.id, ids))


def rules_with_waiting(tx: Tx) -> dict[Rule, int]:
    """The rules for whose steps anybody waits, and how many do."""
    o = outreaches.c
    query = select(o.pattern, o.rule, func.count()).where(o.state == RAMP).group_by(o.pattern, o.rule)
    return {(pattern, rule): int(count) for pattern, rule, count in tx.connection.execute(query)}


def due(tx: Tx, rule: Rule, now: datetime) -> list[tuple[str, str]]:
    """Who (outreach, person) has to be looked at: their step may have come.

    What a run opened that goes on still has its limits before it: those count whoever waits.
    """
    going_on = select(runs.c.id).where(runs.c.state == "running")
    query = select(outreaches.c.id, outreaches.c.person).where(
        waiting(rule), outreaches.c.due_at <= now, outreaches.c.run.not_in(going_on)
    )
    return [(id, person) for id, person in tx.connection.execute(query)]


def let_in(tx: Tx, ids: Sequence[str], now: datetime) -> int:
    """These climb from now on."""
    which = tx.among(outreaches.c.id, ids) & (outreaches.c.state == RAMP)
    return tx.connection.execute(
        update(outreaches).where(which).values(state="climbing", due_at=now)
    ).rowcount


def look_again(tx: Tx, ids: Sequence[str], at: datetime) -> None:
    """These are outside until then, at least."""
    which = tx.among(outreaches.c.id, ids) & (outreaches.c.state == RAMP)
    tx.connection.execute(update(outreaches).where(which).values(due_at=at))


def look_now(tx: Tx, rule: Rule, now: datetime) -> None:
    """All that wait for this rule are looked at anew: its ramp went on."""
    tx.connection.execute(update(outreaches).where(waiting(rule)).values(due_at=now))


def last_run(tx: Tx, rule: Rule) -> str | None:
    """The newest run that opened anything for this rule."""
    query = select(func.max(outreaches.c.run)).where(
        outreaches.c.pattern == rule[0], outreaches.c.rule == rule[1]
    )
    return tx.connection.execute(query).scalar_one_or_none()
