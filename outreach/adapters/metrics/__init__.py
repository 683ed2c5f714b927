"""Prometheus metrics: what this process did, counted, and how the whole is running, read when it is asked.

Labels are closed lists (channel, provider, result, state, reason, feed, trouble): never a person, never a
reference. Counters are of this process; gauges are of the ledger, the same from every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server

from outreach.adapters.metrics.counting import Calls, Finished, Rounds, Sends
from outreach.adapters.metrics.gauges import Look, RunningGauges
from outreach.domain.callback import Outcome

LOOPBACK = "127.0.0.1"

__all__ = ["Metrics"]


class Metrics:
    """A process's metrics; `look` is asked at every scrape, and should answer from a few seconds' memory."""

    def __init__(self, look: Look) -> None:
        self.registry = CollectorRegistry()
        self._sends = Sends(self.registry)
        self._rounds = Rounds(self.registry)
        self._calls = Calls(self.registry)
        self.registry.register(RunningGauges(look))
        ProcessCollector(registry=self.registry)

    def sent(self, finished: Iterable[Finished]) -> None:
        """Count these attempts."""
        self._sends.add(list(finished))

    def round(self, job: str, counts: object) -> None:
        """Count a round of a job, and of what it says it did whatever has a metric."""
        self._rounds.add(job, counts)

    def called(self, provider: str, outcome: Outcome, times: int) -> None:
        """Count what became of receipts, or of a callback."""
        self._calls.add(provider, outcome, times)

    @contextmanager
    def served(self, port: int) -> Iterator[int]:
        """Serve them on the loopback for the length of a block; the port. OSError where it is taken."""
        server, thread = start_http_server(port, LOOPBACK, self.registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
