"""Token buckets: how much one provider, or one sender, may be handed now, in SMS parts.

A bucket is kept as the moment when it will be full again: one column, no clock of its own, and a clock that
goes back can only make it slower. In any stretch of time it gives at most `burst` (or the parts of one
message, where that is more) and `rate` for every second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

RESERVED = (0.2, 0.1, 0.0)
"""The share of a bucket that a message of this urgency leaves: there is always some for a more urgent one."""

HORIZON = timedelta(minutes=10)
"""Nobody is told to wait longer: by then the rate, the queue or the provider may be another."""

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Parts a second, and at most so many at once."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """`rate` parts a second, `burst` at most at once. `queue`: by urgency, routine first, when the last
    of those told to wait will have had its turn."""

    rate: float
    burst: int
    full_at: datetime
    queue: tuple[datetime, datetime, datetime]

    def tokens(self, now: datetime) -> float:
        """The parts it could give now; below 0 while a message larger than the bucket is paid off."""
        return self.burst - self.rate * max((self.full_at - now).total_seconds(), 0.0)


def full(allowance: Allowance, now: datetime) -> Bucket:
    """A bucket that nothing was taken from yet."""
    return Bucket(rate=allowance.rate, burst=allowance.burst, full_at=now, queue=(now, now, now))


def refitted(bucket: Bucket, allowance: Allowance, now: datetime) -> Bucket:
    """The bucket under an allowance that may have changed: what was taken from it stays taken."""
    if (bucket.rate, bucket.burst) == (allowance.rate, allowance.burst):
        return bucket
    taken = bucket.burst - bucket.tokens(now)
    return replace(full(allowance, now), full_at=now + timedelta(seconds=taken / allowance.rate))


class Till:
    """One bucket for the length of one round: taken from message by message, then kept as a bucket again."""

    __slots__ = ("_bucket", "_lacks", "_now", "_price", "_queue", "_reserved", "_room", "touched")

    def __init__(self, bucket: Bucket, now: datetime) -> None:
        self._bucket, self._now = bucket, now
        self._price = ceil(1_000_000 / bucket.rate)  # microseconds a part; rounded against us
        self._room = bucket.burst * self._price
        self._lacks = max((bucket.full_at - now) // MICROSECOND, 0)  # microseconds until it is full
        self._reserved = [int(bucket.burst * share) * self._price for share in RESERVED]
        self._queue = list(bucket.queue)
        self.touched = False

    def has(self, parts: int, rank: int) -> bool:
        """Whether it can give this many parts to a message of this urgency now."""
        return self._short(parts, rank) <= 0

    def take(self, parts: int) -> None:
        """Give them."""
        self._lacks += parts * self._price
        self.touched = True

    def turn(self, parts: int, rank: int) -> datetime:
        """When a message that found too little should come again: after its like and the more urgent."""
        ready = self._now + max(self._short(parts, rank), 0) * MICROSECOND
        step = parts * self._price * MICROSECOND
        self.touched = True
        return turn(self._queue, rank, ready, step, self._now + HORIZON)

    def kept(self) -> Bucket:
        """The bucket as this round leaves it."""
        full_at = self._now + self._lacks * MICROSECOND
        routine, soon, critical = self._queue
        bucket = self._bucket
        return Bucket(rate=bucket.rate, burst=bucket.burst, full_at=full_at, queue=(routine, soon, critical))

    def _short(self, parts: int, rank: int) -> int:
        """The microseconds that have to pass first; a message larger than the bucket goes when it is full."""
        wanted = min(parts * self._price + self._reserved[rank], self._room)
        return self._lacks + wanted - self._room


def turn(queue: list[datetime], rank: int, ready: datetime, step: timedelta, last: datetime) -> datetime:
    """When the next of this urgency has its turn: not before `ready`, `step` after the one before it, and
    not after `last`. Nobody waits behind the less urgent."""
    until = min(max(ready, *queue[rank:]), last)
    queue[rank] = min(until + step, last)
    return until
