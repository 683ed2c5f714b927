"""Lists of addresses in: read, checked, weighed against the latest transfers, then kept or held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from outreach.domain.chains import Address, ReadAddress
from outreach.domain.hitting import HitPolicy, Hits, Lacks
from outreach.domain.listed import Row
from outreach.engine.ports import Clock
from outreach.engine.taking import Reader, Readings, Rejected, believed, lacking, rejected_by, tallied
from outreach.store import imports as kept_imports
from outreach.store.allowed import all_allowed
from outreach.store.database import Store, Tx
from outreach.store.desk import write_audit
from outreach.store.imports import Import, Waiting
from outreach.store.listings import follow
from outreach.store.lists import (
    Change,
    FeedState,
    Kept,
    Key,
    complete,
    feed_states,
    listed_pairs,
    said_by,
    take_edition,
    withdrawn_names,
    write,
    write_feed,
)


class Weigher(Protocol):
    """Counts how many of the latest transfers go to addresses."""

    def __call__(self, addresses: Sequence[Address], now: datetime, days: int) -> Hits:
        """Of the transfers of these days, those that go to one of these."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A list to import: its rows, the day it is of (None: now), and whether what it lacks is not listed."""

    feed: str
    rows: Iterable[Row]
    as_of: datetime | None = None
    is_complete: bool = False
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import came to, and the rows that were not taken."""

    one: Import
    rejected: Sequence[Rejected] = field(default=(), repr=False)
    began: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The stage that keeps lists of addresses."""

    store: Store
    check: ReadAddress
    shipped: Callable[[], Mapping[Address, str]]
    weigh: Weigher
    policy: HitPolicy
    clock: Clock
    new_id: Callable[[], str]

    def take(self, brought: Brought, actor: str) -> Taken:
        """Import a list whole or not at all; it is held where it would match too many transfers."""
        now = self.clock()
        with self.store.read() as tx:
            withdrawn = withdrawn_names(tx)
        # A list of a day to come would shut out every list until that day.
        as_of = min(brought.as_of or now, now)
        reader = Reader(feed=brought.feed, check=self.check, as_of=as_of, withdrawn=withdrawn)
        readings = reader.read(brought.rows)
        one = Import(
            id=self.new_id(),
            feed=brought.feed,
            state="done",
            figures={},
            counts={},
            complete_at=as_of if brought.is_complete else None,
            position=brought.position,
            actor=actor,
            at=now,
        )
        hits = self._hits(readings.words, now)
        if hits.is_over(self.policy):
            weighed = Counter(transfers=hits.transfers, matched=hits.matched)
            return self._hold(replace(one, offenders=_told(hits)), readings, weighed)
        return self._keep(one, readings)

    def _hits(self, words: Sequence[Waiting], now: datetime) -> Hits:
        """What the words would newly match: what is allowed, or listed already, is nothing new."""
        with self.store.read() as tx:
            allowed = {(a.chain, a.text) for a in (*self.shipped(), *_own(tx))}
            listed = listed_pairs(tx, now)
        bad = {word.address for word in words if word.told.told_at is not None}
        new = [a for a in bad if (a.chain, a.text) not in allowed and (a.chain.value, a.text) not in listed]
        return self.weigh(new, now, self.policy.days) if new else Hits(transfers=0, matched=0, by_entry={})

    def _hold(self, one: Import, readings: Readings, why: Counter[str]) -> Taken:
        held = readings.read - len(readings.rejected)
        figures = {"read": readings.read, "held": held, "rejected": len(readings.rejected)}
        one = replace(one, state="held", figures=figures, counts=rejected_by(readings) + why)
        with self.store.begin() as tx:
            kept_imports.write_import(tx, one, readings.words)
            write_feed(tx, one.feed, looked_at=one.at)
        return Taken(one=one, rejected=readings.rejected)

    def _keep(self, one: Import, readings: Readings) -> Taken:
        with self.store.begin() as tx:
            take_edition(tx)
            # Asked again, now that nobody can change a list: a source withdrawn meanwhile brings nothing.
            readings = believed(readings, one.feed, withdrawn_names(tx))
            known = said_by(tx, one.feed)
            figures, counts, changes = tallied(readings, known)
            lacks = self._lacks(tx, one, known, changes)
            if not lacks.is_over(self.policy):
                write(tx, one.feed, changes, one.actor, one.at)
                one = replace(one, figures=figures, counts=counts)
                kept_imports.write_import(tx, one)
                began, ended = self._end(tx, one)
                return Taken(one=one, rejected=readings.rejected, began=began, ended=ended)
        return self._hold(one, readings, Counter(listed=lacks.listed, gone=lacks.gone))

    def _lacks(self, tx: Tx, one: Import, known: Mapping[Key, Kept], changes: Sequence[Change]) -> Lacks:
        """What would be listed no more, only because this list does not have it."""
        before = feed_states(tx).get(one.feed, FeedState()).complete_at
        if one.complete_at is None or (before is not None and one.complete_at <= before):
            return Lacks()
        now = self.clock()
        return lacking(known, changes, (before, now), (one.complete_at, now))

    def _end(self, tx: Tx, one: Import) -> tuple[int, int]:
        """What stands in the same transaction as the rows: how far the feed is read, and the news."""
        if one.feed in withdrawn_names(tx):  # once it is believed again it is read from its beginning
            return follow(tx, list(self.shipped()), one.at)
        write_feed(tx, one.feed, looked_at=one.at)
        if one.position:
            write_feed(tx, one.feed, position=one.position)
        if one.complete_at is not None:
            complete(tx, one.feed, one.complete_at)
        return follow(tx, list(self.shipped()), one.at)

    def accept(self, id: str, actor: str) -> Taken | None:
        """Take a held import as it was read; None where none of this id is held."""
        now = self.clock()
        with self.store.begin() as tx:
            take_edition(tx)
            one = kept_imports.find_import(tx, id, lock=True)
            if one is None or one.state != "held":
                return None
            readings = self._waiting(tx, one)
            figures, chains, changes = tallied(Readings(words=readings.words), said_by(tx, one.feed))
            figures.update(read=one.figures["read"])
            # Whatever was held and is not taken: its source was withdrawn meanwhile.
            figures["rejected"] = one.figures["read"] - sum(figures[name] for name in TAKEN)
            write(tx, one.feed, changes, actor, now)
            one = replace(one, figures=figures, counts={**one.counts, **chains})
            kept_imports.answer_import(tx, one, "accepted", figures, actor, now)
            write_audit(tx, "addresses accepted", one.id, "", actor, now)
            began, ended = self._end(tx, replace(one, at=now))
        return Taken(one=replace(one, state="accepted"), began=began, ended=ended)

    def _waiting(self, tx: Tx, one: Import) -> Readings:
        """The rows of a held import, without what withdrawn sources say."""
        words = kept_imports.waiting_rows(tx, one.id)
        return believed(Readings(words=words), one.feed, withdrawn_names(tx))

    def reject(self, id: str, actor: str, reason: str) -> Import | None:
        """Take nothing of a held import; None where none of this id is held."""
        now = self.clock()
        with self.store.begin() as tx:
            one = kept_imports.find_import(tx, id, lock=True)
            if one is None or one.state != "held":
                return None
            kept_imports.answer_import(tx, one, "rejected", one.figures, actor, now)
            write_audit(tx, "addresses rejected", one.id, reason, actor, now)
            if one.position:
                write_feed(tx, one.feed, position=one.position)
        return one

    def weigh_again(self, actor: str) -> list[Taken]:
        """Take those held imports that would not match too much any more, since people allowed offenders."""
        with self.store.read() as tx:
            held = kept_imports.imports(tx, state="held")
        found = []
        for one in reversed(held):
            with self.store.read() as tx:
                words = self._waiting(tx, one).words
                known = said_by(tx, one.feed)
                lacks = self._lacks(tx, one, known, tallied(Readings(words=words), known)[2])
            hits = self._hits(words, self.clock())
            is_over = hits.is_over(self.policy) or lacks.is_over(self.policy)
            if not is_over and (taken := self.accept(one.id, actor)) is not None:
                found.append(taken)
            else:
                with self.store.begin() as tx:
                    kept_imports.renew_offenders(tx, one, _told(hits))
        return found


TAKEN = ("new", "refreshed", "same", "removed")


def _own(tx: Tx) -> list[Address]:
    return [each.address for each in all_allowed(tx)]


def _told(hits: Hits) -> list[dict[str, object]]:
    return [
        {"chain": address.chain.value, "address": address.text, "transfers": count}
        for address, count in hits.offenders()
    ]
