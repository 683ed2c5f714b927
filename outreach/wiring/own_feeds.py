"""Feeds of our own, behind those that the settings declare: look-backs, and lessons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from outreach.domain.lesson import FEED as LESSONS
from outreach.domain.lesson import Lessons
from outreach.domain.lookback import PATTERN
from outreach.domain.ruleset import Rulebook
from outreach.engine.lessons import LessonFeed
from outreach.engine.ports import FlagFeed
from outreach.wiring.feeds import FeedsInForce
from outreach.wiring.lookback import Rooms, lookback


class AllFeeds:
    """Every declared feed, then ours; ours only where an edition has rules for what they bring."""

    def __init__(self, house: Rooms) -> None:
        self._house = house
        self._declared = FeedsInForce(house.settings)

    def __call__(self, book: Rulebook) -> Sequence[FlagFeed]:
        """Every feed that a run pulls."""
        return [*self._declared(book), *self._own(book)]

    def _own(self, book: Rulebook) -> list[FlagFeed]:
        found: list[FlagFeed] = []
        if PATTERN in book.sets:
            found.append(lookback(self._house, book.catalogue))
        if LESSONS in book.sets and self._house.settings.education.automatic:
            found.append(_lessons(self._house, book))
        return found


def _lessons(house: Rooms, book: Rulebook) -> LessonFeed:
    own = house.settings.education
    lessons = Lessons(
        after=timedelta(days=own.after_days),
        rounds=own.rounds,
        apart=timedelta(days=own.apart_days),
        per_run=own.per_run,
    )
    return LessonFeed(store=house.store, lessons=lessons, catalogue=book.catalogue, clock=house.clock)
