"""Routing: by which provider one message goes now, or until when it waits, or why it never will.

One router serves one round, message by message, the most urgent first; what it gives away is gone for the
next. What is in doubt with a provider goes by that provider or waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from outreach.domain.traffic.bucket import Till, turn
from outreach.domain.traffic.caps import Slot

STEP = timedelta(milliseconds=2)
"""How far apart those wake who wait for a provider that is down: a backlog comes back as a stream."""

LATEST = timedelta(minutes=2)
"""The longest that anybody sleeps on after their provider may be tried again."""


class Stop(StrEnum):
    """Why a message does not go now; the words are the gate's."""

    BUSY = "busy"
    DOWN = "provider_down"
    OVER_CAP = "over_cap"
    OVER_SPEND = "over_spend"
    GONE = "no_sender"


class Go(NamedTuple):
    """Now, by this provider."""

    provider: str


class Stay(NamedTuple):
    """Not before `until`; None: never. `over` is the tally that is full."""

    reason: Stop
    until: datetime | None
    over: Slot | None = None


class Wish(NamedTuple):
    """What has to be known of a message: its SMS parts (1 elsewhere), its urgency, a number of its own from
    0 to 1 that falls to a provider by weight, the provider that may have it already, whom it comes from."""

    parts: int
    rank: int
    draw: float
    bound: str = ""
    sender: str = ""
    slots: Sequence[Slot] = ()
    cost: int = 0


@dataclass(slots=True, kw_only=True)
class Road:
    """One provider's part in a round. `tills`: what every message takes from; `by_sender`: what those of one
    sender take from, too. `quota`: how many may still go, None for any number; `again_at`: when to come back
    where none may; `waiting`: by urgency, when the last who waits for it will come back."""

    provider: str
    weight: float
    share: float
    tills: Sequence[Till]
    by_sender: Mapping[str, Till]
    usual_sender: str = ""
    again_at: datetime
    waiting: list[datetime]
    quota: int | None = None

    go: Go = field(init=False)

    def __post_init__(self) -> None:
        self.go = Go(self.provider)

    def tills_of(self, sender: str) -> Sequence[Till]:
        """What a message from this sender takes from."""
        if not self.by_sender:
            return self.tills
        own = self.by_sender.get(sender or self.usual_sender)
        return self.tills if own is None else [*self.tills, own]

    def takes(self, wish: Wish) -> bool:
        """Take what this message needs, where there is enough."""
        tills = self.tills_of(wish.sender)
        for till in tills:
            if not till.has(wish.parts, wish.rank):
                return False
        for till in tills:
            till.take(wish.parts)
        if self.quota is not None:
            self.quota -= 1
        return True

    @property
    def is_steady(self) -> bool:
        """Whether it has not lost weight: only then it takes what another has no room for."""
        return self.weight >= self.share - 1e-9


@dataclass(slots=True, kw_only=True)
class Counts:
    """What was counted against the caps so far, and the most each may come to. `spend` is None where money
    is not counted."""

    totals: dict[Slot, int]
    most: dict[Slot, int | None]
    spend: Slot | None = None

    def full(self, slots: Sequence[Slot], parts: int, cost: int) -> Stay | None:
        """The first of these that has no room for this, as what is to be said of it."""
        for slot in slots:
            if not self._has_room(slot, parts):
                return Stay(Stop.OVER_CAP, None, slot)
        if cost and self.spend is not None and not self._has_room(self.spend, cost):
            return Stay(Stop.OVER_SPEND, None, self.spend)
        return None

    def add(self, slots: Sequence[Slot], parts: int, cost: int) -> None:
        """Count it."""
        for slot in slots:
            self.totals[slot] += parts
        if cost and self.spend is not None:
            self.totals[self.spend] += cost

    def _has_room(self, slot: Slot, more: int) -> bool:
        most = self.most[slot]
        return most is None or self.totals[slot] + more <= most


def route(roads: Sequence[Road], counts: Counts, wish: Wish) -> Go | Stay:
    """Where this message goes; takes from buckets, quotas and caps what it needs."""
    if wish.slots or wish.cost:
        over = counts.full(wish.slots, wish.parts, wish.cost)
        if over is not None:
            return over
    if wish.bound:
        roads = [road for road in roads if road.provider == wish.bound]
        if not roads:
            return Stay(Stop.GONE, None)
    passable = [road for road in roads if road.quota is None or road.quota > 0]
    if not passable:
        return _asleep(min(roads, key=lambda road: road.again_at), wish)
    drawn = drawn_by_weight(passable, wish.draw) if len(passable) > 1 else passable[0]
    way = drawn.go if drawn.takes(wish) else _instead(drawn, passable, wish)
    if isinstance(way, Go):
        counts.add(wish.slots, wish.parts, wish.cost)
    return way


def _instead(drawn: Road, passable: Sequence[Road], wish: Wish) -> Go | Stay:
    """Another provider that has room, else a turn with the one that this falls to."""
    others = (road for road in passable if road is not drawn and road.is_steady)
    other = next((road for road in others if road.takes(wish)), None)
    if other is not None:
        return other.go
    turns = [till.turn(wish.parts, wish.rank) for till in drawn.tills_of(wish.sender)]
    return Stay(Stop.BUSY, max(turns))


def drawn_by_weight(roads: Sequence[Road], draw: float) -> Road:
    """The road that this draw falls to: in the long run each gets its weight's share."""
    left = draw * sum(road.weight for road in roads)
    for road in roads:
        left -= road.weight
        if left < 0:
            return road
    return max(roads, key=lambda road: road.weight)


def _asleep(road: Road, wish: Wish) -> Stay:
    last = road.again_at + LATEST
    return Stay(Stop.DOWN, turn(road.waiting, wish.rank, road.again_at, STEP, last))
