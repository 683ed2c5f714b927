"""The clock and the dice: the only place that reads them."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

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


def assignment(key: bytes) -> Callable[[str, Rule], bool]:
    """The experiments' coin: a person and a rule always fall on the same side; only the key knows which."""

    def assign(person: str, rule: Rule) -> bool:
        return hmac.digest(key, f"assign/{rule.id}/{person}".encode(), hashlib.sha256)[0] < 128

    return assign
