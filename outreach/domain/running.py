"""How the engine is running: what `outreach status` shows, the metrics export and the watch judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """So many wait, the oldest since then."""

    count: int = 0
    oldest: datetime | None = None

    def age(self, now: datetime) -> timedelta:
        """How long the oldest has waited; nothing where none waits."""
        return max(now - self.oldest, timedelta()) if self.oldest else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLook:
    """When a feed was first and last looked at, last brought a new flag, and since when it fails."""

    feed: str
    first_at: datetime
    looked_at: datetime
    brought_at: datetime | None = None
    failing_since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that said that it lives, and when it last did."""

    holder: str
    role: str
    version: str
    started_at: datetime
    beat_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """An operator's stop that stands: of everything, a pattern or a channel."""

    scope: str
    object: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How we stand with a provider of a channel: its breaker, its share as set and as drifted (0 … 1),
    and, of the last minute, its tries, its failures and its mean seconds to an answer.
    """

    channel: str
    provider: str
    breaker: str  # closed | open | half_open
    since: datetime
    share: float
    weight: float
    tried: int
    failed: int
    answer_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksNow:
    """What waits for people at the firm: open, overdue, in somebody's hands now; and how long, in seconds and
    on average, those `waits` waited that were taken in the last day."""

    open: Waiting = Waiting()
    overdue: Waiting = Waiting()
    taken: int = 0
    mean_wait: float | None = None
    waits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesStanding:
    """The rules in force, how many problems keep a newer edit out of force, and where the first ones are."""

    sha256: str
    problems: int = 0
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The engine at one moment, counted from the ledger. Counts and names only: nobody is in it.

    `queue` is by state; a climb that waits for its next step is `waiting`, one whose time has come `due`.
    `lateness` has the due ones by how late they are, and `closed` what ended in the last day by reason.
    """

    at: datetime
    queue: Mapping[str, Waiting] = field(default_factory=dict)
    lateness: Mapping[str, int] = field(default_factory=dict)
    in_doubt: Waiting = Waiting()
    doubts_for_people: int = 0
    tasks: TasksNow = TasksNow()
    welfare: Waiting = Waiting()  # past their due moment, and in nobody's hands
    approvals: Waiting = Waiting()
    unusual: Waiting = Waiting()  # of them, rules far out of their usual, and ramps that stopped
    letters: Waiting = Waiting()
    cases: Waiting = Waiting()  # recovery cases past a mark of their clock
    dead_runs: Waiting = Waiting()
    halts: tuple[Halt, ...] = ()
    feeds: tuple[FeedLook, ...] = ()
    processes: tuple[Process, ...] = ()
    providers: tuple[Provider, ...] = ()
    closed: Mapping[str, int] = field(default_factory=dict)
    too_late: int = 0
    rules: RulesStanding | None = None

    @property
    def due(self) -> Waiting:
        """What should have been sent by now."""
        return self.queue.get("due", Waiting())

    @property
    def too_late_share(self) -> float | None:
        """Of what ended in the last day, the share that expired before anything was sent; None of none."""
        ended = sum(self.closed.values())
        return self.too_late / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """How long people waited from flag to first message, in seconds; `n` of them."""

    n: int
    p50: float
    p90: float
    p99: float
    under_10s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was sent of late: by window (`1m`, `5m`, `1h`), then by channel and result; and the lead times."""

    rates: Mapping[str, Mapping[tuple[str, str], int]]
    leads: Leads | None


QUICK = 10.0
"""Seconds within which a warning should have left: most transfers are gone in minutes."""


def leads_of(seconds: list[float]) -> Leads | None:
    """The percentiles of these lead times (nearest rank); None of none."""
    if not seconds:
        return None
    ranked = sorted(seconds)
    n = len(ranked)

    def percentile(p: int) -> float:
        return ranked[max(-(-n * p // 100) - 1, 0)]

    return Leads(
        n=n,
        p50=percentile(50),
        p90=percentile(90),
        p99=percentile(99),
        under_10s=sum(s < QUICK for s in ranked) / n,
    )
