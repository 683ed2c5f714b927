"""Steering: how the weights of a channel's providers drift with what is heard of them.

GOV.UK Notify moves text messages between two providers by the same idea: down where one alone does badly,
back towards the resting point when it is well, and never for what both suffer, which is the network's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outreach.domain.traffic.hearing import Hearing


@dataclass(frozen=True, slots=True, kw_only=True)
class SteerPolicy:
    """Every `pace` a provider that does badly loses `fall` of its weight, down to `floor`, and a well one
    comes back by `rise`. Badly: `failed` of at least `fewest` results failed, or its answers took `slow`
    seconds on the mean and `times` as long as the fastest other's."""

    window: timedelta = timedelta(minutes=2)
    pace: timedelta = timedelta(seconds=10)
    fewest: int = 20
    failed: float = 0.1
    slow: float = 2.0
    times: float = 2.0
    fall: float = 0.1
    rise: float = 0.02
    floor: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One provider of a channel: its configured share, its weight now, and what was heard of it."""

    share: float
    weight: float
    heard: Hearing


def steered(lanes: Sequence[Weighed], policy: SteerPolicy) -> list[float]:
    """The next weights, in order; they add up to 1.

    Where all do badly, or are slow, nothing moves: another provider would not help. A provider that does
    badly keeps `floor` (or its share, where that is less), so that its recovery is seen.
    """
    weights = whole([lane.weight for lane in lanes])
    if len(lanes) < 2:
        return weights
    if all(_is_slow(lane, policy) or _is_failing(lane, policy) for lane in lanes):
        return weights
    ill = [_is_ill(place, lanes, policy) for place in range(len(lanes))]
    if not any(ill):
        return _back(weights, whole([lane.share for lane in lanes]), policy.rise)
    return _away(weights, lanes, ill, policy)


def whole(weights: Sequence[float]) -> list[float]:
    """These weights, adding up to 1; equal ones where there are none."""
    total = sum(weights)
    return [weight / total for weight in weights] if total > 0 else [1 / len(weights)] * len(weights)


def _is_failing(lane: Weighed, policy: SteerPolicy) -> bool:
    return lane.heard.tried >= policy.fewest and lane.heard.failed_share >= policy.failed


def _is_slow(lane: Weighed, policy: SteerPolicy) -> bool:
    mean = lane.heard.mean_seconds
    return mean is not None and lane.heard.answers >= policy.fewest and mean >= policy.slow


def _is_ill(place: int, lanes: Sequence[Weighed], policy: SteerPolicy) -> bool:
    lane = lanes[place]
    if _is_failing(lane, policy):
        return True
    others = [o.heard.mean_seconds for n, o in enumerate(lanes) if n != place]
    known = [mean for mean in others if mean is not None]
    mean = lane.heard.mean_seconds or 0.0
    return _is_slow(lane, policy) and (not known or mean >= policy.times * min(known))


def _back(weights: Sequence[float], shares: Sequence[float], rise: float) -> list[float]:
    """A step towards the configured shares, all in proportion, so that the sum stays."""
    farthest = max(abs(share - weight) for share, weight in zip(shares, weights, strict=True))
    part = 1.0 if farthest <= rise else rise / farthest
    return whole([weight + (share - weight) * part for share, weight in zip(shares, weights, strict=True)])


def _away(
    weights: Sequence[float], lanes: Sequence[Weighed], ill: Sequence[bool], policy: SteerPolicy
) -> list[float]:
    """A step away from those that do badly, to the others by their configured shares."""
    shares = whole([lane.share for lane in lanes])
    kept = [
        max(weight - policy.fall, min(policy.floor, share, weight)) if bad else weight
        for weight, share, bad in zip(weights, shares, ill, strict=True)
    ]
    freed = 1.0 - sum(kept)
    well = sum(share for share, bad in zip(shares, ill, strict=True) if not bad)
    return [
        weight if bad else weight + freed * (share / well if well else 1 / ill.count(False))
        for weight, share, bad in zip(kept, shares, ill, strict=True)
    ]
