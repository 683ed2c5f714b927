"""What people type about recovery cases: sums, currencies, moments, transfers and firms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

import click

from outreach.cli.desk import LONGEST_NOTE
from outreach.domain.loss import Lost
from outreach.domain.moment import read_moment
from outreach.engine import case_desk
from outreach.engine.case_desk import Partner, Who
from outreach.store.case_amounts import Amount
from outreach.wiring.cases import partners
from outreach.wiring.house import House

MONEY = {"refund": "refunded", "recover": "recovered", "correct": "corrected"}
"""What came back, by the act that records it."""


def read_sum(amount: str | None) -> Decimal | None:
    """An amount as typed; exits where it is none."""
    if amount is None:
        return None
    try:
        found = Decimal(amount.replace(",", "").replace("_", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0 or found >= 10**18 or found != round(found, 8):
        raise click.BadParameter(
            "a sum above zero with 8 decimals at most, as 1250.50", param_hint="--amount"
        )
    return found


def read_currency(said: str | None) -> str | None:
    """A currency as typed, in capitals."""
    if said is None:
        return None
    word = said.strip().upper()
    if not (1 <= len(word) <= 12 and word.isascii() and word.isalnum()):
        raise click.BadParameter("a code such as EUR or USDT", param_hint="--currency")
    return word


def _when(said: str | None, now: datetime) -> datetime | None:
    at = read_moment(said, now) if said else None
    if said and (at is None or at > now):
        raise click.BadParameter("a time that is past, as 2026-11-22T14:00 or 3h", param_hint="--when")
    return at


def read_told(text: str) -> str:
    """A text as typed, at its longest."""
    words = text.strip()
    if len(words) > LONGEST_NOTE:
        raise click.BadParameter(f"{LONGEST_NOTE:,} characters at most", param_hint="--text")
    return words


def read_lost(where: Mapping[str, str], now: datetime) -> Lost:
    """A transfer as typed."""
    found, currency = read_sum(where.get("amount")), where.get("currency")
    if found is not None and currency is None:
        raise click.BadParameter("say in which currency", param_hint="--currency")
    return Lost(
        chain=(where.get("chain") or "").strip().lower(),
        place=(where.get("place") or "").strip(),
        amount=found,
        currency=read_currency(currency),
        sent_at=_when(where.get("when"), now),
        transfer_ref=(where.get("transfer") or "").strip() or None,
    )


def read_amount(what: str, who: Who, given: Mapping[str, str]) -> Amount:
    """What came back, as typed."""
    amount, currency = read_sum(given["amount"]), read_currency(given["currency"])
    if amount is None or currency is None or not (given["source"] or "").strip():
        raise click.UsageError(f"{what} needs --amount, --currency and --source")
    source = given["source"].strip()[:64]
    return Amount(
        kind=MONEY[what],
        amount=amount,
        currency=currency,
        source=source,
        actor=who.name,
        reference=given["ref"],
    )


def read_firm(house: House, name: str | None) -> Partner:
    """The firm of this name; exits where none has it."""
    known = partners(house.settings)
    found = case_desk.known(known, name or "")
    if found is None:
        names = ", ".join(one.name for one in known)
        raise click.BadParameter(f"one of: {names} ([partners] in the settings)", param_hint="--to")
    return found
