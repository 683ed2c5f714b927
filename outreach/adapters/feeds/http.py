"""An HTTP API as a feed: JSON pages, followed by the cursor that each page names."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx
import pyarrow as pa

from outreach.adapters.feeds.frame import Framer
from outreach.adapters.feeds.json_rows import element_rows, read_json, shown
from outreach.adapters.feeds.mapping import Select, read_select
from outreach.domain.facts import Catalogue
from outreach.domain.flag import FlagBatch
from outreach.errors import FeedError

LONGEST_PAGE = 64 << 20
"""Bytes of one answer; a larger one is refused while it arrives."""

MOST_EMPTY_PAGES = 1000
"""Empty pages in a row that a pull follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The page named by `next` (None: the first), of which `read` elements with this digest were read."""

    next: str | None = None
    read: int = 0
    digest: str = ""

    def text(self) -> str:
        return json.dumps({"next": self.next, "read": self.read, "digest": self.digest})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpFeed:
    """Reads pages of JSON objects from `url`, asking for the next one with `cursor_param`.

    `rows` is the dotted path to the list of rows in a page ('' where the page is the list), `next_cursor` the
    one to the cursor of the next page. Where a page names none, the next pull asks for that page again and
    goes on after the elements it had. Trying again is the caller's: any status but 200 is a FeedError with
    feed and status. A line is a row's place in its page. Credentials and time-outs belong to `client`.
    """

    name: str
    catalogue: Catalogue
    client: httpx.Client = field(repr=False)
    url: str = field(repr=False)
    patterns: Collection[str]
    rows: str = ""
    next_cursor: str = "next"
    cursor_param: str = "cursor"
    select: Mapping[str, str] = field(default_factory=dict)
    batch_rows: int = 20_000

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        """Everything after the cursor, page by page; FeedError where the API does not answer as agreed."""
        select = read_select(self.name, self.select, self.catalogue)
        place, empty = self._place(cursor), 0
        with self._framer(select) as framer:
            while empty < MOST_EMPTY_PAGES:
                elements, following = self._page(place.next)
                is_last = following is None or following == place.next
                for start in range(self._skip(elements, place), len(elements), self.batch_rows):
                    end = min(start + self.batch_rows, len(elements))
                    raw = element_rows(elements[start:end], start + 1, self._where(), select)
                    is_whole = end == len(elements) and not is_last
                    after = _Place(next=following) if is_whole else _part(place.next, elements[:end])
                    yield framer.batch(raw, after.text())
                if is_last:
                    return
                place, empty = _Place(next=following), 0 if elements else empty + 1

    def check(self) -> None:
        """FeedError where the first page does not come, or the select fits none of its rows."""
        select = read_select(self.name, self.select, self.catalogue)
        elements = self._page(None)[0][:100]
        seen: set[str] = set().union(*(element for element in elements if isinstance(element, dict)))
        if elements and (lacking := select.lacking(tuple(seen))):
            raise FeedError(f"feed {self.name}: the first page {lacking}")
        with self._framer(select) as framer:
            framer.try_on(element_rows(elements, 1, self._where(), select).table)

    def _page(self, next_cursor: str | None) -> tuple[list[Any], str | None]:
        """The elements of one page, and the cursor of the one after it."""
        try:
            page = read_json(self._body(next_cursor).decode())
        except (ValueError, RecursionError):
            raise FeedError(f"feed {self.name}: {self._where()} did not answer with JSON") from None
        elements = _at(page, self.rows)
        if not isinstance(elements, list):
            raise FeedError(
                f"feed {self.name}: there is no list at '{self.rows}' in the answer of {self._where()}"
            )
        following = _at(page, self.next_cursor) if isinstance(page, dict) else None
        return elements, following if isinstance(following, str) and following else None

    def _body(self, next_cursor: str | None) -> bytes:
        parameters = {self.cursor_param: next_cursor} if next_cursor is not None else {}
        url = httpx.URL(self.url).copy_merge_params(parameters)
        try:
            with self.client.stream("GET", url) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise FeedError(f"feed {self.name}: {self._where()} answered {_status(answer)}")
                return self._bounded(answer)
        except httpx.HTTPError as error:
            raise FeedError(
                f"feed {self.name}: {self._where()} cannot be reached ({type(error).__name__})"
            ) from None

    def _bounded(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > LONGEST_PAGE:
                raise FeedError(
                    f"feed {self.name}: a page is over {LONGEST_PAGE >> 20} MB; ask for smaller ones"
                )
        return bytes(body)

    def _where(self) -> str:
        """Host and path: never the query, nor user and password."""
        url = httpx.URL(self.url)
        return f"{url.host}{url.path}"

    def _skip(self, elements: list[Any], place: _Place) -> int:
        """How many elements of a page asked for again were read before."""
        return place.read if _part(place.next, elements[: place.read]) == place else 0

    def _place(self, cursor: str | None) -> _Place:
        try:
            return _Place(**json.loads(cursor)) if cursor else _Place()
        except (ValueError, TypeError):
            raise FeedError(f"feed {self.name}: its cursor is not one of an HTTP feed") from None

    def _framer(self, select: Select) -> Framer:
        return Framer(feed=self.name, catalogue=self.catalogue, select=select, patterns=self.patterns)


def _part(next_cursor: str | None, elements: list[Any]) -> _Place:
    """The place after the first elements of a page."""
    if not elements:
        return _Place(next=next_cursor)
    return _Place(next=next_cursor, read=len(elements), digest=sha256(shown(elements)).hexdigest()[:16])


def _at(page: Any, path: str) -> Any:
    """The value at a dotted path of keys; None where there is none."""
    for key in path.split(".") if path else []:
        page = page.get(key) if isinstance(page, dict) else None
    return page


def _status(answer: httpx.Response) -> str:
    match answer.status_code:
        case 401 | 403:
            return f"{answer.status_code}: check the feed's credentials"
        case 429 | 503:
            return f"{answer.status_code}: it asks to be left alone for a while"
        case status:
            return str(status)
