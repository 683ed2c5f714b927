"""From an invented person and flag to a row of the feed: what a risk service writes beside the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from outreach.domain.facts import Value
from outreach.wiring.sample.flags import Drawn
from outreach.wiring.sample.people import Person

Row = dict[str, str]
"""Column of the feed → text."""

FIRM_COLUMNS = {"source_id": "flag_id", "user_ref": "customer_id", "pattern": "scam_type"}
"""What the sample's risk service calls these; the `select` of the feed says so."""

UNHEARD = ("romance_loan", "rental deposit", "Celebrity Pet Rescue", "crypto-atm-lottery")
LOOSE = {"pig_butchering": "Pig Butchering", "job_task": "job-task", "p2p_payment": "P2P payment"}
MEMOS = ("rent, October", "thanks!", "for the course", '=HYPERLINK("http://example.com")', "send no receipt")
COINS = (("USDT", 1.0), ("USDT", 1.0), ("USDC", 1.0), ("BTC", 1 / 64_000), ("ETH", 1 / 3_100))
BANKED = {"bank_transfer", "card", "cash_kiosk"}
AT_REST = {"none", None}
NO_FIAT = {"giveaway_deepfake", "address_poisoning", "approval_phishing", "pig_butchering", "fake_platform"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A flag with its transfer, before it is written down."""

    person: Person
    drawn: Drawn
    values: Mapping[str, Value]


def tell(person: Person, drawn: Drawn, number: int, now: datetime, dice: Random) -> Told:
    """The flag with all that rules do not ask and messages say: amount, currency, whom, which transfer."""
    facts = drawn.facts
    amount, currency = _amount(person, drawn, dice)
    has_transfer = facts.get("transfer_state") not in AT_REST
    values: dict[str, Value] = {
        "source_id": f"F{number:06d}",
        "user_ref": person.ref,
        **facts,
        "score_model": "acme-risk 4.2",
        "flagged_at": (now - timedelta(seconds=dice.randrange(30, 5400))).replace(microsecond=0),
        "beneficiary": f"invented-{dice.getrandbits(48):012x}",
        "transfer_ref": f"T{number:06d}" if has_transfer else None,
        "amount": amount,
        "currency": currency,
        **person.profile,
    }
    if "memo" not in values and facts["pattern"] != "recovery" and dice.random() < 0.06:
        values["memo"] = dice.choice(MEMOS)
    values["pattern"] = _as_spelled(str(facts["pattern"]), dice)
    return Told(person=person, drawn=drawn, values=values)


def again(told: Told, number: int, dice: Random) -> Told:
    """The same story flagged once more, a little later: it joins the episode of the first."""
    earlier = told.values["flagged_at"]
    assert isinstance(earlier, datetime)
    later = earlier + timedelta(seconds=dice.randrange(1, 30))
    values = {**told.values, "source_id": f"F{number:06d}", "flagged_at": later}
    return Told(person=told.person, drawn=told.drawn, values=values)


def row(told: Told) -> Row:
    """The row as text; what is unknown is left empty."""
    return {FIRM_COLUMNS.get(name, name): _text(value) for name, value in told.values.items()}


def _amount(person: Person, drawn: Drawn, dice: Random) -> tuple[Decimal, str]:
    at_risk = drawn.facts.get("amount_at_risk_usd")
    usd = float(at_risk) if isinstance(at_risk, Decimal) else dice.lognormvariate(6.4, 1.0)
    kind = drawn.facts.get("transfer_kind")
    is_banked = kind in BANKED or (
        kind is None and drawn.facts["pattern"] not in NO_FIAT and dice.random() < 0.6
    )
    currency, rate = (person.place.currency, person.place.rate) if is_banked else dice.choice(COINS)
    step = Decimal("0.0001") if rate < 0.01 else Decimal("0.01")
    return Decimal(usd * rate).quantize(step), currency


def _as_spelled(pattern: str, dice: Random) -> str:
    """The pattern as the risk service writes it: now and then loosely, or as one we have no rules for."""
    if pattern == "unknown_pattern":
        return dice.choice(UNHEARD)
    return LOOSE[pattern] if pattern in LOOSE and dice.random() < 0.2 else pattern


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Decimal():
            return format(value.normalize(), "f")
        case tuple():
            return ";".join(value) or "[]"
        case _:
            return str(value)
