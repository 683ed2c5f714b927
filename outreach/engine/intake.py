"""Flags in: every feed pulled and decided, then what the run opened is released, or held for approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from outreach.domain.limits import over
from outreach.domain.plan import plan
from outreach.domain.ruleset import Rulebook
from outreach.engine.ports import FlagFeed
from outreach.engine.pulling import Pulling, Tools
from outreach.errors import FeedError
from outreach.store import runs
from outreach.telemetry import FEED_FAILED, RULE_HELD, RUN_FINISHED

ABANDONED_AFTER = timedelta(minutes=10)

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
        with self.tools.store.begin() as tx:
            runs.begin_run(tx, run, book.sha256, now)
            runs.keep_texts(tx, [(s.sha256, "rule_set", s.file, s.text) for s in book.sets.values()], now)
        pulling = Pulling(stage=self.tools, book=book, plan=plan(book), run=run)
        counts: Counter[str] = Counter()
        try:
            for feed in self.feeds:
                for pulled in self._drain(pulling, feed, is_stopping):
                    counts.update(pulled)
                    progress(pulled["lines"])
        finally:  # whatever broke, what was decided before it does not wait
            self._release(run, book, counts)
        return counts

    def _drain(
        self, pulling: Pulling, feed: FlagFeed, is_stopping: Callable[[], bool]
    ) -> Iterator[Counter[str]]:
        try:
            yield from pulling.drain(feed, is_stopping)
        except FeedError as error:
            log.error(FEED_FAILED, feed=feed.name, reason=str(error))
            yield Counter(feeds_failed=1)

    def _release(self, run: str, book: Rulebook, counts: Counter[str]) -> None:
        """Let what the run opened climb, but hold what is over its rule's limits; also for dead runs."""
        now = self.tools.clock()
        limits = {(s.pattern, rule.id): rule.limits for s in book.sets.values() for rule in s.rules}
        with self.tools.store.begin() as tx:
            for each in [run, *runs.abandoned(tx, now - ABANDONED_AFTER)]:
                opened, read = runs.opened_by(tx, each)
                held = {
                    (o.pattern, o.rule): reason
                    for o in opened
                    if (o.pattern, o.rule) in limits
                    if (reason := over(limits[o.pattern, o.rule], o.users, read))
                }
                for (pattern, rule), reason in held.items():
                    log.warning(RULE_HELD, run=each, pattern=pattern, rule=rule, reason=reason)
                counts["held_for_approval"] += len(held)
                runs.release(tx, each, held, now)
                runs.finish_run(tx, each, counts if each == run else {}, "finished", now)
            if not counts["lines"] and not counts["feeds_failed"]:
                runs.forget_run(tx, run)  # a feed that is silent for a year leaves no row a minute
                return
        log.info(RUN_FINISHED, run=run, **counts)
