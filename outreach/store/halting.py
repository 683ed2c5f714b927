"""Halts: an operator's stop of everything, a pattern or a channel; and the mark of a restored database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from outreach.domain.gate.asking import HALT_PAUSE
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import bars, halts, outreaches

ALL = "all"
RESTORED = "restored"
"""The scope that says which moment a restored database comes from, while what was sent since is unknown."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One halt that stands."""

    scope: str
    about: str


def halt(tx: Tx, scope: str, about: str, reason: str, actor: str, now: datetime) -> bool:
    """Stop it; False where it was stopped already. `about` is the pattern's or channel's name, or empty."""
    if any((each.scope, each.about) == (scope, about) for each in standing(tx)):
        return False
    write_audit(tx, "halt", f"{scope} {about}".rstrip(), reason, actor, now)
    row = {"id": tx.new_id(), "scope": scope, "object": about, "reason": reason, "actor": actor}
    tx.insert(halts, [{**row, "at": now, "lifted_at": None}])
    return True


def resume(tx: Tx, scope: str, about: str, actor: str, now: datetime) -> int:
    """Let it go on at once; the number of halts that ended.

    Letting everything go on takes off a restore's mark, too.
    """
    scopes = [scope, RESTORED] if scope == ALL else [scope]
    which = halts.c.lifted_at.is_(None) & halts.c.scope.in_(scopes)
    if scope != ALL:
        which &= halts.c.object == about
    ended = tx.connection.execute(update(halts).where(which).values(lifted_at=now, lifted_by=actor)).rowcount
    if ended:
        write_audit(tx, "resume", f"{scope} {about}".rstrip(), "", actor, now)
        _wake(tx, now)
    return ended


def was_warned_about(tx: Tx, pattern: str) -> bool:
    """Whether anybody was ever to be warned about this pattern, whatever today's rules are about."""
    query = select(outreaches.c.id).where(outreaches.c.pattern == pattern).limit(1)
    return tx.connection.execute(query).first() is not None


def restored_from(tx: Tx) -> str | None:
    """The moment that a restored database comes from, until its halt is lifted."""
    return next((each.about for each in standing(tx) if each.scope == RESTORED), None)


def standing(tx: Tx) -> list[Standing]:
    """Every halt that stands, the oldest first."""
    query = select(halts.c.scope, halts.c.object).where(halts.c.lifted_at.is_(None)).order_by(halts.c.id)
    return [Standing(*row) for row in tx.connection.execute(query)]


def _wake(tx: Tx, now: datetime) -> None:
    """Steps that wait because their channel was halted ask again now, not when their minute is over."""
    o, b = outreaches.c, bars.c
    was_halted = select(b.id).where(b.outreach == o.id, b.reason == "halted", b.until > now).exists()
    soon = o.due_at.between(now, now + HALT_PAUSE) & (o.state == "climbing") & o.lease_until.is_(None)
    tx.connection.execute(update(outreaches).where(soon, was_halted).values(due_at=now))
