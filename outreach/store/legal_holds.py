"""What stands against forgetting a person: a court or an authority, an open case, a request under way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import cases, core_calls, legal_holds, tasks


def keep(tx: Tx, person: str, reason: str, actor: str, now: datetime) -> None:
    """Let nobody forget this person, nor the daemon take anything of theirs away, until it is lifted."""
    row = {"id": tx.new_id(), "person": person, "reason": reason, "actor": actor, "at": now}
    tx.insert(legal_holds, [{**row, "lifted_by": None, "lifted_at": None}])
    write_audit(tx, "legal_hold", person, reason, actor, now)


def lift(tx: Tx, person: str, reason: str, actor: str, now: datetime) -> int:
    """Lift every legal hold on this person; how many stood."""
    standing = (legal_holds.c.person == person) & legal_holds.c.lifted_at.is_(None)
    change = update(legal_holds).where(standing).values(lifted_by=actor, lifted_at=now)
    lifted = int(tx.connection.execute(change).rowcount)
    if lifted:
        write_audit(tx, "legal_hold_lifted", person, reason, actor, now)
    return lifted


def kept_persons(tx: Tx) -> Collection[str]:
    """Everybody whom a legal hold is about."""
    query = select(legal_holds.c.person).where(legal_holds.c.lifted_at.is_(None))
    return set(tx.connection.execute(query).scalars())


def what_stands_against(tx: Tx, person: str) -> list[str]:
    """Why this person cannot be forgotten now, in words; empty where nothing stands against it."""
    why = [f"a legal hold stands: {reason}" for reason in _reasons(tx, person)]
    open_case = select(cases.c.id).where(cases.c.person == person, cases.c.state == "open")
    recovery = select(tasks.c.id).where(
        tasks.c.person == person, tasks.c.kind == "recovery", tasks.c.state.in_(("open", "taken"))
    )
    if tx.connection.execute(open_case).first() or tx.connection.execute(recovery).first():
        why.append("a recovery case is open: their money may come back; close it first")
    asked = select(core_calls.c.act).where(core_calls.c.person == person, core_calls.c.state == "due")
    if acts := sorted(set(tx.connection.execute(asked).scalars())):
        why.append(f"the core system is being asked to {' and '.join(acts)} a transfer: wait until it was")
    return why


def _reasons(tx: Tx, person: str) -> list[str]:
    query = select(legal_holds.c.reason).where(
        legal_holds.c.person == person, legal_holds.c.lifted_at.is_(None)
    )
    return list(tx.connection.execute(query).scalars())
