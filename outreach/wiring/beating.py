"""A heart: something small done every few seconds beside the work, for as long as the work goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

from outreach.telemetry import BEAT_MISSED

EVERY_SECONDS = 5.0

log = structlog.get_logger()


@contextmanager
def beating(beat: Callable[[], None], seconds: float = EVERY_SECONDS) -> Iterator[None]:
    """Call `beat` every so many seconds until the block ends; a beat that fails is told, never raised."""
    over = Event()

    def go_on() -> None:
        while not over.wait(seconds):
            try:
                beat()
            except Exception as error:  # the next beat may do: the work itself must not end by it
                log.warning(BEAT_MISSED, error=type(error).__name__)

    heart = Thread(target=go_on, name="beating", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join(seconds)
