"""Ctrl-C and SIGTERM during a run: what is under way ends first, so that no attempt is left open."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from outreach.cli.console import err

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Gives the question whether somebody asked to stop; where they did, the program ends with 128 + signal.

    Asked a second time, it ends at once: what was being sent then is in doubt, and a later run settles it.
    """
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked:
            sys.exit(128 + number)
        asked.append(number)
        err.print("Stopping when this round is done; once more to stop at once.")

    before = [signal.signal(number, ask) for number in SIGNALS]
    try:
        yield lambda: bool(asked)
    finally:
        for number, former in zip(SIGNALS, before, strict=True):
            signal.signal(number, former)
    if asked:
        err.print("Stopped. The next run goes on from here.")
        sys.exit(128 + asked[0])
