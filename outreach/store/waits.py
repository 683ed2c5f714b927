"""Who waits in a wait list: written with the decision, and ended once, where they are warned or cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from outreach.domain.experiment import CONTROL, Design
from outreach.store.database import Tx
from outreach.store.decisions import Decided
from outreach.store.tables import decisions, episodes, flags, people, waits

OPENED, FORGOTTEN = "opened", "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """Somebody whose wait is over: the control decision, its flag, and its episode as it stands."""

    decision: str
    person: str
    episode: str
    beneficiary: str
    is_open: bool  # the episode
    is_known: bool  # the person: nobody has forgotten them
    pattern: str
    rule: str
    rule_set_sha256: str
    flag: str
    flagged_at: datetime
    score: Decimal
    facts: Mapping[str, Any] = field(repr=False)


def write_waits(tx: Tx, decided: Sequence[Decided], now: datetime) -> None:
    """Let the controls of wait lists wait, in the transaction of their decisions; once an episode."""
    waiting = [(d, e) for d in decided if (e := d.decision.rule.rule.experiment) and is_waiting(d)]
    rows = [
        {
            "decision": one.id,
            "person": one.person,
            "episode": one.episode,
            "registration": one.decision.registration,
            "due_at": now + experiment.wait,
            "ended_at": None,
            "end": None,
        }
        for one, experiment in waiting
        if experiment.wait is not None
    ]
    tx.insert_missing(waits, rows)


def is_waiting(one: Decided) -> bool:
    """Whether a decision puts somebody on a wait list."""
    experiment = one.decision.rule.rule.experiment
    is_listed = experiment is not None and experiment.design is Design.WAIT_LIST
    return is_listed and one.decision.arm == CONTROL


def is_any_due(tx: Tx, now: datetime) -> bool:
    """Whether anybody's wait is over; without a lock."""
    query = select(waits.c.decision).where(waits.c.ended_at.is_(None), waits.c.due_at <= now).limit(1)
    return tx.connection.execute(query).first() is not None


def due(tx: Tx, now: datetime, most: int) -> list[Waited]:
    """Whose wait is over, the longest first."""
    w, d, e = waits.c, decisions.c, episodes.c
    query = (
        select(
            *(w.decision, w.person, w.episode, e.beneficiary, e.closed_at, people.c.id.label("known")),
            *(d.pattern, d.rule, d.rule_set_sha256, d.flag, flags.c.flagged_at, flags.c.score, d.facts),
        )
        .join(decisions, d.id == w.decision)
        .join(episodes, e.id == w.episode)
        .join(flags, flags.c.id == d.flag)
        .outerjoin(people, people.c.id == w.person)
        .where(w.ended_at.is_(None), w.due_at <= now)
        .order_by(w.due_at, w.decision)
        .limit(most)
    )
    return [_waited(row) for row in tx.connection.execute(query)]


def _waited(row: Any) -> Waited:
    return Waited(
        **{name: getattr(row, name) for name in _SAME},
        is_open=row.closed_at is None,
        is_known=row.known is not None,
    )


_SAME = (
    "decision", "person", "episode", "beneficiary", "pattern", "rule", "rule_set_sha256", "flag",
    "flagged_at", "score", "facts",
)  # fmt: skip


def end_waits(tx: Tx, ends: Mapping[str, str], now: datetime) -> None:
    """End these waits, each with what came of it; one that has ended stays as it is."""
    for end in sorted(set(ends.values())):
        these = [decision for decision, said in ends.items() if said == end]
        which = tx.among(waits.c.decision, these) & waits.c.ended_at.is_(None)
        tx.connection.execute(update(waits).where(which).values(ended_at=now, end=end))


def forget_waits(tx: Tx, person: str, now: datetime) -> None:
    """Nobody is warned any more who was forgotten."""
    which = (waits.c.person == person) & waits.c.ended_at.is_(None)
    tx.connection.execute(update(waits).where(which).values(ended_at=now, end=FORGOTTEN))
