"""What a process counts of its own work: attempts as they end, and the figures that jobs hand back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram

from outreach import telemetry
from outreach.domain.scale import Channel

LEAD_BUCKETS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14400)
SEND_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Finished(Protocol):
    """An attempt that ended, as the stage that made it tells."""

    @property
    def channel(self) -> Channel:
        """On which channel."""
        ...

    @property
    def provider(self) -> str:
        """With whom."""
        ...

    @property
    def result(self) -> str:
        """The send result's word."""
        ...

    @property
    def flagged_at(self) -> datetime:
        """When the flag was raised."""
        ...

    @property
    def due_at(self) -> datetime:
        """When it should have been sent."""
        ...

    @property
    def at(self) -> datetime:
        """When it ended."""
        ...

    @property
    def seconds(self) -> float:
        """How long the hand-over took."""
        ...

    @property
    def is_first(self) -> bool:
        """Whether it is the first of its outreach that a provider took."""
        ...


class Sends:
    """Attempts as they end."""

    def __init__(self, registry: CollectorRegistry) -> None:
        by = ("channel", "provider", "result")
        self._sends = Counter(telemetry.SENDS, "Attempts finished", by, registry=registry)
        self._seconds = Histogram(
            telemetry.SEND_SECONDS, "One hand-over", ["provider"], buckets=SEND_BUCKETS, registry=registry
        )
        self._late = Histogram(
            telemetry.LATE_SECONDS, "From due to sent", ["channel"], buckets=LEAD_BUCKETS, registry=registry
        )
        about = "From flag to the first message that a provider took"
        self._lead = Histogram(telemetry.LEAD_SECONDS, about, buckets=LEAD_BUCKETS, registry=registry)

    def add(self, one: Finished) -> None:
        """Count an attempt."""
        self._sends.labels(one.channel.value, one.provider, one.result).inc()
        self._seconds.labels(one.provider).observe(one.seconds)
        self._late.labels(one.channel.value).observe(max((one.at - one.due_at).total_seconds(), 0))
        if one.is_first and one.result == "accepted":
            self._lead.observe(max((one.at - one.flagged_at).total_seconds(), 0))


VERDICTS = frozenset({"warn", "control", "near_miss", "skip", "undecided", "no_rule_held"})
OUTCOMES = frozenset({"read", "quarantined", "repeated"})


class Rounds:
    """The figures that jobs hand back, told by how their names begin; one without a metric is left out.

    Only closed lists become labels: a skip's own words, or a language, never do.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(name, about, labels, registry=registry)

        self._rounds = counter(telemetry.ROUNDS, "Rounds of a stage that ended well", "stage")
        self._bars = counter(telemetry.BARS, "Steps that the gate held or barred", "verdict", "reason")
        self._settled = counter(telemetry.SETTLED, "Doubts settled", "how")
        self._lines = counter(telemetry.FLAG_LINES, "Lines of feeds", "outcome")
        self._bad = counter(telemetry.QUARANTINED, "Lines in quarantine", "reason")
        self._decisions = counter(telemetry.DECISIONS, "Decisions", "verdict")
        self._opened = counter(telemetry.OPENED, "Outreaches opened")

    def add(self, job: str, counts: object) -> None:
        """Count a round of a job, and what it says it did."""
        self._rounds.labels(job).inc()
        if isinstance(counts, Mapping):
            for name, count in counts.items():
                self._figure(str(name).split("."), count)

    def _figure(self, name: list[str], count: int) -> None:
        match name:
            case ["waiting", reason]:
                self._bars.labels("held", reason).inc(count)
            case ["passed", _, reason]:
                self._bars.labels("barred", reason).inc(count)
            case ["settled", how]:
                self._settled.labels(how).inc(count)
            case ["quarantined", reason]:
                self._bad.labels(reason).inc(count)
            case ["opened"]:
                self._opened.inc(count)
            case [word]:
                self._word(word, count)
            case _:
                pass

    def _word(self, word: str, count: int) -> None:
        if word in OUTCOMES:
            self._lines.labels(word).inc(count)
        if word in VERDICTS:
            self._decisions.labels(word).inc(count)
