"""After a restore: what the database forgot may have been sent, so nothing is sent until a person says so.

A copy does not know what happened after it was made. Steps that came due since may have been sent; what a
feed brought since is brought again. Both are held for approval, rule by rule, behind a halt of everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from outreach.domain.limits import Limit, Passed
from outreach.store import approvals, halting
from outreach.store.database import Tx
from outreach.store.ramps import RAMP
from outreach.store.tables import (
    attempts,
    audit,
    halts,
    looks,
    messages,
    outreaches,
    processes,
    runs,
)

SIGNS = (processes.c.beat_at, looks.c.looked_at, runs.c.beat_at, runs.c.started_at, attempts.c.started_at,
         messages.c.created_at, audit.c.at)  # fmt: skip
"""Whatever the engine writes while it lives: the newest of it is when a copy was made, within seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """When the copy was made as far as it shows, and how many climbs are held because of what it forgot."""

    copied_at: datetime | None
    held: int


def last_sign(tx: Tx) -> datetime | None:
    """The newest moment that this database knows of."""
    found = (tx.connection.execute(select(func.max(column))).scalar() for column in SIGNS)
    return max((moment for moment in found if moment is not None), default=None)


def mark_restored(tx: Tx, actor: str, now: datetime) -> Restored:
    """Halt everything, and hold what may have been sent since the copy was made."""
    copied_at = last_sign(tx)
    since = copied_at.isoformat(timespec="seconds") if copied_at else "an unknown moment"
    tx.connection.execute(processes.delete())
    halting.halt(tx, halting.ALL, "", f"restored from a copy of {since}", actor, now)
    tx.connection.execute(  # a copy of a copy: only the last one counts
        update(halts)
        .where(halts.c.scope == halting.RESTORED, halts.c.lifted_at.is_(None))
        .values(lifted_at=now)
    )
    halting.halt(tx, halting.RESTORED, since, "what was sent since is not known", actor, now)
    return Restored(copied_at=copied_at, held=_hold(tx, since, now))


def why_held(since: str) -> str:
    """What an approver reads of a rule that is held after a restore."""
    return f"restored from a copy of {since}: these people may have been warned since"


def _hold(tx: Tx, since: str, now: datetime) -> int:
    """Hold the climbs whose step came due since then, and who waited for a ramp, which may have widened.

    What is in doubt is asked about, as ever.
    """
    o = outreaches.c
    due = ((o.state == "climbing") & (o.due_at <= now)) | (o.state == RAMP)
    groups = select(o.run, o.pattern, o.rule, func.count(o.person.distinct())).where(due)
    held = 0
    for run, pattern, rule, users in tx.connection.execute(groups.group_by(o.run, o.pattern, o.rule)).all():
        which = due & (o.run == run) & (o.pattern == pattern) & (o.rule == rule)
        held += users
        approvals.hold(tx, run, (pattern, rule), [Passed(Limit.RESTORED, why_held(since))], which, now)
    return held
