"""A database as a feed: any SQLAlchemy URL, one query, followed by (watermark, key) with an overlap."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from outreach.adapters.feeds.database import Database, Row
from outreach.adapters.feeds.frame import Framer
from outreach.adapters.feeds.json_rows import element_rows
from outreach.adapters.feeds.mapping import Select, read_select
from outreach.adapters.feeds.raw import RawRows
from outreach.adapters.feeds.watermark import Position, read_position
from outreach.domain.facts import Catalogue
from outreach.domain.flag import FlagBatch
from outreach.errors import FeedError


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFeed:
    """Reads what `query` gives in the order of (`watermark`, `key`), page by page, no transaction left open.

    `key` is unique. Each pull starts `overlap` before the last watermark (seconds, or units of a number),
    because rows may be committed out of order; rows seen again have the identity they had. Rows without
    watermark or key cannot be followed: the pull reads all others and then says so. Raw columns are text,
    as in a file: cast in the query or in the select. A line is a row's number in the pull.
    """

    name: str
    catalogue: Catalogue
    url: str = field(repr=False)
    query: str
    watermark: str
    key: str
    patterns: Collection[str]
    overlap: float = 0
    select: Mapping[str, str] = field(default_factory=dict)
    batch_rows: int = 20_000

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        """Everything after the cursor, less the overlap; FeedError where the database refuses."""
        select = read_select(self.name, self.select, self.catalogue)
        after = self._position(cursor)
        low = after.minus(self.overlap) if after and self.overlap else None
        line = 1
        with Database(self.name, self.url) as database, self._framer(select) as framer:
            while rows := self._page(database, after, low):
                low, after = None, Position(rows[-1][self.watermark], rows[-1][self.key])
                yield framer.batch(self._raw_rows(rows, line, select), after.text())
                line += len(rows)
            self._refuse_unfollowable(database)

    def check(self) -> None:
        """FeedError where the query cannot be run or followed, or the select does not fit it."""
        select = read_select(self.name, self.select, self.catalogue)
        with Database(self.name, self.url) as database, self._framer(select) as framer:
            rows, _ = database.ask(self._rows().limit(1))
            self._refuse_unfollowable(database)
            if rows:
                framer.try_on(self._raw_rows(rows, 1, select).table)

    def _page(self, database: Database, after: Position | None, low: Any) -> list[Row]:
        """The next rows; one more is looked at, to be sure that no two share their place in the order."""
        w, k = self._order()
        query = self._rows().where(w.is_not(None), k.is_not(None)).order_by(w, k).limit(self.batch_rows + 1)
        if low is not None:
            query = query.where(w >= low)
        elif after is not None:
            query = query.where(sa.or_(w > after.watermark, sa.and_(w == after.watermark, k > after.key)))
        rows, is_cut = database.ask(query)
        if len(rows) > 1 and all(rows[-1][name] == rows[-2][name] for name in (self.watermark, self.key)):
            raise FeedError(
                f"feed {self.name}: {self.key} is not unique; rows could be lost between two pulls"
            )
        return rows[:-1] if is_cut or len(rows) > self.batch_rows else rows

    def _order(self) -> tuple[sa.ColumnClause[Any], sa.ColumnClause[Any]]:
        return sa.column(self.watermark), sa.column(self.key)

    def _rows(self) -> sa.Select[Any]:
        """The operator's query as a table."""
        query = sa.text(self.query.strip().rstrip(";").replace(":", "\\:"))
        table = query.columns(*self._order()).subquery("feed")
        return sa.select(sa.text("*")).select_from(table)

    def _refuse_unfollowable(self, database: Database) -> None:
        w, k = self._order()
        lost, _ = database.ask(self._rows().where(sa.or_(w.is_(None), k.is_(None))).limit(1))
        if lost:
            raise FeedError(
                f"feed {self.name}: there are rows without {self.watermark} or {self.key}, which cannot be"
                " followed and were not read; coalesce or filter them in the query"
            )

    def _raw_rows(self, rows: Sequence[Row], line: int, select: Select) -> RawRows:
        present = {name.casefold(): name for name in rows[0]}
        columns = {name: present[name.casefold()] for name in select.wanted if name.casefold() in present}
        if lacking := select.lacking(tuple(columns), tuple(rows[0])):
            raise FeedError(f"feed {self.name}: the query's answer {lacking}")
        elements = [{name: _text(row[column]) for name, column in columns.items()} for row in rows]
        return element_rows(elements, line, self.name, select)

    def _position(self, cursor: str | None) -> Position | None:
        try:
            return read_position(cursor) if cursor else None
        except (ValueError, TypeError, KeyError):
            raise FeedError(f"feed {self.name}: its cursor is not one of a database feed") from None

    def _framer(self, select: Select) -> Framer:
        return Framer(feed=self.name, catalogue=self.catalogue, select=select, patterns=self.patterns)


def _text(value: Any) -> str | None:
    """A database value as the text that a cell of a CSV would hold; broken UTF-8 stays recognisable."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case bytes() | memoryview():
            return bytes(value).decode(errors="surrogateescape")
        case date():  # and datetime
            return value.isoformat()
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
