"""The door for the clock: ONE table of jobs, no logic.

APScheduler only says when. Every job is safe to run late, twice, or on two machines at once: rows are
claimed with a lease, and a tick that must run once is taken by a unique row.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from outreach.errors import OutreachError
from outreach.telemetry import DAEMON_STARTED, DAEMON_STOPPED, STAGE_FAILED
from outreach.wiring import House
from outreach.wiring.collector import sparing_collector
from outreach.wiring.living import living
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
    Job("intake", 60, lambda house, stopping: house.intake.run(is_stopping=stopping)),
    # While one batch is with the providers, or waits for the disk, the other is planned.
    Job("dispatch", 2, lambda house, stopping: house.dispatch.run(stopping), threads=2),
    Job("settle", 1, lambda house, stopping: house.settle.run(stopping)),
    Job("release", 10, lambda house, stopping: house.intake.release_dead()),
    Job("recovery", 5, lambda house, stopping: house.recovery.run()),
    Job("watch", 15, lambda house, stopping: house.watch.run()),
)
"""All that happens by itself."""

SETTINGS = {"coalesce": True, "misfire_grace_time": None}
"""A late job runs once, and is never skipped for being late."""


def run_daemon(house: House) -> None:
    """Run the table until SIGTERM or SIGINT; the round under way ends first, so no attempt stays open."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    threads = ThreadPoolExecutor(sum(job.threads for job in JOBS))
    scheduler = BackgroundScheduler(executors={"default": threads}, job_defaults=SETTINGS, timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            _guarded(job, house, stop),
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
        stop.wait()
        scheduler.shutdown(wait=True)
    log.info(DAEMON_STOPPED, holder=house.holder)


def _guarded(job: Job, house: House, stop: threading.Event) -> Callable[[], None]:
    def run() -> None:
        if stop.is_set():
            return
        try:
            house.metrics.round(job.name, job.run(house, stop.is_set))
        except OutreachError as error:
            log.error(STAGE_FAILED, job=job.name, error=type(error).__name__, reason=str(error))
        except Exception as error:  # a bug in one stage must not end the clock; its trace goes to the log
            log.exception(STAGE_FAILED, job=job.name, error=type(error).__name__)

    return run
