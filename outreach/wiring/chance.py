"""The clock and the dice: the only place that reads them."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from outreach.domain.ramp import place
from outreach.domain.ruleset import Rule


def clock() -> datetime:
    """The time now, aware UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """32 hex characters: 48 bits of the time in milliseconds, then 80 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


def randomness(count: int) -> bytes:
    """So many fresh bytes, fit for keys and nonces."""
    return os.urandom(count)


def dice() -> float:
    """0 … 1, for back-off jitter."""
    return random.random()


def holder() -> str:
    """A name for this process among those that share a store."""
    return f"{os.getpid()}-{os.urandom(4).hex()}"


def places(key: bytes) -> Callable[[str, str], float]:
    """The ramps' hash: where a person stands (0 … 1) for one version of a rule; only the key knows."""

    def placed(person: str, version: str) -> float:
        return place(hmac.digest(key, f"ramp/{version}/{person}".encode(), hashlib.sha256))

    return placed


def lots(key: bytes) -> Callable[[str, str], float]:
    """The experiments' lot: where a person stands (0 … 1) in one registration; only the key knows.

    A person and a registration always draw the same; what they draw in another says nothing of it.
    """

    def drawn(person: str, registration: str) -> float:
        return place(hmac.digest(key, f"experiment/{registration}/{person}".encode(), hashlib.sha256))

    return drawn


def assignment(key: bytes) -> Callable[[str, Rule, datetime], str | None]:
    """A person's arm in a rule's experiment; None where it has none, or its last day has gone by."""
    drawn = lots(key)

    def assign(person: str, rule: Rule, now: datetime) -> str | None:
        experiment = rule.experiment
        if experiment is None or experiment.is_over(now):
            return None
        return experiment.arm(drawn(person, experiment.sha256)) if experiment.arms else ""

    return assign
