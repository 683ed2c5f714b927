"""Halts: an operator's stop of everything, a pattern or a channel; and the mark of a restored database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import halts, outreaches

ALL = "all"
RESTORED = "restored"
"""The scope that says which moment a restored database comes from, while what was sent since is unknown."""


def halt(tx: Tx, scope: str, about: str, reason: str, actor: str, now: datetime) -> bool:
    """Stop it; False where it was stopped already. `about` is the pattern's or channel's name, or empty."""
    if any(row.scope == scope and row.object == about for row in _standing(tx)):
        return False
    write_audit(tx, "halt", f"{scope} {about}".rstrip(), reason, actor, now)
    row = {"id": tx.new_id(), "scope": scope, "object": about, "reason": reason, "actor": actor}
    tx.insert(halts, [{**row, "at": now, "lifted_at": None}])
    return True


def lift(tx: Tx, scope: str, about: str, actor: str, now: datetime) -> int:
    """Let it go on; the number of halts lifted. Letting everything go on takes off a restore's mark, too."""
    scopes = [scope, RESTORED] if scope == ALL else [scope]
    which = halts.c.lifted_at.is_(None) & halts.c.scope.in_(scopes)
    if scope != ALL:
        which &= halts.c.object == about
    lifted = tx.connection.execute(update(halts).where(which).values(lifted_at=now)).rowcount
    if lifted:
        write_audit(tx, "lift", f"{scope} {about}".rstrip(), "", actor, now)
    return lifted


def was_warned_about(tx: Tx, pattern: str) -> bool:
    """Whether anybody was ever to be warned about this pattern, whatever today's rules are about."""
    query = select(outreaches.c.id).where(outreaches.c.pattern == pattern).limit(1)
    return tx.connection.execute(query).first() is not None


def restored_from(tx: Tx) -> str | None:
    """The moment that a restored database comes from, until its halt is lifted."""
    return next((row.object for row in _standing(tx) if row.scope == RESTORED), None)


def _standing(tx: Tx) -> list[Any]:
    return list(tx.connection.execute(select(halts).where(halts.c.lifted_at.is_(None))))
