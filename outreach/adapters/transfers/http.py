"""Transfers behind an HTTP API: asked for some beneficiaries at a time, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pyarrow as pa

from outreach.adapters.transfers.search import Search, Span
from outreach.adapters.transfers.text_rows import text_table
from outreach.domain.lookback import Turned, spellings
from outreach.errors import FeedError

ASKED_AT_ONCE = 50
"""Beneficiaries in one request."""

MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTransfers:
    """`GET url?beneficiary=…&beneficiary=…&since=…&until=…` answers `{rows: […], next_cursor: …}`.

    The next page is asked for with `cursor`. Credentials and time-outs belong to `client`.
    """

    name: str
    client: httpx.Client = field(repr=False)
    url: str = field(repr=False)
    rows: str = "rows"
    next_cursor: str = "next_cursor"
    select: Mapping[str, str] = field(default_factory=dict)

    def sent_to(self, turned: Sequence[Turned], since: datetime, until: datetime) -> Iterator[pa.Table]:
        """What the port promises."""
        by_key = {one.key: one for one in turned}
        keys = sorted(by_key)
        for start in range(0, len(keys), ASKED_AT_ONCE):
            part = [by_key[key] for key in keys[start : start + ASKED_AT_ONCE]]
            span = Span(turned=part, since=since, until=until)
            if found := self._asked(span):
                with Search(self.name) as search:
                    search.connection.register("asked", text_table(found))
                    yield from search.found("asked", self.select, span)

    def check(self) -> None:
        """FeedError where the API does not answer."""
        self._page({"beneficiary": ["nobody"]})

    def _asked(self, span: Span) -> list[dict[str, Any]]:
        wanted = spellings((one.key for one in span.turned), (one.beneficiary for one in span.turned))
        query = {
            "beneficiary": list(wanted),
            "since": [span.since.isoformat()],
            "until": [span.until.isoformat()],
        }
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            rows, following = self._page(query)
            found += rows
            if not following or query.get("cursor") == [following]:
                return found
            query["cursor"] = [following]
        raise FeedError(f"{self.name}: over {MOST_PAGES} pages for {ASKED_AT_ONCE} beneficiaries")

    def _page(self, query: Mapping[str, list[str]]) -> tuple[list[dict[str, Any]], str]:
        words: list[tuple[str, str | int | float | bool | None]] = [
            (name, value) for name, values in query.items() for value in values
        ]
        try:
            answer = self.client.get(self.url, params=words)
            page = answer.json() if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise FeedError(f"{self.name}: no answer that can be read ({type(error).__name__})") from None
        rows = page.get(self.rows) if isinstance(page, dict) else page
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise FeedError(f"{self.name}: answered {answer.status_code}, and no list at '{self.rows}'")
        following = page.get(self.next_cursor) if isinstance(page, dict) else ""
        return rows, str(following or "")
