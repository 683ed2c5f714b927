"""The circuit breaker of one provider: closed, open, half open.

closed     everything goes; opens where too large a share of the last minute failed
open       nothing goes until `until`; each time in a row twice as long
half open  a few probes go; one that fails opens it again, when enough came back well it closes
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.traffic.hearing import Hearing


class State(StrEnum):
    """Of a breaker; as in the circuit, closed is the good one."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """Opens where `share` of at least `fewest` results in the last `window` failed, for `pause`, at most
    for `longest`; lets `probes` through then, and looks for others where none came back in `patience`."""

    window: timedelta = timedelta(minutes=1)
    fewest: int = 20
    share: float = 0.5
    pause: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(minutes=5)
    probes: int = 5
    patience: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Since when it is in which state. `trips`: how often it opened in a row; `probes`: how many may still
    go while half open; `passed`: how many came back well."""

    state: State
    since: datetime
    until: datetime | None = None
    trips: int = 0
    probes: int = 0
    passed: int = 0


def looked_at(breaker: Breaker, policy: BreakerPolicy, now: datetime) -> Breaker:
    """The breaker as time alone leaves it: half open once its pause is over, or its probes are lost."""
    if breaker.state is State.CLOSED or breaker.until is None or now < breaker.until:
        return breaker
    return replace(
        breaker,
        state=State.HALF_OPEN,
        since=now if breaker.state is State.OPEN else breaker.since,
        until=now + policy.patience,
        probes=policy.probes - (breaker.passed if breaker.state is State.HALF_OPEN else 0),
        passed=breaker.passed if breaker.state is State.HALF_OPEN else 0,
    )


def judged(
    breaker: Breaker, policy: BreakerPolicy, window: Hearing, fresh: Hearing, now: datetime
) -> Breaker:
    """The breaker after `fresh` results came in; `window` is everything of the last minute, with them."""
    if not fresh.tried:
        return breaker
    match breaker.state:
        case State.OPEN:  # the last words of requests begun before
            return breaker
        case State.CLOSED:
            is_ill = window.tried >= policy.fewest and window.failed_share >= policy.share
            return _opened(breaker, policy, now) if is_ill and fresh.failed else breaker
        case State.HALF_OPEN:
            if fresh.failed:
                return _opened(breaker, policy, now)
            passed = breaker.passed + fresh.tried
            if passed >= policy.probes:
                return Breaker(state=State.CLOSED, since=now)
            return replace(breaker, passed=passed)


def _opened(breaker: Breaker, policy: BreakerPolicy, now: datetime) -> Breaker:
    doublings: int = 1 << min(breaker.trips, 16)
    pause = min(policy.pause * doublings, policy.longest)
    return Breaker(state=State.OPEN, since=now, until=now + pause, trips=breaker.trips + 1)
