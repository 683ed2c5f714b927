"""Whom people were flagged paying, as keyed hashes: enough to know an address again, and its twins."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import payees

RENEWED_AFTER = timedelta(days=1)
"""A payee who is paid every minute is not written every minute."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Somebody paid, or wanted to pay, an address; `address` and `ends` are keyed hashes."""

    person: str
    chain: str
    address: str
    ends: str
    first_at: datetime
    last_at: datetime


def payees_of(tx: Tx, persons: Collection[str]) -> list[Payee]:
    """All that these people were flagged paying."""
    p = payees.c
    columns = (p.person, p.chain, p.address, p.ends, p.first_at, p.last_at)
    found: list[Payee] = []
    for chunk in chunks(persons):
        found += [Payee(*row) for row in tx.connection.execute(select(*columns).where(p.person.in_(chunk)))]
    return found


def who_paid(tx: Tx, chain: str, key: str, since: datetime) -> list[Payee]:
    """Who was flagged paying an address (its key, `domain.chains.key_of`) since then, in order of person."""
    p = payees.c
    query = select(p.person, p.chain, p.address, p.ends, p.first_at, p.last_at).where(
        p.address == tx.vault.fingerprint(key), p.chain == chain, p.last_at >= since
    )
    return [Payee(*row) for row in tx.connection.execute(query.order_by(p.person))]


def write_payees(tx: Tx, rows: Sequence[Payee]) -> None:
    """Keep these, each once; one that is known is known until its newest time."""
    values = [
        {
            "id": tx.new_id(),
            "person": row.person,
            "chain": row.chain,
            "address": row.address,
            "ends": row.ends,
            "first_at": row.first_at,
            "last_at": row.last_at,
        }
        for row in rows
    ]
    tx.insert_missing(payees, values)
    tx.each(_SEEN, [_named(row) | {"seen": row.last_at} for row in rows if row.first_at < row.last_at])


def _named(row: Payee) -> dict[str, str]:
    return {"whose": row.person, "on": row.chain, "paid": row.address}


_SEEN = (
    update(payees)
    .where(
        payees.c.person == of(payees.c.person, "whose"),
        payees.c.chain == of(payees.c.chain, "on"),
        payees.c.address == of(payees.c.address, "paid"),
    )
    .values(last_at=of(payees.c.last_at, "seen"))
)
_GONE = delete(payees).where(
    payees.c.person == of(payees.c.person, "whose"),
    payees.c.chain == of(payees.c.chain, "on"),
    payees.c.address == of(payees.c.address, "paid"),
)


def drop_payees(tx: Tx, rows: Collection[tuple[str, str, str]]) -> None:
    """Let go of these (person, chain, hash of the address): a payment that was called off was none."""
    tx.each(_GONE, [{"whose": person, "on": chain, "paid": address} for person, chain, address in rows])
