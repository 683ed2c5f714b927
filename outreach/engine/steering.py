"""The `Traffic` of a whole installation, over what all its processes share in the store.

What is taken from buckets and caps is written in the transaction that writes the attempts, so nothing is
sent that was not taken; what a crash took with it stays taken, so no cap is ever exceeded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from outreach.domain.delivery import Accepted, SendResult, Unknown
from outreach.domain.gate import Bar
from outreach.domain.scale import Channel
from outreach.domain.traffic.caps import PARTS, Metering, Slot, spend_key
from outreach.domain.traffic.hearing import slot_of
from outreach.domain.traffic.policy import Name, TrafficPolicy
from outreach.domain.traffic.route import Go, Stay, Wish
from outreach.engine.learning import Learning, Pulse
from outreach.engine.routing import Routing
from outreach.engine.traffic import Heard, Wait
from outreach.store import allowance
from outreach.store.database import Tx
from outreach.store.sending import Draft
from outreach.telemetry import CAP_REACHED

MOST_UNDER_WAY = 20_000
"""Messages remembered between their route and their result; of more the oldest are forgotten, and what they
were counted towards stays counted."""

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Steering:
    """Routes by weight, rate, breaker and caps, and learns from results.

    `lease_clock` is the store's: what machines share lives by the clock that leases live by.
    """

    routing: Routing
    learning: Learning
    lease_clock: Callable[[Tx, datetime], datetime]
    _under_way: dict[str, tuple[Wish, datetime]] = field(default_factory=dict)

    def route(self, tx: Tx, drafts: Sequence[Draft], now: datetime) -> list[str | Wait]:
        """See `Traffic`. Call it before anything else of the transaction that others may wait for."""
        if not drafts:
            return []
        at = self.lease_clock(tx, now)
        day = slot_of(at, "day")
        routed = self.routing.round(tx, drafts, at)
        self._tell(tx, {way.over for way, _ in routed if isinstance(way, Stay) and way.over}, at)
        while len(self._under_way) > MOST_UNDER_WAY:
            del self._under_way[next(iter(self._under_way))]
        routes: list[str | Wait] = []
        for draft, (way, wish) in zip(drafts, routed, strict=True):
            if isinstance(way, Go):
                self._under_way[draft.message.id] = (wish, day)
                routes.append(way.provider)
            else:
                until = None if way.until is None else now + (way.until - at)
                routes.append(Wait(Bar(way.reason.value), until))
        return routes

    def heard(self, tx: Tx, results: Sequence[Heard], now: datetime) -> None:
        """See `Traffic`."""
        if not results:
            return
        at = self.lease_clock(tx, now)
        self.learning.learn(tx, results, at)
        self._count(tx, results)

    def _count(self, tx: Tx, results: Sequence[Heard]) -> None:
        """Count what went out today, and give back what a cap was charged for and nobody took."""
        taken: Counter[tuple[Channel, str, datetime]] = Counter()
        cost: Counter[tuple[Channel, str, datetime]] = Counter()
        counted: Counter[Slot] = Counter()
        purse = spend_key(self.routing.metering.policy)
        for heard in results:
            known = self._under_way.pop(heard.message, None)
            if known is None:
                continue
            wish, day = known
            if _is_taken(heard.result):
                lane = (heard.channel, heard.provider, day)
                taken[lane] += wish.parts
                cost[lane] += wish.cost
                continue
            for slot in wish.slots:
                counted[slot] -= wish.parts
            counted[purse, day] -= wish.cost
        own = purse.removesuffix("/day")
        counted.update({(f"{PARTS}/{c}/{name}/day", day): n for (c, name, day), n in taken.items()})
        counted.update({(f"{own}/{c}/{name}/day", day): n for (c, name, day), n in cost.items()})
        allowance.add_tallies(tx, counted)

    def _tell(self, tx: Tx, full: set[Slot], at: datetime) -> None:
        """Tell the operator of a full cap, once a day."""
        for key, _ in sorted(full):
            reason = "no more is sent there until the hour or day is over: raise the cap, or look who pumps"
            if allowance.tell_once(tx, (key, slot_of(at, "day")), reason, at):
                log.warning(CAP_REACHED, cap=key)


def _is_taken(result: SendResult) -> bool:
    """Whether the provider has it, or may have: that is what it charges for."""
    return isinstance(result, Accepted | Unknown)


def steering(
    policy: TrafficPolicy,
    lease_clock: Callable[[Tx, datetime], datetime],
    pulses: Mapping[Name, Pulse] | None = None,
) -> Steering:
    """The traffic of one process under this policy. `lease_clock` is its store's."""
    return Steering(
        routing=Routing(policy=policy, metering=Metering(policy.caps)),
        learning=Learning(policy=policy, pulses=pulses or {}),
        lease_clock=lease_clock,
    )
