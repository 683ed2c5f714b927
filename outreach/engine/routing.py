"""Routing a round: lanes, buckets and tallies in, a way for each message out, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from outreach.domain.scale import Channel
from outreach.domain.traffic.breaker import Breaker, BreakerPolicy, State, looked_at
from outreach.domain.traffic.bucket import Till
from outreach.domain.traffic.caps import Counter, Metering, Slot, spend_key
from outreach.domain.traffic.hearing import slot_of
from outreach.domain.traffic.policy import Name, TrafficPolicy
from outreach.domain.traffic.route import Counts, Go, Road, Stay, Wish, route
from outreach.domain.traffic.size import sms_parts
from outreach.store import allowance, lanes
from outreach.store.database import Tx
from outreach.store.lanes import Lane
from outreach.store.sending import Draft

WHOLE = 2.0**32

PROBED_WITHIN = timedelta(seconds=5)
"""How soon probes are usually answered: what waits behind them looks again then."""

Roads = Mapping[Channel, Sequence[Road]]
Routed = tuple[Go | Stay, Wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Decides for whole rounds. Who waits for a provider that is down does so in a queue of this process."""

    policy: TrafficPolicy
    metering: Metering
    queues: dict[Name, list[datetime]] = field(default_factory=dict)

    def round(self, tx: Tx, drafts: Sequence[Draft], at: datetime) -> list[Routed]:
        """Each draft's way, and what it was weighed as; takes what they need. A channel that nobody carries
        is kept here, and its own name stands for a provider."""
        channels = {draft.message.channel for draft in drafts}
        shares = {name: share for name, share in self.policy.shares.items() if name[0] in channels}
        known = _as_of(tx, lanes.lanes_of(tx, shares, at), self.policy.breaker, at) if shares else {}
        tills = self._tills(tx, {provider for _, provider in shares}, at)
        counts, wishes = self._counted(tx, drafts, at)
        roads = self._roads(known, tills, at)
        routed: list[Routed] = []
        for draft, wish in zip(drafts, wishes, strict=True):
            there = roads.get(draft.message.channel)
            way = route(there, counts, wish) if there else Go(draft.message.channel.value)
            routed.append((way, wish))
        _keep_probes(tx, known, roads)
        allowance.keep_buckets(tx, {key: till.kept() for key, till in tills.items() if till.touched})
        allowance.keep_tallies(tx, {s: (total, counts.most[s]) for s, total in counts.totals.items()})
        return routed

    def _tills(self, tx: Tx, providers: Collection[str], at: datetime) -> dict[str, Till]:
        wanted = {key: at_most for key, at_most in self.policy.buckets if key.partition("/")[0] in providers}
        if not wanted:
            return {}
        return {key: Till(bucket, at) for key, bucket in allowance.take_buckets(tx, wanted, at).items()}

    def _roads(self, known: Mapping[Name, Lane], tills: Mapping[str, Till], at: datetime) -> Roads:
        roads: dict[Channel, list[Road]] = defaultdict(list)
        for (channel, provider), lane in known.items():
            breaker = lane.breaker
            quota = {State.CLOSED: None, State.OPEN: 0, State.HALF_OPEN: breaker.probes}[breaker.state]
            roads[channel].append(
                Road(
                    provider=provider,
                    weight=lane.weight,
                    share=lane.share,
                    tills=[tills[provider]] if provider in tills else [],
                    by_sender={
                        sender: tills[f"{provider}/{sender}"]
                        for sender in self.policy.sender_allowances.get(provider, ())
                    },
                    usual_sender=self.policy.usual_senders.get(provider, ""),
                    again_at=_again(breaker, at),
                    waiting=self.queues.setdefault((channel, provider), [at, at, at]),
                    quota=quota,
                )
            )
        return roads

    def _counted(self, tx: Tx, drafts: Sequence[Draft], at: datetime) -> tuple[Counts, list[Wish]]:
        caps = self.metering.policy
        if not caps.counts_numbers and not caps.counts_money:
            return Counts(totals={}, most={}), [_wish(draft) for draft in drafts]
        began = {"hour": slot_of(at, "hour"), "day": slot_of(at, "day")}
        spend = (spend_key(caps), began["day"]) if caps.counts_money else None
        most: dict[Slot, int | None] = {spend: caps.per_day} if spend else {}
        slots: dict[tuple[Counter, ...], list[Slot]] = {}
        wishes = []
        for draft in drafts:
            if draft.message.channel is not Channel.SMS:
                wishes.append(_wish(draft))
                continue
            counters, price = self.metering.meter(draft.message.to)
            if counters not in slots:
                slots[counters] = [(counter.key, began[counter.slot]) for counter in counters]
                most.update(zip(slots[counters], [c.most for c in counters], strict=True))
            wishes.append(_wish(draft, slots[counters], price))
        return Counts(totals=allowance.take_tallies(tx, list(most)), most=most, spend=spend), wishes


def _again(breaker: Breaker, at: datetime) -> datetime:
    """When to ask again for a lane that takes nothing now: probes that come back do so in seconds."""
    is_probed = breaker.state is State.HALF_OPEN
    return at + PROBED_WITHIN if is_probed or breaker.until is None else breaker.until


def _wish(draft: Draft, slots: Sequence[Slot] = (), price: int = 0) -> Wish:
    message = draft.message
    parts = sms_parts(message.content.text) if message.channel is Channel.SMS else 1
    draw = crc32(message.id.encode()) / WHOLE
    return Wish(parts, draft.urgency_rank, draw, draft.provider, message.sender, slots, price * parts)


def _as_of(tx: Tx, known: Mapping[Name, Lane], policy: BreakerPolicy, at: datetime) -> dict[Name, Lane]:
    """The lanes with their breakers as of now; those whose probes are to be given out are locked."""
    half = [n for n, lane in known.items() if looked_at(lane.breaker, policy, at).state is State.HALF_OPEN]
    found = dict(known)
    if half:
        for name, lane in lanes.locked(tx, half).items():
            found[name] = replace(lane, breaker=looked_at(lane.breaker, policy, at))
    return found


def _keep_probes(tx: Tx, known: Mapping[Name, Lane], roads: Roads) -> None:
    quotas = {(c, road.provider): road.quota or 0 for c, there in roads.items() for road in there}
    half = {n: lane.breaker for n, lane in known.items() if lane.breaker.state is State.HALF_OPEN}
    lanes.keep_breakers(tx, {name: replace(b, probes=quotas[name]) for name, b in half.items()})
