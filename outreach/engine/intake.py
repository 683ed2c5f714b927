"""Flags in: every feed pulled and decided, then what the run opened is released, or held for approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from outreach.domain.limits import over
from outreach.domain.plan import plan
from outreach.domain.ruleset import Rulebook
from outreach.engine.ports import FlagFeed
from outreach.engine.pulling import Pulling, Tools
from outreach.errors import FeedError
from outreach.store import looks, runs
from outreach.store.database import Tx
from outreach.store.halting import restored_from
from outreach.store.restoring import why_held
from outreach.telemetry import FEED_FAILED, RULE_HELD, RUN_DIED, RUN_FINISHED

DEAD_AFTER = timedelta(seconds=30)
"""A run beats every few seconds; one that has not for this long is dead, and what it opened is let go."""

log = structlog.get_logger()

Progress = Callable[[int], None]
"""Told how many lines a pull has read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The stage that decides."""

    feeds: Sequence[FlagFeed]
    rulebook: Callable[[], Rulebook]
    tools: Tools

    def run(
        self, progress: Progress = lambda lines: None, is_stopping: Callable[[], bool] = lambda: False
    ) -> Counter[str]:
        """Everything new from every feed, decided; then the run's outreaches are released, or held.

        A feed that fails is reported and does not stop the others; its next run goes on where it stood.
        """
        book = self.rulebook()
        run = self.tools.new_id()
        now = self.tools.clock()
        store = self.tools.store
        with store.begin() as tx:
            runs.begin_run(tx, run, book.sha256, now, store.lease_clock(tx, now))
            runs.keep_texts(tx, [(s.sha256, "rule_set", s.file, s.text) for s in book.sets.values()], now)
        pulling = Pulling(stage=self.tools, book=book, plan=plan(book), run=run)
        counts: Counter[str] = Counter()
        try:
            with self.tools.beating(partial(self._beat, run)):
                for feed in self.feeds:
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
        limits = {(s.pattern, rule.id): rule.limits for s in book.sets.values() for rule in s.rules}
        opened, read = runs.opened_by(tx, run)
        since = restored_from(tx)  # after a restore feeds bring again what was warned about before
        held = {
            (o.pattern, o.rule): reason
            for o in opened
            if (o.pattern, o.rule) in limits or since
            if (reason := why_held(since) if since else over(limits[o.pattern, o.rule], o.users, read))
        }
        for (pattern, rule), reason in held.items():
            log.warning(RULE_HELD, run=run, pattern=pattern, rule=rule, reason=reason)
        runs.release(tx, run, held, self.tools.clock())
        return len(held)

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
