"""Pace: how many requests one provider is sent at once, by how it bears them.

As in TCP Vegas: what answers take beyond the usual tells how many requests only wait at the provider. Few:
one tenth more at once; many: one tenth less; turned away: less in proportion. Now and then half as many are
sent for a moment, so that "the usual" is what a provider takes that is not crowded by us. Judged once for as
many answers as the limit allows in flight, which is about one round trip.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SLACK = 0.05
"""Seconds: what waits in our own process, and the network's noise, is no sign of a crowded provider."""

FEW, MANY = 0.1, 0.3
"""Shares of the limit that may wait at the provider: below the one it rises, above the other it falls."""

PUSHED = 0.02
"""The share of requests turned away from which on the limit goes down."""

LOOK_AGAIN = 60
"""After so many stretches the usual is learned anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Requests in flight: never fewer than `floor`, never more than `ceiling`, `start` at first."""

    floor: int = 4
    start: int = 50
    ceiling: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The limit now, and the seconds an answer usually takes (0: not known yet). `age`: stretches since that
    was learned; `resume`: the limit to go back to, while it is being learned."""

    limit: float
    usual: float = 0.0
    age: int = 0
    resume: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What about one round trip showed: answers, their seconds together, how many of them were turned away
    (429, 503) or never came, and whether the limit was reached meanwhile."""

    answers: int
    seconds: float
    pushed_back: int
    was_full: bool


def paced(pace: Pace, stretch: Stretch, bounds: Bounds) -> Pace:
    """The pace after a stretch of at least one answer."""
    pushed = stretch.pushed_back / stretch.answers
    if pushed >= PUSHED:
        return _within(bounds, Pace(limit=pace.limit * max(0.5, 1 - pushed), usual=pace.usual))
    mean = stretch.seconds / stretch.answers
    if pace.resume is not None:
        if pace.age == 0:  # what was begun before is still coming in
            return replace(pace, age=1)
        return _within(bounds, Pace(limit=pace.resume, usual=mean))
    if pace.age >= LOOK_AGAIN:
        return _within(bounds, Pace(limit=pace.limit / 2, usual=pace.usual, resume=pace.limit))
    usual = min(pace.usual or mean, mean)
    limit = pace.limit + _change(pace.limit, usual, mean, stretch)
    return _within(bounds, Pace(limit=limit, usual=usual, age=pace.age + 1))


def _change(limit: float, usual: float, mean: float, stretch: Stretch) -> float:
    step = max(1.0, limit / 10)
    waiting = 1 - (usual + SLACK) / mean if mean > usual + SLACK else 0.0
    if waiting > MANY:
        return -step
    return step if waiting < FEW and stretch.was_full else 0.0


def _within(bounds: Bounds, pace: Pace) -> Pace:
    return replace(pace, limit=min(max(pace.limit, bounds.floor), bounds.ceiling))
