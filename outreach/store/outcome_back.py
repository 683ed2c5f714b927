"""What came back in recovery cases, by case and currency, as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from outreach.store.database import Tx
from outreach.store.tables import case_amounts, cases, episodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """One case's sum in one currency; `at` is when the last of it came."""

    case: str
    person: str
    beneficiary: str
    currency: str
    amount: Decimal
    at: datetime


def money_back(tx: Tx, after: str, limit: int) -> tuple[list[Back], str, bool]:
    """The sums of all cases that have rows behind an id, the last id looked at, and whether there is more."""
    a, c, e = case_amounts.c, cases.c, episodes.c
    query = select(a.id, a.case).where(a.id > after).order_by(a.id).limit(limit)
    new = tx.connection.execute(query).all()
    if not new:
        return [], after, False
    whole = (
        select(a.case, a.person, a.kind, a.amount, a.currency, a.at, e.beneficiary)
        .join(cases, c.id == a.case)
        .join(episodes, e.id == c.episode)
        .where(tx.among(a.case, {row.case for row in new}))
    )
    sums: dict[tuple[str, str], Back] = {}
    for row in tx.connection.execute(whole.order_by(a.id)):
        key = (row.case, row.currency)
        amount = -row.amount if row.kind == "corrected" else row.amount
        before = sums.get(key)
        sums[key] = Back(
            case=row.case,
            person=row.person,
            beneficiary=row.beneficiary,
            currency=row.currency,
            amount=amount + (before.amount if before else 0),
            at=max(row.at, before.at) if before else row.at,
        )
    return list(sums.values()), new[-1].id, len(new) == limit
