"""Outcomes in: what others tell of money, pulled from every feed, and what our own ledger knows of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import structlog

from outreach.domain.flag import FlagBatch, Rejected
from outreach.domain.outcomes.columns import COLUMNS
from outreach.domain.outcomes.reading import Wrong, read
from outreach.domain.outcomes.saying import Saying
from outreach.engine.ports import Clock, FlagFeed
from outreach.errors import FeedError
from outreach.store.database import Conflict, Store
from outreach.store.outcome_own import OWN, Look
from outreach.store.outcome_pulls import Pulled, position, write_pull
from outreach.store.outcome_telling import Spell, Teller, take_turn, tell
from outreach.store.outcome_unknown import adopt, let_go
from outreach.telemetry import OUTCOMES_FAILED, OUTCOMES_LEFT, OUTCOMES_TAKEN

log = structlog.get_logger()

Stopping = Callable[[], bool]

SHOWN = 4096
"""Characters kept of a line that tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeIntake:
    """The stage that is told. `currency` is the firm's for outcomes; `wait` is how long people who are not
    known yet are waited for."""

    store: Store
    feeds: Sequence[FlagFeed]
    currency: str
    wait: timedelta
    spell: Spell
    clock: Clock

    def run(self, is_stopping: Stopping = lambda: False) -> Counter[str]:
        """Everything new, each batch whole or not at all; a feed that fails is told and stops no other."""
        counts: Counter[str] = Counter()
        for feed in self.feeds:
            if is_stopping():
                return counts
            try:
                for taken in self.drain(feed, is_stopping):
                    counts.update(taken)
            except FeedError as error:
                log.error(OUTCOMES_FAILED, feed=feed.name, reason=str(error))
                counts["feeds_failed"] += 1
        counts.update(self.own(is_stopping))
        counts.update(self.catch_up())
        return +counts

    def own(self, is_stopping: Stopping = lambda: False) -> Counter[str]:
        """What our own tables know that they had not told."""
        counts: Counter[str] = Counter()
        for name in OWN:
            counts.update(self._own(name, is_stopping))
        return +counts

    def drain(self, feed: FlagFeed, is_stopping: Stopping = lambda: False) -> Iterator[Counter[str]]:
        """Every new batch of a feed. Raises FeedError where it cannot be read; what came before is kept."""
        with self.store.read() as tx:
            n, cursor = position(tx, feed.name)
        for batch in feed.batches(cursor):
            if is_stopping():
                return
            try:
                taken = self._take(feed.name, feed.name, batch, n + 1, cursor)
            except Conflict:
                log.warning(OUTCOMES_LEFT, feed=feed.name, n=n + 1)  # another daemon was faster
                return
            yield taken
            n += batch.cursor != cursor or bool(taken["new"] + taken["corrected"])
            cursor = batch.cursor

    def brought(self, feed: FlagFeed, source: str) -> Iterator[Counter[str]]:
        """Every batch that somebody brings by hand, whole each: told again, it is nothing new.

        `source` is whose ids they are: a feed's own name corrects what that feed has told.
        """
        for batch in feed.batches(None):
            yield self._take(feed.name, source, batch, None, None)

    def told(self, source: str, sayings: Sequence[Saying]) -> Counter[str]:
        """What a client tells at once."""
        now = self.clock()
        with self.store.begin() as tx:
            counts = tell(tx, self._teller(source), sayings, now)
            write_pull(tx, Pulled(feed=source, cursor="", counts=counts), now)
        log.info(OUTCOMES_TAKEN, feed=source, **counts)
        return counts

    def catch_up(self) -> Counter[str]:
        """Give what waited to whoever has become known, and let go of what waited too long."""
        now = self.clock()
        with self.store.begin() as tx:
            return +Counter(
                adopted=adopt(tx, self.currency, now - self.wait), let_go=let_go(tx, now - self.wait)
            )

    def _teller(self, source: str, *, comes_again: bool = True) -> Teller:
        return Teller(feed=source, currency=self.currency, spell=self.spell, comes_again=comes_again)

    def _take(
        self, feed: str, source: str, batch: FlagBatch[pa.Table], n: int | None, cursor: str | None
    ) -> Counter[str]:
        now = self.clock()
        sayings, wrong = readings(batch, now)
        rejected = sorted((*batch.rejected, *wrong), key=lambda each: each.line)
        with self.store.begin() as tx:
            take_turn(tx)
            counts = tell(tx, self._teller(source, comes_again=n is None), sayings, now)
            counts["quarantined"] = len(rejected)
            if batch.cursor == cursor and not (counts["new"] or counts["corrected"]):
                return Counter(repeated=len(sayings))  # the overlap alone came again: no news, no row
            # What is brought by hand is read whole each time: there is no place to go on from.
            after = "" if n is None else batch.cursor
            write_pull(tx, Pulled(feed=feed, cursor=after, counts=counts, rejected=rejected, n=n), now)
        counts.update(lines=batch.lines, **{f"quarantined.{key}": c for key, c in _reasons(rejected).items()})
        log.info(OUTCOMES_TAKEN, feed=feed, **counts)
        return counts

    def _own(self, name: str, is_stopping: Stopping) -> Counter[str]:
        """What one of our own tables knows, page by page."""
        counts: Counter[str] = Counter()
        is_first = is_more = True
        while is_more and not is_stopping():
            now = self.clock()
            with self.store.begin() as tx:
                take_turn(tx)
                cursor = position(tx, name)[1] or ""
                page = OWN[name](tx, Look(cursor=cursor, is_first=is_first, now=now))
                taken = tell(tx, self._teller(page.source), page.sayings, now)
                if page.cursor != cursor:
                    write_pull(tx, Pulled(feed=name, cursor=page.cursor, counts=taken), now)
            is_first, is_more = False, page.is_full
            counts.update({word: taken[word] for word in ("new", "corrected") if taken[word]})
        return counts


def readings(batch: FlagBatch[pa.Table], now: datetime) -> tuple[list[Saying], list[Rejected]]:
    """What each row tells; and those that tell nothing, each with its reason."""
    sayings: list[Saying] = []
    rejected: list[Rejected] = []
    names = ["line", *(name for name in COLUMNS if name in batch.table.column_names)]
    for row in batch.table.select(names).to_pylist():
        try:
            sayings.append(read(row, now))
        except Wrong as wrong:
            rejected.append(_rejected(row, batch.place, wrong))
    return sayings, rejected


def _rejected(row: Mapping[str, Any], place: str, wrong: Wrong) -> Rejected:
    said = {name: str(value) for name, value in row.items() if value is not None and name != "line"}
    text = json.dumps(said, ensure_ascii=False)[:SHOWN].encode()
    return Rejected(line=row["line"], place=place, reason=wrong.fault.value, column=wrong.column, text=text)


def _reasons(rejected: Sequence[Rejected]) -> Counter[str]:
    return Counter(line.reason for line in rejected)
