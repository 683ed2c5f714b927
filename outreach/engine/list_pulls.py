"""Lists of addresses pulled by the clock, each as often as its settings say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from outreach.domain.listed import Row
from outreach.engine.lists import Brought, Lists, Taken
from outreach.errors import FeedError
from outreach.store.imports import imports
from outreach.store.lists import FeedState, feed_states, withdrawn_names, write_feed
from outreach.telemetry import LIST_FAILED, LIST_HELD, LIST_TAKEN

log = structlog.get_logger()


class Fetched(Protocol):
    """A list that came."""

    @property
    def rows(self) -> Iterator[Row]:
        """What it says."""
        ...

    @property
    def as_of(self) -> datetime | None:
        """The day it is of."""
        ...

    @property
    def position(self) -> str:
        """Where to go on behind it."""
        ...


class ListFeed(Protocol):
    """Where a list comes from."""

    @property
    def name(self) -> str:
        """What the settings call it."""
        ...

    def fetch(self, position: str) -> Iterator[Fetched]:
        """What is new behind a position; FeedError where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A feed of the settings: how often it is read, and whether what a list of it lacks is not listed."""

    feed: ListFeed
    every: timedelta
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPulls:
    """The stage that pulls lists."""

    lists: Lists
    feeds: Sequence[Declared]

    def run(self, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Everything new of every feed that is due; held imports are weighed again first."""
        counts = Counter(accepted=len(self.lists.weigh_again("daemon")) if self.feeds else 0)
        now = self.lists.clock()
        for each in self.due(now):
            if is_stopping():
                break
            for taken in self.pull(each, "daemon"):
                counts.update(taken.one.figures)
        return +counts

    def due(self, now: datetime) -> list[Declared]:
        """The feeds whose time has come, without those that are withdrawn or wait for a person."""
        with self.lists.store.read() as tx:
            states = feed_states(tx)
        return [each for each in self.open() if _is_due(states.get(each.feed.name), each.every, now)]

    def open(self) -> list[Declared]:
        """The feeds that may be read: neither withdrawn, nor with an import that waits for a person."""
        with self.lists.store.read() as tx:
            away = withdrawn_names(tx)
            away |= {one.feed for each in self.feeds for one in imports(tx, state="held", of=each.feed.name)}
        return [each for each in self.feeds if each.feed.name not in away]

    def pull(self, each: Declared, actor: str) -> Iterator[Taken]:
        """Every new list of a feed, until one is held; a feed that fails is told, and tried again later."""
        feed, store = each.feed, self.lists.store
        with store.read() as tx:
            position = feed_states(tx).get(feed.name, FeedState()).position
        try:
            for fetched in feed.fetch(position):
                taken = self.lists.take(_brought(each, fetched), actor)
                log.info(LIST_TAKEN, feed=feed.name, **taken.one.figures)
                yield taken
                if taken.one.state == "held":
                    log.warning(LIST_HELD, feed=feed.name, id=taken.one.id)
                    break
        except FeedError as error:
            log.error(LIST_FAILED, feed=feed.name, reason=str(error))
            self._note(feed.name, str(error))
        else:
            self._note(feed.name, "")

    def _note(self, name: str, reason: str) -> None:
        now = self.lists.clock()
        with self.lists.store.begin() as tx:
            failing = feed_states(tx).get(name, FeedState()).failing_since
            since = (failing or now) if reason else None
            write_feed(tx, name, looked_at=now, failing_since=since, reason=reason)


def _is_due(state: FeedState | None, every: timedelta, now: datetime) -> bool:
    return state is None or state.looked_at is None or now - state.looked_at >= every


def _brought(each: Declared, fetched: Fetched) -> Brought:
    return Brought(
        feed=each.feed.name,
        rows=fetched.rows,
        as_of=fetched.as_of,
        is_complete=each.is_complete,
        position=fetched.position,
    )
