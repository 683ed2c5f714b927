"""Pace: how many requests one provider is sent at once, by how it bears them.

Additive increase while it answers as fast as usual and all of the limit is in use; a decrease in proportion
where answers take much longer than usual, and where it turns requests away. Judged once for as many answers
as the limit allows in flight, which is about one round trip.
"""

from __future__ import annotations

from dataclasses import dataclass

SLACK = 0.05
"""Seconds: what waits in our own process, and the network's noise, is no sign of a crowded provider."""

PATIENT = 2.0
"""Answers may take this many times as long as usual."""

DRIFT = 0.05
"""How fast `usual` follows answers that have become slower for good."""

PUSHED = 0.02
"""The share of requests turned away from which on the limit goes down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Requests in flight: never fewer than `floor`, never more than `ceiling`, `start` at first."""

    floor: int = 4
    start: int = 50
    ceiling: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The limit now, and the seconds an answer usually takes (0: not known yet)."""

    limit: float
    usual: float = 0.0


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
        return _within(bounds, pace.limit * max(0.5, 1 - pushed), pace.usual)
    mean = stretch.seconds / stretch.answers
    usual = mean if not pace.usual or mean < pace.usual else pace.usual + (mean - pace.usual) * DRIFT
    if pace.usual and mean > pace.usual * PATIENT + SLACK:
        return _within(bounds, pace.limit * max(0.7, (pace.usual * PATIENT + SLACK) / mean), usual)
    raised = pace.limit + max(1.0, pace.limit / 10) if stretch.was_full else pace.limit
    return _within(bounds, raised, usual)


def _within(bounds: Bounds, limit: float, usual: float) -> Pace:
    return Pace(limit=min(max(limit, bounds.floor), bounds.ceiling), usual=usual)
