"""What a process held when it died, and when each piece of it was known to be with the provider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, and_, func, or_, select

from outreach.settings import read_settings
from outreach.store.database import open_engine
from outreach.store.tables import attempts, messages, outreaches
from outreach.wiring.chance import clock

Step = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: where, when, and what the process held then."""

    point: str  # "" for a random moment
    at: float
    held: frozenset[Step]


@contextmanager
def looking(workspace: Path) -> Iterator[Connection]:
    """A connection of our own that only reads."""
    engine = open_engine(read_settings(workspace).database_url)
    try:
        with engine.connect().execution_options(outreach_reads=True) as connection:
            yield connection
    finally:
        engine.dispose()


def held_by(workspace: Path, process: int) -> frozenset[Step]:
    """What this process had claimed and not given back: the step each climb stood at."""
    query = select(outreaches.c.id, outreaches.c.step).where(
        outreaches.c.lease_until.is_not(None),
        outreaches.c.lease_holder.like(f"{process}-%"),
        outreaches.c.state != "closed",
    )
    with looking(workspace) as connection:
        return frozenset((row.id, row.step) for row in connection.execute(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far everything has come."""

    opened: int
    closed: int
    settling: int
    under_way: int  # claimed by somebody, or due to be
    open_attempts: int


def standing(workspace: Path) -> Standing:
    """Counted in our own database: only for waiting, and for what is left in doubt."""
    count = select(func.count())
    is_due = and_(outreaches.c.state != "closed", outreaches.c.due_at <= clock())
    with looking(workspace) as look:
        under_way = look.execute(
            count.select_from(outreaches).where(or_(outreaches.c.lease_until.is_not(None), is_due))
        ).scalar_one()
        states = dict(
            look.execute(select(outreaches.c.state, func.count()).group_by(outreaches.c.state)).all()
        )
        still_open = look.execute(
            count.select_from(attempts).where(attempts.c.finished_at.is_(None))
        ).scalar_one()
    return Standing(
        opened=sum(states.values()),
        closed=states.get("closed", 0),
        settling=states.get("settling", 0),
        under_way=under_way,
        open_attempts=still_open,
    )


def seconds_to_recover(workspace: Path, kills: Sequence[Kill]) -> list[float]:
    """For each kill that interrupted something: from the kill until the last piece of it was settled."""
    known = _known(workspace)
    seconds = []
    for kill in kills:
        ends = [known[step] for step in kill.held if step in known]
        if ends:
            seconds.append(max(0.0, max(ends) - kill.at))
    return seconds


def doubts(workspace: Path) -> int:
    """How many attempts were in doubt at all."""
    with looking(workspace) as look:
        query = select(func.count()).select_from(attempts).where(attempts.c.settled.is_not(None))
        return int(look.execute(query).scalar_one())


def _known(workspace: Path) -> dict[Step, float]:
    """When each message was first known to be with its provider: its attempt's end, or a doubt settled."""
    query = (
        select(messages.c.outreach, messages.c.step, attempts.c.settled_at, attempts.c.finished_at)
        .join(attempts, attempts.c.message == messages.c.id)
        .where(or_(attempts.c.result == "accepted", attempts.c.settled.in_(("asked", "receipt"))))
    )
    known: dict[Step, float] = {}
    with looking(workspace) as look:
        for row in look.execute(query):
            at: datetime | None = row.settled_at or row.finished_at  # settled: in doubt before
            if at is not None:
                step = (row.outreach, row.step)
                known[step] = min(at.timestamp(), known.get(step, at.timestamp()))
    return known
