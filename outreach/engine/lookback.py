"""Looking back: a beneficiary turned bad, and whoever paid it before and never told us becomes a flag.

A feed of our own, so that all that holds for flags holds here: decisions, limits, approvals, gate and ladder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import pyarrow as pa
import structlog

from outreach.domain.facts import Catalogue
from outreach.domain.flag import FlagBatch
from outreach.domain.lookback import FEED, Bounds, Turned
from outreach.engine.lookback_flags import Findings, flag_table, pseudonym
from outreach.engine.ports import Clock
from outreach.store import lookback as ledger
from outreach.store.database import Store
from outreach.store.intake import known
from outreach.telemetry import LOOKBACK_WAITS, LOOKED_BACK

AT_ONCE = 20_000
"""Beneficiaries in one search: each search reads all transfers once."""

LISTED_AGAIN = timedelta(days=1)
"""How often what is listed no more is asked about: a list may carry it again."""

log = structlog.get_logger()


class BadList(Protocol):
    """A list of what turned bad."""

    @property
    def name(self) -> str:
        """Under which its mark is kept."""
        ...

    def turned_since(self, cursor: str | None, most: int) -> tuple[Sequence[Turned], str | None]:
        """What turned bad after the cursor, and the next one; nothing and None where nothing is new.

        What was told before may be told again.
        """
        ...

    def hold(self, turned: Sequence[Turned]) -> Collection[str]:
        """The keys of those that this list still holds to be bad."""
        ...


class Transfers(Protocol):
    """The transfers that left, as far as the firm keeps them."""

    @property
    def name(self) -> str:
        """What the settings call them."""
        ...

    def sent_to(self, turned: Sequence[Turned], since: datetime, until: datetime) -> Iterator[pa.Table]:
        """Who sent to these from `since` on and not after `until`: one row a person and beneficiary.

        Columns: `key` (as compared), `beneficiary` (as spelled), `user_ref` or `person` (the other is NULL),
        `sent_usd`, `last_sent_at`, `sends_there`, `transfer_ref`, and what is known of the profile. Bounded
        tables; the rows of one key stand together, so that memory holds a piece only. Raises FeedError.
        """
        ...

    def check(self) -> None:
        """Raise FeedError where they could not be read now; reads next to nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookback:
    """The feed. `catalogue` is that of the rules that are asked."""

    store: Store
    sources: Sequence[Transfers]
    lists: Sequence[BadList]
    bounds: Bounds
    catalogue: Catalogue
    clock: Clock
    at_once: int = AT_ONCE
    name: str = FEED
    on_look: Callable[[int], None] = lambda beneficiaries: None

    def check(self) -> None:
        """Raise FeedError where a source could not be read."""
        for source in self.sources:
            source.check()

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        """A flag for everybody who sent to a beneficiary that is due and is not known yet, within the bounds.

        A beneficiary is done only after its last batch was kept: cut off in the middle, it is looked back
        for again, and whoever was found before is known by their flag.
        """
        now = self.clock()
        self._learn(now)
        room = self.bounds.room(self._today(now))
        n = int(cursor or 0)
        while due := self._due(now):
            if room <= 0:
                log.warning(LOOKBACK_WAITS, beneficiaries=len(due), per_day=self.bounds.per_day)
                return
            found: Counter[str] = Counter()
            for fresh in self._fresh(due, found, now):
                part = fresh.slice(0, room)
                if part.num_rows:
                    n += 1
                    yield FlagBatch(table=part, rejected=(), lines=part.num_rows, cursor=str(n))
                    room -= part.num_rows
                if part.num_rows < fresh.num_rows:
                    break
            else:
                self._done(due, found, now)

    def _learn(self, now: datetime) -> None:
        """Take over what turned bad, each list's piece together with its mark."""
        asked = ledger.Asked(source=ledger.BY_LIST, actor="", bounds=self.bounds)
        for each in self.lists:
            while True:
                with self.store.read() as tx:
                    cursor = ledger.mark(tx, each.name)
                turned, following = each.turned_since(cursor, self.at_once)
                if following is None or following == cursor:
                    break
                with self.store.begin() as tx:
                    ledger.ask(tx, turned, asked, now)
                    ledger.set_mark(tx, each.name, following, now)

    def _today(self, now: datetime) -> int:
        with self.store.read() as tx:
            return ledger.found_since(tx, now.replace(hour=0, minute=0, second=0, microsecond=0))

    def _due(self, now: datetime) -> list[ledger.Due]:
        """What is due and looks back equally far."""
        while True:
            with self.store.read() as tx:
                due = ledger.due(tx, now, self.at_once)
            gone = self._gone(due)
            if not gone:
                return [one for one in due if one.days == due[0].days]
            with self.store.begin() as tx:
                ledger.put_off(tx, gone, now + LISTED_AGAIN)

    def _gone(self, due: Sequence[ledger.Due]) -> list[str]:
        """What a list asked for and no list holds to be bad any more: nobody is told of it."""
        asked = [one for one in due if one.by_list]
        held = {key for each in self.lists for key in each.hold([one.turned for one in asked])}
        return [one.id for one in asked if one.turned.key not in held] if asked else []

    def _fresh(self, due: Sequence[ledger.Due], found: Counter[str], now: datetime) -> Iterator[pa.Table]:
        """Flags about whoever was found and is not known yet; `found` counts all, by key."""
        turned = {one.turned.key: one.turned for one in due}
        since = now - timedelta(days=due[0].days)
        self.on_look(len(due))
        for source in self.sources:
            for table in source.sent_to(list(turned.values()), since, now):
                found.update(table.column("key").to_pylist())
                findings = self._named(table)
                flags = flag_table(findings, turned, self.catalogue, now)
                with self.store.read() as tx:
                    seen = known(tx, FEED, flags.column("identity").to_pylist())
                keep = [one not in seen for one in flags.column("identity").to_pylist()]
                yield flags.filter(pa.array(keep, pa.bool_()))

    def _named(self, table: pa.Table) -> Findings:
        """The rows under the firm's own ids, with what earlier flags said; who was forgotten is gone."""
        rows = table.to_pylist()
        with self.store.read() as tx:
            named = ledger.refs_of(tx, {row["person"] for row in rows if row["person"]})
            for row in rows:
                row["user_ref"] = row["user_ref"] or named.get(row["person"])
            rows = [row for row in rows if row["user_ref"]]
            refs = {row["user_ref"] for row in rows}
            before = ledger.told_before(tx, refs, self.clock() - timedelta(days=365))
        vault = self.store.vault
        for row in rows:
            row["identity"] = pseudonym(vault.fingerprint, row["user_ref"], row["key"])
        return Findings(rows=rows, before=before)

    def _done(self, due: Sequence[ledger.Due], found: Counter[str], now: datetime) -> None:
        counts = {one.id: found[one.turned.key] for one in due}
        with self.store.begin() as tx:
            ledger.looked(tx, counts, self.bounds.again_after, now)
        log.info(LOOKED_BACK, beneficiaries=len(due), found=found.total())
