"""Feeds as the settings declare them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import httpx

from outreach.adapters.feeds import FileFeed, HttpFeed, SqlFeed
from outreach.domain.facts import Catalogue
from outreach.domain.ruleset import Rulebook
from outreach.engine.ports import FlagFeed
from outreach.settings import FeedSettings, FileFeedSettings, HttpFeedSettings, Settings, SqlFeedSettings

FEED_TIMEOUT = 30.0


def feed(
    name: str, one: FeedSettings, settings: Settings, catalogue: Catalogue, patterns: Collection[str] = ()
) -> FlagFeed:
    """One declared feed, with the columns of this catalogue."""
    return _feed(name, one, settings, catalogue, patterns)


def feeds(settings: Settings, catalogue: Catalogue, patterns: Collection[str]) -> list[FlagFeed]:
    """Every declared feed, in the order of the file."""
    return [_feed(name, one, settings, catalogue, patterns) for name, one in settings.feeds.items()]


class FeedsInForce:
    """The feeds as an edition of the rules has them read: its facts are their columns, its patterns known.

    Made anew only where an edition knows other facts or patterns.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: list[FlagFeed] = []
        self._known: tuple[Catalogue, frozenset[str]] | None = None

    def __call__(self, book: Rulebook) -> Sequence[FlagFeed]:
        """Every declared feed."""
        known = (book.catalogue, frozenset(book.sets))
        if self._known != known:
            self._made, self._known = feeds(self._settings, book.catalogue, book.sets.keys()), known
        return self._made


def _feed(
    name: str, one: FeedSettings, settings: Settings, catalogue: Catalogue, patterns: Collection[str]
) -> FlagFeed:
    match one:
        case FileFeedSettings():
            return FileFeed(
                name=name,
                catalogue=catalogue,
                patterns=patterns,
                glob=str(settings.workspace / one.path),
                format=one.format,
                select=one.select,
                delimiter=one.delimiter,
                quoted_newlines=one.quoted_newlines,
                batch_rows=one.batch_rows,
            )
        case SqlFeedSettings():
            return SqlFeed(
                name=name,
                catalogue=catalogue,
                patterns=patterns,
                url=settings.url_at(one.url.get_secret_value()),
                query=one.query,
                watermark=one.watermark,
                key=one.key,
                overlap=one.overlap_seconds,
                select=one.select,
                batch_rows=one.batch_rows,
            )
        case HttpFeedSettings():
            return _http_feed(name, one, catalogue, patterns)


def _http_feed(name: str, one: HttpFeedSettings, catalogue: Catalogue, patterns: Collection[str]) -> HttpFeed:
    return HttpFeed(
        name=name,
        catalogue=catalogue,
        patterns=patterns,
        client=_client(one),
        url=one.url,
        rows=one.rows,
        next_cursor=one.next_cursor,
        cursor_param=one.cursor_parameter,
        select=one.select,
    )


def _client(one: HttpFeedSettings) -> httpx.Client:
    token = one.token.get_secret_value() if one.token else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(timeout=FEED_TIMEOUT, headers=headers)
