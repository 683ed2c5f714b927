"""What operators see of traffic: every provider with its weight, breaker, rate and day, and every cap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from outreach.domain.scale import Channel
from outreach.domain.traffic.breaker import State
from outreach.domain.traffic.caps import MILLIONTHS, PARTS, SPEND
from outreach.domain.traffic.hearing import Hearing, slot_of
from outreach.store.allowance import buckets_now
from outreach.store.database import Tx
from outreach.store.lanes import heard_since
from outreach.store.tables import lanes, tallies

LATELY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStanding:
    """How one provider of one channel stands now. Nothing here is personal.

    `share` is as configured, `weight` as it drifted; both 0 … 1 within the channel. `breaker` is closed,
    open or half_open, until `breaker_until` where it is open. `tried` and `failed` (unavailable or unknown)
    are of the last minute, `answer_seconds` their mean time to an answer, None where nothing was measured.
    `rate` is parts a second and `tokens` the parts it could take now; None where it has no limit.
    `spent_today` is in `currency` since 00:00 UTC; None where there are no prices.
    """

    channel: str
    provider: str
    share: float
    weight: float
    breaker: str
    breaker_since: datetime
    breaker_until: datetime | None
    tried: int
    failed: int
    answer_seconds: float | None
    rate: float | None
    tokens: float | None
    parts_today: int
    spent_today: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CapStanding:
    """A cap that something was counted against in the hour or day of now.

    `key` names it: `+34/hour` and `+34/day` in SMS parts, `spend/USD/day` in units of the currency.
    """

    key: str
    count: Decimal
    cap: Decimal


def standing(tx: Tx, now: datetime) -> list[ProviderStanding]:
    """Every provider that was ever asked for, by channel and name."""
    heard, kept = heard_since(tx, now - LATELY), buckets_now(tx)
    today = select(tallies.c.key, tallies.c.total).where(tallies.c.slot == slot_of(now, "day"))
    counted = {row.key: row.total for row in tx.connection.execute(today)}
    spent = {key: count for key, count in counted.items() if key.startswith(f"{SPEND}/")}
    currency = next((key.split("/")[1] for key in spent), "")
    found = []
    for row in tx.connection.execute(select(lanes).order_by(lanes.c.channel, lanes.c.provider)):
        name = f"{row.channel}/{row.provider}"
        bucket, sounds = kept.get(row.provider), heard.get((Channel(row.channel), row.provider), Hearing())
        own = counted.get(f"{SPEND}/{currency}/{name}/day", 0)
        found.append(
            ProviderStanding(
                channel=row.channel,
                provider=row.provider,
                share=row.share,
                weight=row.weight,
                breaker=_state(row, now),
                breaker_since=row.since,
                breaker_until=row.until,
                tried=sounds.tried,
                failed=sounds.failed,
                answer_seconds=sounds.mean_seconds,
                rate=bucket.rate if bucket else None,
                tokens=bucket.tokens(now) if bucket else None,
                parts_today=counted.get(f"{PARTS}/{name}/day", 0),
                spent_today=Decimal(own) / MILLIONTHS if currency else None,
                currency=currency,
            )
        )
    return found


def _state(row: Any, now: datetime) -> str:
    """An open breaker whose pause is over waits for a probe: on an idle channel nobody has noted that yet."""
    is_over = row.breaker == State.OPEN and row.until is not None and row.until <= now
    return State.HALF_OPEN.value if is_over else str(row.breaker)


def caps(tx: Tx, now: datetime) -> list[CapStanding]:
    """Every cap of this hour and day that something was counted against, fullest first."""
    day, hour = tallies.c.slot == slot_of(now, "day"), tallies.c.slot == slot_of(now, "hour")
    query = select(tallies).where(tallies.c.cap.is_not(None), or_(day, hour))
    found = []
    for row in tx.connection.execute(query):
        if row.key.endswith("/day") and row.slot != slot_of(now, "day"):
            continue
        if row.key.endswith("/hour") and row.slot != slot_of(now, "hour"):
            continue
        unit = MILLIONTHS if row.key.startswith(f"{SPEND}/") else 1
        found.append(
            CapStanding(
                key=row.key.removeprefix("cap/"), count=Decimal(row.total) / unit, cap=Decimal(row.cap) / unit
            )
        )
    return sorted(found, key=lambda cap: (-cap.count / cap.cap if cap.cap else Decimal(-1), cap.key))
