"""Flags in: every feed pulled and decided, then what the run opened is released, or held for approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from outreach.domain.limits import BlastPolicy
from outreach.domain.plan import plan
from outreach.domain.ruleset import Rulebook
from outreach.engine.ports import FlagFeed
from outreach.engine.pulling import Pulling, Tools
from outreach.engine.ramping import begin
from outreach.engine.releasing import Ending
from outreach.errors import FeedError
from outreach.store import looks, runs
from outreach.store.database import Tx
from outreach.store.editions import keep_edition
from outreach.store.registrations import register
from outreach.telemetry import FEED_FAILED, RUN_DIED, RUN_FINISHED

DEAD_AFTER = timedelta(seconds=30)
"""A run beats every few seconds; one that has not for this long is dead, and what it opened is let go."""

log = structlog.get_logger()

Progress = Callable[[int], None]
"""Told how many lines a pull has read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The stage that decides."""

    feeds: Callable[[Rulebook], Sequence[FlagFeed]]
    rulebook: Callable[[], Rulebook]
    tools: Tools
    bounds: BlastPolicy = field(default_factory=BlastPolicy)

    def run(
        self, progress: Progress = lambda lines: None, is_stopping: Callable[[], bool] = lambda: False
    ) -> Counter[str]:
        """Everything new from every feed, decided; then the run's outreaches are released, or held.

        A feed that fails is reported and does not stop the others; its next run goes on where it stood.
        Where other rules come in force meanwhile, the run ends after the batch, and another goes on by them.
        """
        counts: Counter[str] = Counter()
        while True:
            book = self.rulebook()
            is_over = partial(self._is_over, book, is_stopping)
            counts.update(self._run(book, progress, is_over))
            if is_stopping() or not is_over():
                return counts

    def _is_over(self, book: Rulebook, is_stopping: Callable[[], bool]) -> bool:
        return is_stopping() or self.rulebook().sha256 != book.sha256

    def _run(self, book: Rulebook, progress: Progress, is_stopping: Callable[[], bool]) -> Counter[str]:
        run = self.tools.new_id()
        now = self.tools.clock()
        store = self.tools.store
        with store.begin() as tx:
            runs.begin_run(tx, run, book.sha256, now, store.lease_clock(tx, now))
            keep_edition(tx, book, now)
            shares = begin(tx, book, self.tools.clock)
            register(tx, book.experiments(now), now)  # before this run assigns anybody
        pulling = Pulling(stage=self.tools, book=book, plan=plan(book), run=run, ramps=shares)
        counts: Counter[str] = Counter()
        try:
            with self.tools.beating(partial(self._beat, run)):
                for feed in self.feeds(book):
                    for pulled in self._drain(pulling, feed, is_stopping):
                        counts.update(pulled)
                        progress(pulled["lines"])
        finally:  # whatever broke, what was decided before it does not wait
            self._finish(run, book, counts)
        return counts

    def release_dead(self) -> int:
        """Let go what dead runs opened, each by one process only; the number of those runs."""
        book, now, store = self.rulebook(), self.tools.clock(), self.tools.store
        with store.begin() as tx:
            dead = runs.end_dead_runs(tx, store.lease_clock(tx, now) - DEAD_AFTER, now)
            for run in dead:
                self._release(tx, run, book)
        for run in dead:
            log.warning(RUN_DIED, run=run)
        return len(dead)

    def _beat(self, run: str) -> None:
        store = self.tools.store
        with store.begin() as tx:
            runs.beat(tx, run, store.lease_clock(tx, self.tools.clock()))

    def _drain(
        self, pulling: Pulling, feed: FlagFeed, is_stopping: Callable[[], bool]
    ) -> Iterator[Counter[str]]:
        try:
            for pulled in pulling.drain(feed, is_stopping):
                self._looked(feed, brought=pulled["read"] > pulled["repeated"])
                yield pulled
        except FeedError as error:
            log.error(FEED_FAILED, feed=feed.name, reason=str(error))
            self._looked(feed, failure=str(error))
            yield Counter(feeds_failed=1)
        else:
            self._looked(feed)

    def _looked(self, feed: FlagFeed, *, brought: bool = False, failure: str = "") -> None:
        with self.tools.store.begin() as tx:
            looks.write(tx, feed.name, self.tools.clock(), brought=brought, failure=failure)

    def _release(self, tx: Tx, run: str, book: Rulebook) -> int:
        """Let what a run opened climb, but hold what is over its rule's limits; how many rules are held."""
        return Ending(tx=tx, run=run, policy=self.bounds, now=self.tools.clock()).release(book)

    def _finish(self, run: str, book: Rulebook, counts: Counter[str]) -> None:
        """Release what the run opened, and what dead ones did; then the run has ended."""
        self.release_dead()
        with self.tools.store.begin() as tx:
            counts["held_for_approval"] += self._release(tx, run, book)
            runs.finish_run(tx, run, counts, "finished", self.tools.clock())
            if not counts["lines"] and not counts["feeds_failed"]:
                runs.forget_run(tx, run)  # a feed that is silent for a year leaves no row a minute
                return
        log.info(RUN_FINISHED, run=run, **counts)
