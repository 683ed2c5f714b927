"""What a look-back found, as flags: the facts it knows, and those that earlier flags told of the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from outreach.domain.facts import Catalogue
from outreach.domain.lookback import MODEL, PATTERN, Turned
from outreach.frames import flag_schema

CARRIED = ("is_vulnerable", "tags", "age_band", "prior_report_at", "prior_loss_usd")
"""Facts about the person, not about a transfer: what was last told of them still counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """People and beneficiaries, a row each, and by user reference the facts of an earlier decision."""

    rows: Sequence[Mapping[str, Any]] = field(repr=False)
    before: Mapping[str, Mapping[str, Any]] = field(repr=False)


def pseudonym(fingerprint: Callable[[str], str], user_ref: str, key: str) -> str:
    """What makes it the same finding again: this person, this beneficiary. A keyed hash: it names nobody."""
    return fingerprint(f"{FINDING}{len(user_ref)}:{user_ref}{key}")


FINDING = "finding/"


def flag_table(
    findings: Findings, turned: Mapping[str, Turned], catalogue: Catalogue, now: datetime
) -> pa.Table:
    """One flag a row, in the flag schema; facts that the catalogue does not know stay out."""
    schema = flag_schema(catalogue)
    rows = [
        _flag(row, turned[row["key"]], findings.before.get(row["user_ref"], {}), now) | {"line": n}
        for n, row in enumerate(findings.rows, 1)
    ]
    columns = {each.name: [row.get(each.name) for row in rows] for each in schema}
    return pa.table({each.name: pa.array(columns[each.name], each.type) for each in schema}, schema=schema)


def _flag(row: Mapping[str, Any], turned: Turned, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    sent: Decimal | None = row["sent_usd"]
    last: datetime = row["last_sent_at"]
    of_person = {name: _typed(name, before[name]) for name in CARRIED if before.get(name) is not None}
    return {
        **row,
        **of_person,
        "pattern": PATTERN,
        "claimed_pattern": PATTERN,
        "risk_score": turned.confidence.quantize(Decimal("0.001")),
        "score_model": MODEL,
        "flagged_at": now,
        "transfer_state": "sent",
        "amount": sent,
        "currency": None if sent is None else "USD",
        "sent_at": last,
        "days_since": max(0, (now - last).days),
        "destination_listed": True,
        "destination_categories": list(turned.categories),
        "destination_listed_at": turned.listed_at,
    }


def _typed(name: str, value: Any) -> Any:
    """A kept fact as the flag schema has it."""
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return Decimal(value) if name.endswith("_usd") else value
