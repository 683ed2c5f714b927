"""What came back in a case: append-only, each currency by itself, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from outreach.store.cases import Case, exact
from outreach.store.database import Tx
from outreach.store.tables import case_amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One sum that came back. `kind`: refunded, recovered, or corrected: what was written too much, taken off
    again. `reference`: what tells it from another of the same size; only its keyed hash is kept."""

    kind: str
    amount: Decimal
    currency: str
    source: str
    actor: str
    at: datetime | None = None
    reference: str = ""


def add(tx: Tx, case: Case, one: Amount, now: datetime) -> bool:
    """Append a sum to a case that is held; False where it was recorded before."""
    amount = exact(one.amount)
    assert amount is not None
    signs = f"{one.kind}|{format(amount, 'f')}|{one.currency}|{one.source}|{one.reference}"
    row = {
        "id": tx.new_id(),
        "person": case.person,
        "case": case.id,
        "identity": tx.vault.fingerprint(f"amount|{case.id}|{signs}"),
        "kind": one.kind,
        "amount": amount,
        "currency": one.currency,
        "source": one.source[:64],
        "actor": one.actor[:64],
        "at": one.at or now,
    }
    return tx.insert_new(case_amounts, [row]) == 1


def of_case(tx: Tx, case: str) -> list[Amount]:
    """Every sum of a case, in the order they were written."""
    query = select(case_amounts).where(case_amounts.c.case == case).order_by(case_amounts.c.id)
    return [
        Amount(
            kind=row.kind,
            amount=exact(row.amount) or Decimal(0),
            currency=row.currency,
            source=row.source,
            actor=row.actor,
            at=row.at,
        )
        for row in tx.connection.execute(query)
    ]


def back(amounts: list[Amount]) -> dict[str, Decimal]:
    """What came back by currency: nothing is added up across them."""
    sums: dict[str, Decimal] = {}
    for one in amounts:
        sign = -1 if one.kind == "corrected" else 1
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + sign * one.amount
    return dict(sorted(sums.items()))
