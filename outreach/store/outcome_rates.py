"""Rates: an amount in the firm's outcome currency by what was known then, never by a guess."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from outreach.domain.outcomes.rate import FLAG, FLAG_CURRENCY, SAME, rate_of
from outreach.store.database import Tx
from outreach.store.tables import decisions

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Priced:
    """One person's transfer in a currency: what a flag may have said what it was worth."""

    person: str
    transfer: str
    currency: str


def transfer_hash(tx: Tx, ref: str) -> str:
    """A transfer's keyed hash; "" where nobody names one."""
    return tx.vault.fingerprint(f"transfer|{ref}") if ref else ""


def priced(tx: Tx, currency: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with rates where one is known: the same currency, whatever rate was given it, or, where nobody
    gave one, what a flag froze."""
    asked = {n: key for n, row in enumerate(rows) if (key := _asked(row, currency)) is not None}
    frozen = _of_flags(tx, set(asked.values())) if currency == FLAG_CURRENCY else {}
    found = {n: (frozen[key], FLAG) for n, key in asked.items() if key in frozen}
    found.update((n, (ONE, SAME)) for n, row in enumerate(rows) if _is_same(row, currency))
    return [
        {**row, "rate": found[n][0], "rate_source": found[n][1]} if n in found else row
        for n, row in enumerate(rows)
    ]


def _lacks_rate(row: Mapping[str, Any]) -> bool:
    return row["amount"] is not None and row["rate"] is None


def _is_same(row: Mapping[str, Any], currency: str) -> bool:
    return row["amount"] is not None and row["currency"] == currency


def _asked(row: Mapping[str, Any], currency: str) -> Priced | None:
    if not _lacks_rate(row) or row["currency"] in (None, currency):
        return None
    known = row["person"] and row["transfer"]
    return Priced(row["person"], row["transfer"], row["currency"]) if known else None


def _of_flags(tx: Tx, wanted: Collection[Priced]) -> dict[Priced, Decimal]:
    """What the first decision about each transfer had frozen: worth at risk, by amount."""
    d = decisions.c
    persons = {each.person for each in wanted}
    query = select(d.person, d.facts).where(tx.among(d.person, persons)).order_by(d.at, d.id)
    found: dict[Priced, Decimal] = {}
    for person, facts in tx.connection.execute(query):
        key = Priced(
            person,
            transfer_hash(tx, str(facts.get("transfer_ref") or "")),
            str(facts.get("currency") or "").upper(),
        )
        if key in wanted and key not in found and (rate := _frozen(facts)) is not None:
            found[key] = rate
    return found


def _frozen(facts: Mapping[str, Any]) -> Decimal | None:
    try:
        return rate_of(Decimal(facts["amount_at_risk_usd"]), Decimal(facts["amount"]))
    except (KeyError, TypeError, InvalidOperation):
        return None
