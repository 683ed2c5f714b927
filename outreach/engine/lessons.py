"""Lessons as a feed of our own: some months after an episode one tip about its pattern, and seldom."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa

from outreach.domain.facts import Catalogue
from outreach.domain.flag import FlagBatch
from outreach.domain.lesson import FEED, MODEL, Lessons, Past
from outreach.engine.ports import Clock
from outreach.frames import flag_schema
from outreach.store.database import Store, Tx
from outreach.store.intake import known
from outreach.store.lessons import over
from outreach.store.lookback import mark, refs_of, set_mark

EVERY = timedelta(hours=1)
"""How often it is asked whose time has come: a lesson minds no hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFeed:
    """The feed. A lesson is known by its person, episode and round, so it comes once."""

    store: Store
    lessons: Lessons
    catalogue: Catalogue
    clock: Clock
    name: str = FEED

    def check(self) -> None:
        """Our own ledger can always be read."""

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        """One batch of the lessons that are due, none where it was asked within the hour."""
        now = self.clock()
        with self.store.read() as tx:
            last = mark(tx, FEED)
        if last is not None and now - datetime.fromisoformat(last) < EVERY:
            return
        table = self._table(now)
        if table.num_rows:
            following = str(int(cursor or 0) + 1)
            yield FlagBatch(table=table, rejected=(), lines=table.num_rows, cursor=following)
        with self.store.begin() as tx:
            set_mark(tx, FEED, now.isoformat(), now)

    def _table(self, now: datetime) -> pa.Table:
        with self.store.read() as tx:
            with closing(self._due(tx, now)) as due:
                rows = list(islice(due, self.lessons.per_run))
            refs = refs_of(tx, [row["person"] for row in rows])
        return self._framed(
            [row | {"user_ref": refs[row["person"]]} for row in rows if row["person"] in refs]
        )

    def _due(self, tx: Tx, now: datetime) -> Generator[dict[str, Any], None, None]:
        """The lessons that are due: those that came already keep nobody waiting behind them."""
        about = self.catalogue.get("lesson_about")
        with closing(over(tx, self.lessons, about.one_of if about else (), now)) as past:
            while part := [self._row(one, now) for one in islice(past, self.lessons.per_run)]:
                seen = known(tx, FEED, [row["identity"] for row in part])
                yield from (row for row in part if row["identity"] not in seen)

    def _row(self, one: Past, now: datetime) -> dict[str, Any]:
        """The lesson that is due of an episode."""
        n = self.lessons.due_round(one.last_flag_at, now)
        return {
            "person": one.person,
            "identity": self.store.vault.fingerprint(f"lesson/{one.episode}/{n}"),
            "pattern": FEED,
            "claimed_pattern": FEED,
            "risk_score": Decimal(0),
            "score_model": MODEL,
            "flagged_at": now,
            "transfer_state": "none",
            "lesson_about": one.pattern,
            "lesson_round": n,
        }

    def _framed(self, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        schema = flag_schema(self.catalogue)
        numbered = [{**row, "line": n} for n, row in enumerate(rows, 1)]
        columns = {each.name: [row.get(each.name) for row in numbered] for each in schema}
        return pa.table(
            {each.name: pa.array(columns[each.name], each.type) for each in schema}, schema=schema
        )
