"""The watch and the metrics of a process, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from outreach.adapters.metrics import Metrics
from outreach.adapters.outside import Listeners
from outreach.domain.running import RulesStanding, Running
from outreach.domain.trouble import Promises, Trouble, judge
from outreach.engine.ports import Clock
from outreach.engine.watch import Looking, Watch
from outreach.errors import OutreachError
from outreach.settings import Settings
from outreach.store.database import Store
from outreach.store.running import running
from outreach.telemetry import METRICS_OFF

log = structlog.get_logger()


def promises(settings: Settings) -> Promises:
    """What operators are promised, as they set it."""
    watch = settings.watch
    return Promises(
        queue=timedelta(seconds=watch.queue_seconds),
        doubt=timedelta(seconds=watch.doubt_seconds),
        doubts=watch.doubts,
        approval=timedelta(seconds=watch.approval_seconds),
        task=timedelta(seconds=watch.task_seconds),
        case=timedelta(seconds=watch.case_seconds),
        daemons=watch.daemons,
        quiet_for={name: timedelta(seconds=feed.quiet_for_seconds) for name, feed in settings.feeds.items()},
    )


def looking(store: Store, rules: Callable[[], RulesStanding], clock: Clock) -> Looking:
    """How the engine is running, from a few seconds' memory."""

    def look() -> Running:
        now = clock()
        with store.read() as tx:
            found = running(store, tx, now)
        return replace(found, rules=rules())

    return Looking(look=look, clock=clock)


def watch(settings: Settings, looks: Looking, clock: Clock) -> Watch:
    """The stage that watches the others."""
    listeners = Listeners(
        heartbeat=settings.watch.heartbeat_url.get_secret_value(),
        alarm=settings.watch.alarm_url.get_secret_value(),
    )
    return Watch(looking=looks, promises=promises(settings), outside=listeners, clock=clock)


def metrics(settings: Settings, looks: Looking) -> Metrics:
    """A process's metrics; where the store cannot be read they go without what is counted there."""
    promised = promises(settings)

    def look() -> tuple[Running, Sequence[Trouble]] | None:
        try:
            found = looks()
        except OutreachError:
            return None
        return found, judge(found, promised, found.at)

    return Metrics(look)


@contextmanager
def served(counted: Metrics, port: int) -> Iterator[None]:
    """Serve metrics for the length of a block; 0: nowhere. A port that is taken is told, no more."""
    with ExitStack() as serving:
        if port:
            try:
                serving.enter_context(counted.served(port))
            except OSError as error:
                log.error(METRICS_OFF, port=port, error=type(error).__name__)
        yield
