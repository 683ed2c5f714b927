"""Gauges: how the whole is running, read when a scrape asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from outreach import telemetry
from outreach.domain.running import Running
from outreach.domain.trouble import Sign, Trouble

Look = Callable[[], tuple[Running, Sequence[Trouble]] | None]
Gauges = Mapping[tuple[str, ...], float]


class RunningGauges(Collector):
    """The whole, at scrape time; nothing where it cannot be looked at, so that counters are still served."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def describe(self) -> Iterable[Metric]:
        """The gauges' names, without a look."""
        return [Metric(name, about, "gauge") for name, (about, _) in GAUGES.items()]

    def collect(self) -> Iterator[Metric]:
        """Every gauge, from one look."""
        found = self._look()
        if found is None:
            return
        values = _values(*found)
        for name, (about, labels) in GAUGES.items():
            family = GaugeMetricFamily(name, about, labels=labels)
            for words, value in values[name].items():
                family.add_metric(words, value)
            yield family


GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    telemetry.QUEUE: ("Open outreaches", ("state",)),
    telemetry.OLDEST_DUE_SECONDS: ("How late the most overdue step is", ()),
    telemetry.DOUBT_SECONDS: ("Age of the oldest doubt", ()),
    telemetry.CLOSED_DAY: ("Outreaches closed in the last day", ("reason",)),
    telemetry.TOO_LATE_DAY: ("Of those, expired before anything was sent", ()),
    telemetry.APPROVALS: ("Approvals that wait for a person", ()),
    telemetry.DEAD_LETTERS: ("Requests to the core system that came to nothing", ()),
    telemetry.HALTS: ("Halts that stand", ()),
    telemetry.DAEMONS: ("Daemons that beat in the last minute", ()),
    telemetry.FEED_LOOK_SECONDS: ("Since a feed was looked at", ("feed",)),
    telemetry.FEED_QUIET_SECONDS: ("Since a feed brought a new flag", ("feed",)),
    telemetry.FEED_FAILING: ("1 where a feed cannot be read", ("feed",)),
    telemetry.BREAKER: ("1 where a breaker is open, 0.5 half open", ("channel", "provider")),
    telemetry.WEIGHT: ("A provider's share of its channel, as it drifted", ("channel", "provider")),
    telemetry.TROUBLE: ("1 where a promise is broken", ("trouble",)),
}
"""Every gauge: what it says, and its labels."""

BREAKERS = {"open": 1.0, "half_open": 0.5}


def _values(running: Running, troubles: Sequence[Trouble]) -> dict[str, Gauges]:
    now = running.at
    lanes = {(p.channel, p.provider): p for p in running.providers}
    alive = sum((now - p.beat_at).total_seconds() <= 60 for p in running.processes if p.role == "daemon")
    raised = {trouble.sign for trouble in troubles}

    def since(moment: datetime) -> float:
        return (now - moment).total_seconds()

    return {
        telemetry.QUEUE: {(state,): waiting.count for state, waiting in running.queue.items()},
        telemetry.OLDEST_DUE_SECONDS: {(): running.due.age(now).total_seconds()},
        telemetry.DOUBT_SECONDS: {(): running.in_doubt.age(now).total_seconds()},
        telemetry.CLOSED_DAY: {(reason,): count for reason, count in running.closed.items()},
        telemetry.TOO_LATE_DAY: {(): running.too_late},
        telemetry.APPROVALS: {(): running.approvals.count},
        telemetry.DEAD_LETTERS: {(): running.letters.count},
        telemetry.HALTS: {(): len(running.halts)},
        telemetry.DAEMONS: {(): alive},
        telemetry.FEED_LOOK_SECONDS: {(f.feed,): since(f.looked_at) for f in running.feeds},
        telemetry.FEED_QUIET_SECONDS: {(f.feed,): since(f.brought_at or f.first_at) for f in running.feeds},
        telemetry.FEED_FAILING: {(f.feed,): f.failing_since is not None for f in running.feeds},
        telemetry.BREAKER: {lane: BREAKERS.get(p.breaker, 0) for lane, p in lanes.items()},
        telemetry.WEIGHT: {lane: p.weight for lane, p in lanes.items()},
        telemetry.TROUBLE: {(sign.value,): sign in raised for sign in Sign},
    }
