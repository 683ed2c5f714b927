"""What a process counts of its own work: attempts as they end, and the figures that jobs hand back."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from math import inf
from threading import Lock
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from outreach import telemetry
from outreach.domain.callback import Outcome
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


class Spread(Collector):
    """A histogram that takes a round at once: prometheus_client's own takes 4 µs for every value of it."""

    def __init__(self, name: str, about: str, buckets: Sequence[float], label: str = "") -> None:
        self._name, self._about, self._label = name, about, label
        self._type, self._labelnames = "histogram", (label,) if label else ()  # as the library's own say it
        self._buckets = buckets
        self._lock = Lock()
        self._counts: dict[str, list[int]] = {} if label else {"": self._none()}
        self._sums: dict[str, float] = defaultdict(float)

    def _none(self) -> list[int]:
        return [0] * (len(self._buckets) + 1)

    def add(self, values: Iterable[tuple[str, float]]) -> None:
        """Count these, each under its label's value."""
        with self._lock:
            for label, value in values:
                counts = self._counts.get(label) or self._counts.setdefault(label, self._none())
                counts[bisect_left(self._buckets, value)] += 1
                self._sums[label] += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """The registry's: what was counted until now."""
        labels = [self._label] if self._label else []
        family = HistogramMetricFamily(self._name, self._about, labels=labels)
        bounds = [floatToGoString(bound) for bound in (*self._buckets, inf)]  # type: ignore[no-untyped-call]
        with self._lock:
            for label, counts in self._counts.items():
                upto = list(zip(bounds, accumulate(counts), strict=True))
                family.add_metric([label] if self._label else [], upto, self._sums[label])
        yield family


class Sends:
    """Attempts as they end."""

    def __init__(self, registry: CollectorRegistry) -> None:
        by = ("channel", "provider", "result")
        self._sends = Counter(telemetry.SENDS, "Attempts finished", by, registry=registry)
        self._seconds = Spread(telemetry.SEND_SECONDS, "One hand-over", SEND_BUCKETS, label="provider")
        self._late = Spread(telemetry.LATE_SECONDS, "From due to sent", LEAD_BUCKETS, label="channel")
        about = "From flag to the first message that a provider took"
        self._lead = Spread(telemetry.LEAD_SECONDS, about, LEAD_BUCKETS)
        for spread in (self._seconds, self._late, self._lead):
            registry.register(spread)

    def add(self, finished: Sequence[Finished]) -> None:
        """Count these attempts."""
        counts = Tally((one.channel.value, one.provider, one.result) for one in finished)
        for labels, count in counts.items():
            self._sends.labels(*labels).inc(count)
        self._seconds.add((one.provider, one.seconds) for one in finished)
        self._late.add((one.channel.value, _from(one.due_at, one.at)) for one in finished)
        firsts = [one for one in finished if one.is_first and one.result == "accepted"]
        self._lead.add(("", _from(one.flagged_at, one.at)) for one in firsts)


def _from(begin: datetime, end: datetime) -> float:
    return max((end - begin).total_seconds(), 0)


class Calls:
    """What providers told us of their own accord."""

    def __init__(self, registry: CollectorRegistry) -> None:
        about = "Receipts kept or left out, and callbacks turned away"
        self._calls = Counter(telemetry.CALLBACKS, about, ("provider", "outcome"), registry=registry)

    def add(self, provider: str, outcome: Outcome, times: int) -> None:
        """Count an outcome."""
        self._calls.labels(provider, outcome.value).inc(times)


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
        self._gone = counter(telemetry.RETENTION, "Rows and files that were over their time", "kept_as")
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
            case ["retention", kept_as]:
                self._gone.labels(kept_as).inc(count)
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
