"""Upkeep: what was begun about the forgotten is finished, and what is over its time goes, once a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog

from outreach.domain.facts import Catalogue, Privacy
from outreach.engine.forgetting import Forgetting
from outreach.engine.ports import Clock
from outreach.errors import ArchiveError
from outreach.store.database import Store
from outreach.store.desk import write_audit
from outreach.store.retention import CLASSES, Class, Due, due, take_batch
from outreach.store.runs import take_tick
from outreach.telemetry import RETENTION_DONE, RETENTION_WAITS

JOB = "retention"
ARCHIVE = "archive"
BATCHES_A_DAY = 4_000
"""Of each class at most; what is left goes the next day."""

log = structlog.get_logger()


class Files(Protocol):
    """The archive, as far as it grows old."""

    def drop_before(self, day: date) -> int:
        """Take away the files of every day before this one; how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """The stage that lets go. `days` is how long each class is kept; 0, or no word: for ever."""

    store: Store
    forgetting: Forgetting
    archive: Files
    days: Mapping[str, int]
    catalogue: Callable[[], Catalogue]
    clock: Clock
    holder: str

    def run(self, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Finish forgettings; and, for the one that gets the day's tick, let go what is over its time."""
        counts = Counter({f"forgotten.{name}": n for name, n in self.forgetting.finish().items()})
        now = self.clock()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        with self.store.begin() as tx:
            is_ours = take_tick(tx, JOB, midnight, self.holder, now)
        if is_ours:
            counts.update(self.let_go("daemon", is_stopping))
        return counts

    def report(self) -> dict[str, Due]:
        """What would go now, by class; nothing is touched."""
        private, now = self._private(), self.clock()
        told = {}
        for name, classes in CLASSES.items():
            with self.store.read() as tx:
                found = [
                    due(tx, one, self._before(name, now), private) for one in classes if self._goes(name)
                ]
            oldest = min((one.oldest for one in found if one.oldest), default=None)
            told[name] = Due(count=sum(one.count for one in found), oldest=oldest)
        return told

    def let_go(self, actor: str, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Let go what is over its time, in batches; audited."""
        private, now = self._private(), self.clock()
        counts: Counter[str] = Counter()
        for name, classes in CLASSES.items():
            for one in classes if self._goes(name) else ():
                counts[name] += self._drain(one, self._before(name, now), private, is_stopping)
        counts[ARCHIVE] = self._drop_files(now)
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing"
        with self.store.begin() as tx:
            write_audit(tx, JOB, "database", told, actor, self.clock())
        log.info(RETENTION_DONE, **+counts)
        return Counter({f"retention.{name}": count for name, count in (+counts).items()})

    def _drain(
        self, one: Class, before: datetime, private: frozenset[str], is_stopping: Callable[[], bool]
    ) -> int:
        taken, after = 0, ""
        for _ in range(BATCHES_A_DAY):
            count, last = (0, None) if is_stopping() else take_batch(self.store, one, before, private, after)
            if last is None:
                break
            taken, after = taken + count, last
        return taken

    def _drop_files(self, now: datetime) -> int:
        try:
            return self.archive.drop_before(self._before(ARCHIVE, now).date()) if self._goes(ARCHIVE) else 0
        except (OSError, ArchiveError) as error:
            log.error(RETENTION_WAITS, error=type(error).__name__)
            return 0

    def _goes(self, name: str) -> bool:
        return self.days.get(name, 0) > 0

    def _before(self, name: str, now: datetime) -> datetime:
        return now - timedelta(days=self.days.get(name, 0))

    def _private(self) -> frozenset[str]:
        return frozenset(s.name for s in self.catalogue().values() if s.privacy is not Privacy.PLAIN)
