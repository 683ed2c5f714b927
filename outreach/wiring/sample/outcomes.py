"""What became of the sample's money: `outcomes.csv`, to try reports on, as invented as all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from outreach.wiring.sample.rows import Told

COLUMNS = (
    "kind", "at", "source_id", "user_ref", "transfer_ref", "beneficiary", "amount", "currency", "rate",
    "rate_source", "by",
)  # fmt: skip

GONE = "sent"
OPEN = {"pending", "held", "released"}

ENDS = {
    "warn": {("cancelled", "user"): 45, ("made", "core"): 30, ("cancelled", "core"): 15,
             ("lapsed", "core"): 10},
    "near_miss": {("cancelled", "user"): 10, ("made", "core"): 90},
}  # fmt: skip
"""How a transfer that was still open ended, of a hundred, by what the rules say of it."""

LABELS = {"warn": (0.40, 0.10), "near_miss": (0.06, 0.10)}
"""How often an analyst calls it a scam, or legitimate; of the others nobody says anything."""

BACK = 0.2
"""How often some of a loss comes back."""


def outcomes(told: Iterable[Told], now: datetime, dice: Random) -> list[Sequence[str]]:
    """A line of columns, and a line for each telling; every transfer is told of once."""
    lines: list[Sequence[str]] = [COLUMNS]
    seen: set[object] = set()
    for each in told:
        ref = each.values.get("transfer_ref")
        if ref is None or ref in seen or each.drawn.fate not in ENDS:
            continue
        seen.add(ref)
        lines += [_line(each, len(lines) + n, *one) for n, one in enumerate(_became(each, now, dice))]
    return lines


Became = tuple[str, str, datetime, Decimal]
"""Kind, by whom, when, and how much of it."""


def _became(told: Told, now: datetime, dice: Random) -> Iterator[Became]:
    state, fate, whole = told.values.get("transfer_state"), told.drawn.fate, Decimal(1)
    flagged_at = told.values["flagged_at"]
    assert isinstance(flagged_at, datetime)
    if state == GONE:
        kind, by, at = "made", "core", flagged_at - timedelta(minutes=dice.randrange(1, 30))
    elif state in OPEN:
        kind, by = _drawn(ENDS[fate], dice)
        at = now + timedelta(minutes=dice.randrange(10, 600))
    else:
        return
    yield kind, by, at, whole
    scam, legitimate = LABELS[fate]
    chance = dice.random()
    if chance < scam + legitimate:
        yield "scam" if chance < scam else "legitimate", "analyst", at + timedelta(hours=2), whole
    if kind == "made" and chance < scam and dice.random() < BACK:
        yield "recovered", "partner", at + timedelta(hours=6), Decimal(dice.randrange(1, 10)) / 10


def _drawn(shares: Mapping[tuple[str, str], int], dice: Random) -> tuple[str, str]:
    return dice.choices(list(shares), list(shares.values()))[0]


def _line(told: Told, number: int, kind: str, by: str, at: datetime, part: Decimal) -> Sequence[str]:
    values = told.values
    amount, usd = values.get("amount"), values.get("amount_at_risk_usd")
    assert isinstance(amount, Decimal)
    rate = f"{usd / amount:.8f}" if isinstance(usd, Decimal) and amount else ""
    return (
        kind, at.isoformat(timespec="seconds").replace("+00:00", "Z"), f"O{number:06d}",
        str(values["user_ref"]), str(values["transfer_ref"]), str(values["beneficiary"]),
        format(amount * part, "f"), str(values["currency"]), rate, "sample" if rate else "", by,
    )  # fmt: skip
