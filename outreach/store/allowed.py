"""The allow-list: what no list can make listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from outreach.domain.chains import Address, Chain
from outreach.store.database import Tx
from outreach.store.tables import allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """An address that no list makes listed, and why; `at` None where it ships with the package."""

    address: Address
    reason: str
    actor: str
    at: datetime | None


def all_allowed(tx: Tx) -> list[Allowed]:
    """What people here allowed, in order of chain and address."""
    rows = tx.connection.execute(select(allowed).order_by(allowed.c.chain, allowed.c.address)).all()
    return [
        Allowed(
            address=Address(Chain(row.chain), row.address, row.also),
            reason=row.reason,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    ]


def allow(tx: Tx, addresses: Sequence[Address], reason: str, actor: str, now: datetime) -> int:
    """Allow these from now on; how many were not yet."""
    rows = [
        {
            "chain": each.chain.value,
            "address": each.text,
            "also": each.also,
            "reason": reason,
            "actor": actor,
            "at": now,
        }
        for each in dict.fromkeys(addresses)
    ]
    return tx.insert_new(allowed, rows)


def disallow(tx: Tx, address: Address) -> bool:
    """Allow it no more; whether it was."""
    which = (allowed.c.chain == address.chain.value) & (allowed.c.address == address.text)
    return bool(tx.connection.execute(delete(allowed).where(which)).rowcount)
