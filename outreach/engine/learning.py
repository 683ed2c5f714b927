"""Learning from results: breakers trip and close, weights drift; what one process hears, all know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from outreach.domain.delivery import Unavailable
from outreach.domain.traffic.breaker import State, judged
from outreach.domain.traffic.hearing import Hearing, is_failure
from outreach.domain.traffic.policy import Name, TrafficPolicy
from outreach.domain.traffic.steer import Weighed, steered
from outreach.engine.traffic import Heard
from outreach.store import lanes
from outreach.store.database import Tx
from outreach.store.lanes import KEPT_FOR, Lane
from outreach.telemetry import BREAKER_CLOSED, BREAKER_OPENED

Pulse = Callable[[], tuple[int, float]]
"""How many answers a provider has given so far, and the seconds they took together."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Learns for all processes. `pulses` measure a provider's answers where its line can; elsewhere a
    message's part of its piece counts."""

    policy: TrafficPolicy
    pulses: Mapping[Name, Pulse] = field(default_factory=dict)
    _beats: dict[Name, tuple[int, float]] = field(default_factory=dict)

    def learn(self, tx: Tx, results: Sequence[Heard], at: datetime) -> None:
        """Count these results, judge the breakers they bear on, and steer where it is time to."""
        fresh = self._fresh(results)
        if not fresh:
            return
        lanes.add_hearings(tx, fresh, at)
        channels = {channel for channel, _ in fresh}
        shares = {name: share for name, share in self.policy.shares.items() if name[0] in channels}
        known = lanes.lanes_of(tx, shares, at)
        self._judge(tx, [n for n in fresh if _bears(known[n], fresh[n])], fresh, at)
        due = {n[0] for n, lane in known.items() if at - lane.steered_at >= self.policy.steer.pace}
        self._steer(tx, [name for name in known if name[0] in due], at)

    def _fresh(self, results: Sequence[Heard]) -> dict[Name, Hearing]:
        """What these results add, by lane; what was not even tried says nothing of a provider."""
        tried: dict[Name, int] = defaultdict(int)
        failed: dict[Name, int] = defaultdict(int)
        seconds: dict[Name, float] = defaultdict(float)
        for heard in results:
            name, result = (heard.channel, heard.provider), heard.result
            if name not in self.policy.shares or (isinstance(result, Unavailable) and not result.is_tried):
                continue
            tried[name] += 1
            failed[name] += is_failure(result)
            seconds[name] += heard.seconds
        return {name: self._hearing(name, tried[name], failed[name], seconds[name]) for name in tried}

    def _hearing(self, name: Name, tried: int, failed: int, seconds: float) -> Hearing:
        answers, took = tried, seconds
        if name in self.pulses:
            before = self._beats.get(name, (0, 0.0))
            beat = self._beats[name] = self.pulses[name]()
            answers, took = beat[0] - before[0], beat[1] - before[1]
        return Hearing(tried=tried, failed=failed, answers=answers, millis=round(took * 1000))

    def _judge(self, tx: Tx, names: Sequence[Name], fresh: Mapping[Name, Hearing], at: datetime) -> None:
        if not names:
            return
        policy, changed = self.policy.breaker, {}
        window = lanes.heard_since(tx, at - policy.window)
        for name, lane in lanes.locked(tx, names).items():
            after = judged(lane.breaker, policy, window.get(name, fresh[name]), fresh[name], at)
            if after == lane.breaker:
                continue
            changed[name] = after
            if after.state is State.CLOSED:
                lanes.forget_hearings(tx, name)
            if after.state is not lane.breaker.state:
                said = BREAKER_CLOSED if after.state is State.CLOSED else BREAKER_OPENED
                log.warning(said, provider=name[1], channel=name[0].value, trips=after.trips)
        lanes.keep_breakers(tx, changed)

    def _steer(self, tx: Tx, names: Sequence[Name], at: datetime) -> None:
        if not names:
            return
        policy = self.policy.steer
        window = lanes.heard_since(tx, at - policy.window)
        locked = lanes.locked(tx, names)
        for channel in sorted({channel for channel, _ in names}):
            there = [lane for lane in locked.values() if lane.channel is channel]
            if any(at - lane.steered_at < policy.pace for lane in there):
                continue  # another process was faster
            weighed = [
                Weighed(share=lane.share, weight=lane.weight, heard=window.get(lane.name, Hearing()))
                for lane in there
            ]
            weights = steered(weighed, policy)
            lanes.keep_weights(tx, {la.name: w for la, w in zip(there, weights, strict=True)}, at)
        lanes.drop_hearings(tx, at - KEPT_FOR)


def _bears(lane: Lane, heard: Hearing) -> bool:
    """Whether results can change a breaker: most rounds go well on a closed one."""
    return heard.failed > 0 or lane.breaker.state is State.HALF_OPEN
