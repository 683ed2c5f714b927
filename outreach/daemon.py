"""The door for the clock: ONE table of jobs, no logic.

APScheduler only says when. Every job is safe to run late, twice, or on two machines at once: rows are
claimed with a lease, and a tick that must run once is taken by a unique row.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from outreach.errors import OutreachError
from outreach.telemetry import DAEMON_STARTED, DAEMON_STOPPED, DAEMON_WAITS, STAGE_FAILED
from outreach.wiring.addresses import pulls
from outreach.wiring.cases import case_work
from outreach.wiring.collector import sparing_collector
from outreach.wiring.holding import ramping, waiting
from outreach.wiring.house import House
from outreach.wiring.living import living
from outreach.wiring.maturing import maturing
from outreach.wiring.outcomes import confirmed_losses, outcome_intake
from outreach.wiring.reports import pictures
from outreach.wiring.watching import served

log = structlog.get_logger()

Stopping = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the table: run this every so many seconds, beside itself in so many threads at most."""

    name: str
    seconds: float
    run: Callable[[House, Stopping], object]
    threads: int = 1


JOBS = (
    Job("edits", 1, lambda house, stopping: house.rules.look()),
    Job("intake", 60, lambda house, stopping: house.intake.run(is_stopping=stopping)),
    # Often: a resume acts within a second. While one batch is with the providers, or waits for the disk, the
    # other is planned.
    Job("dispatch", 0.5, lambda house, stopping: house.dispatch.run(stopping), threads=2),
    Job("settle", 1, lambda house, stopping: house.settle.run(stopping)),
    Job("release", 10, lambda house, stopping: house.intake.release_dead()),
    Job("ramps", 15, lambda house, stopping: ramping(house).run()),
    Job("waits", 15, lambda house, stopping: waiting(house).run(stopping)),
    Job("recovery", 5, lambda house, stopping: house.recovery.run()),
    Job("cases", 5, lambda house, stopping: case_work(house.settings, house.store, house.clock).run()),
    Job("tasks", 30, lambda house, stopping: house.tasks.run()),
    Job("upkeep", 600, lambda house, stopping: house.upkeep.run(stopping)),
    Job("replies", 10, lambda house, stopping: house.replies.run(house.clock())),
    Job("addresses", 60, lambda house, stopping: pulls(house).run(stopping)),
    Job("outcomes", 60, lambda house, stopping: outcome_intake(house).run(stopping)),
    Job("losses", 60, lambda house, stopping: confirmed_losses(house).run(stopping)),
    Job("maturing", 60, lambda house, stopping: maturing(house).run(stopping)),
    Job("pictures", 600, lambda house, stopping: pictures(house).sweep(house.clock())),
    Job("watch", 15, lambda house, stopping: house.watch.run()),
)
"""All that happens by itself."""

SETTINGS = {"coalesce": True, "misfire_grace_time": None}
"""A late job runs once, and is never skipped for being late."""


ENDING = frozenset({signal.SIGTERM, signal.SIGINT})

PATIENCE_SECONDS = 10
"""After so long the daemon says what it still waits for: a round under way, or a database that is held."""


def run_daemon(house: House) -> None:
    """Run the table until SIGTERM or SIGINT; the round under way ends first, so no attempt stays open."""
    # Blocked here and in every thread that starts below, and taken by `sigwait`: a handler that sets an event
    # may run just when this thread holds that event's lock, and then nobody ever wakes up.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    stop, under_way = threading.Event(), set[str]()
    threads = ThreadPoolExecutor(sum(job.threads for job in JOBS))
    scheduler = BackgroundScheduler(executors={"default": threads}, job_defaults=SETTINGS, timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            _guarded(job, house, stop, under_way),
            "interval",
            seconds=job.seconds,
            id=job.name,
            max_instances=job.threads,
            next_run_time=house.clock(),
        )
    watched = served(house.metrics, house.settings.watch.metrics_port)
    with living(house, "daemon"), watched, sparing_collector():
        scheduler.start()
        log.info(DAEMON_STARTED, holder=house.holder, jobs=[job.name for job in JOBS])
        signal.sigwait(ENDING)
        stop.set()
        with _patient(under_way):
            scheduler.shutdown(wait=True)
    log.info(DAEMON_STOPPED, holder=house.holder)


@contextmanager
def _patient(under_way: Collection[str]) -> Iterator[None]:
    """Say once, after a while, what an end still waits for."""

    def tell() -> None:
        log.warning(DAEMON_WAITS, jobs=sorted(under_way), seconds=PATIENCE_SECONDS)

    timer = threading.Timer(PATIENCE_SECONDS, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _guarded(job: Job, house: House, stop: threading.Event, under_way: set[str]) -> Callable[[], None]:
    def run() -> None:
        if stop.is_set():
            return
        name = f"{job.name} in {threading.current_thread().name}"
        under_way.add(name)
        try:
            house.metrics.round(job.name, job.run(house, stop.is_set))
        except OutreachError as error:
            log.error(STAGE_FAILED, job=job.name, error=type(error).__name__, reason=str(error))
        except Exception as error:  # a bug in one stage must not end the clock; its trace goes to the log
            log.exception(STAGE_FAILED, job=job.name, error=type(error).__name__)
        finally:
            under_way.discard(name)

    return run
