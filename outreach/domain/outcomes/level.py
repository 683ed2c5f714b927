"""Levels: what may be said of an episode's money, from what was exposed to what a warning caused.

They are never added up: each says something else about the same money.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from outreach.domain.windows import length as length
from outreach.domain.windows import named as named

DEFINITION = "2026-11"
"""The version of everything that is defined here; a figure carries it."""


class Level(StrEnum):
    """P4 is a figure of a design, never of an episode."""

    P0 = "P0"  # exposed: most attempted at once, capped at the balance then. Not prevented
    P1 = "P1"  # held: stopped by a hard control; the warning claims nothing
    P2 = "P2"  # abandoned after a seen warning, net of what was sent again, or elsewhere, in the window
    P3 = "P3"  # P2, and a scam confirmed by a list, an analyst or the user
    P4 = "P4"  # incremental: a causal estimate with its interval and method
    R = "R"  # recovered


class State(StrEnum):
    """`provisional` until the window and the time that facts take to arrive have gone by."""

    PROVISIONAL = "provisional"
    MATURED = "matured"
    RESTATED = "restated"


WINDOWS = (timedelta(days=7), timedelta(days=30), timedelta(days=90))
"""In which re-attempts and displacement are taken off P2 and P3; each window has its own row."""

WHOLE = "episode"
"""The window of what has none of its own: P0, P1 and R are of the whole episode."""

CURVE = (timedelta(hours=24), timedelta(hours=72), timedelta(days=14), timedelta(days=90))
"""In which losses are counted for a comparison of arms."""

PRIMARY = timedelta(days=14)
"""Of a comparison, unless it is registered otherwise."""

LAG = timedelta(days=30)
"""How long after a window closes facts about it are waited for: lists and labels come late."""
