"""The rule book in force: read whole, replaced whole, and never by a broken edit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

import structlog

from outreach.adapters.rulebook import load_rulebook
from outreach.domain.facts import Catalogue
from outreach.domain.ruleset import Rulebook
from outreach.domain.running import RulesStanding
from outreach.errors import RulesError
from outreach.telemetry import RULES_KEPT, RULES_TAKEN

log = structlog.get_logger()

Stamp = tuple[tuple[str, int, int], ...]


class RulesInForce:
    """The rules as they apply now. Raises RulesError when made over a folder that does not fit.

    Each `current()` looks whether a file changed; a folder that no longer fits is told once, loudly,
    and the last good rules stay.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = Lock()
        self._stamp = _stamp(folder)
        self._problems = 0
        self._book = load_rulebook(folder, today=clock().date())

    def current(self) -> Rulebook:
        """The rule book in force."""
        with self._lock:
            stamp = _stamp(self._folder)
            if stamp != self._stamp:
                self._stamp = stamp
                self._take()
            return self._book

    def catalogue(self) -> Catalogue:
        """The fact catalogue of the rules in force."""
        return self._book.catalogue

    def standing(self) -> RulesStanding:
        """The rules in force, and how many problems keep a newer edit out of force."""
        book = self.current()
        return RulesStanding(sha256=book.sha256, problems=self._problems)

    def _take(self) -> None:
        try:
            self._book = load_rulebook(self._folder, today=self._clock().date())
        except RulesError as error:
            self._problems = len(error.problems)
            log.error(RULES_KEPT, problems=len(error.problems), rulebook=self._book.sha256[:12])
        else:
            self._problems = 0
            log.info(RULES_TAKEN, rulebook=self._book.sha256[:12])


def _stamp(folder: Path) -> Stamp:
    files = sorted(folder.rglob("*.yml"))
    return tuple((str(f), (stat := f.stat()).st_mtime_ns, stat.st_size) for f in files)
