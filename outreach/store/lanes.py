"""Traffic, as all processes share it: the lanes with their breakers and weights, and what was heard.

A lane is one provider of one channel. Who changes lanes, buckets and tallies in one transaction takes them
in this order, each by key: no two processes ever wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from outreach.domain.scale import Channel
from outreach.domain.traffic.breaker import Breaker, State
from outreach.domain.traffic.hearing import Hearing, slot_of
from outreach.domain.traffic.policy import Name
from outreach.store.database import Tx
from outreach.store.tables import hearings, lanes

_LANES = select(lanes).order_by(lanes.c.channel, lanes.c.provider)
_LOCKED = _LANES.where(
    tuple_(lanes.c.channel, lanes.c.provider).in_(bindparam("names", expanding=True))
).with_for_update()
_HEARD = (
    select(
        hearings.c.channel,
        hearings.c.provider,
        func.sum(hearings.c.tried),
        func.sum(hearings.c.failed),
        func.sum(hearings.c.answers),
        func.sum(hearings.c.millis),
    )
    .where(hearings.c.slot > bindparam("since"))
    .group_by(hearings.c.channel, hearings.c.provider)
)

KEPT_FOR = timedelta(hours=1)
"""How long hearings are kept: longer than any window that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One provider of one channel, as it stands."""

    channel: Channel
    provider: str
    share: float
    weight: float
    steered_at: datetime
    breaker: Breaker

    @property
    def name(self) -> Name:
        """Its key."""
        return self.channel, self.provider


def lanes_of(tx: Tx, shares: Mapping[Name, float], now: datetime) -> dict[Name, Lane]:
    """These lanes, with the shares they are configured to; one that is new starts at its share, closed."""
    found = {lane.name: lane for lane in _lanes(tx)}
    missing = {name: share for name, share in shares.items() if name not in found}
    changed = [n for n, share in shares.items() if n in found and abs(found[n].share - share) > 1e-9]
    if missing:
        tx.insert_new(lanes, [_new(name, share, now) for name, share in sorted(missing.items())])
    if changed:
        _keep(tx, [(name, {"share": shares[name], "weight": shares[name]}) for name in sorted(changed)])
    if missing or changed:
        found = {lane.name: lane for lane in _lanes(tx)}
    return {name: found[name] for name in shares}


def locked(tx: Tx, names: Sequence[Name]) -> dict[Name, Lane]:
    """These lanes as they stand now, which nobody else changes before this transaction ends."""
    return {lane.name: lane for lane in _lanes(tx, sorted(names))}


def keep_breakers(tx: Tx, breakers: Mapping[Name, Breaker]) -> None:
    """Write down how these breakers stand; their lanes are `locked`."""
    _keep(
        tx,
        [
            (
                name,
                {
                    "breaker": b.state.value,
                    "since": b.since,
                    "until": b.until,
                    "trips": b.trips,
                    "probes": b.probes,
                    "passed": b.passed,
                },
            )
            for name, b in sorted(breakers.items())
        ],
    )


def keep_weights(tx: Tx, weights: Mapping[Name, float], now: datetime) -> None:
    """Write down these weights, as steered now; their lanes are `locked`."""
    _keep(tx, [(name, {"weight": w, "steered_at": now}) for name, w in sorted(weights.items())])


def add_hearings(tx: Tx, heard: Mapping[Name, Hearing], now: datetime) -> None:
    """Count what was just heard into the slot of now, and drop what is too old to be looked at."""
    rows = [
        {
            "channel": channel.value,
            "provider": provider,
            "slot": slot_of(now),
            "tried": h.tried,
            "failed": h.failed,
            "answers": h.answers,
            "millis": h.millis,
        }
        for (channel, provider), h in sorted(heard.items())
    ]
    if not rows:
        return
    tx.connection.execute(_counting(tx.connection.dialect.name), rows)


@lru_cache(maxsize=2)
def _counting(dialect: str) -> Executable:
    # Built once: each round would pay 2 µs a message for the building alone.
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(hearings)
    sums = ("tried", "failed", "answers", "millis")
    counted = {name: hearings.c[name] + new.excluded[name] for name in sums}
    return new.on_conflict_do_update(index_elements=["channel", "provider", "slot"], set_=counted)


def drop_hearings(tx: Tx, before: datetime) -> None:
    """Forget what was heard before this."""
    tx.connection.execute(delete(hearings).where(hearings.c.slot < before))


def forget_hearings(tx: Tx, name: Name) -> None:
    """Forget what was heard of a lane: its breaker closed, and starts with a clean window."""
    of_lane = (hearings.c.channel == name[0]) & (hearings.c.provider == name[1])
    tx.connection.execute(delete(hearings).where(of_lane))


def heard_since(tx: Tx, since: datetime) -> dict[Name, Hearing]:
    """What was heard of every lane since then, to the slot."""
    found = tx.connection.execute(_HEARD, {"since": since})
    return {
        (Channel(channel), provider): Hearing(
            tried=int(tried), failed=int(failed), answers=int(answers), millis=int(millis)
        )
        for channel, provider, tried, failed, answers, millis in found
    }


def _lanes(tx: Tx, names: Sequence[Name] | None = None) -> list[Lane]:
    if names is None:
        return [_lane(row) for row in tx.connection.execute(_LANES)]
    keys = [(channel.value, provider) for channel, provider in names]
    return [_lane(row) for row in tx.connection.execute(_LOCKED, {"names": keys})]


def _lane(row: Any) -> Lane:
    return Lane(
        channel=Channel(row.channel),
        provider=row.provider,
        share=row.share,
        weight=row.weight,
        steered_at=row.steered_at,
        breaker=Breaker(
            state=State(row.breaker),
            since=row.since,
            until=row.until,
            trips=row.trips,
            probes=row.probes,
            passed=row.passed,
        ),
    )


def _new(name: Name, share: float, now: datetime) -> dict[str, Any]:
    return {
        "channel": name[0].value,
        "provider": name[1],
        "share": share,
        "weight": share,
        "steered_at": now,
        "breaker": State.CLOSED.value,
        "since": now,
        "until": None,
        "trips": 0,
        "probes": 0,
        "passed": 0,
    }


def _keep(tx: Tx, changes: Sequence[tuple[Name, Mapping[str, Any]]]) -> None:
    if not changes:
        return
    which = (lanes.c.channel == bindparam("of_channel")) & (lanes.c.provider == bindparam("of_provider"))
    values: dict[str, Any] = {column: bindparam(f"to_{column}") for column in changes[0][1]}
    tx.connection.execute(
        update(lanes).where(which).values(**values),
        [
            {"of_channel": name[0].value, "of_provider": name[1], **{f"to_{k}": v for k, v in change.items()}}
            for name, change in changes
        ],
    )
