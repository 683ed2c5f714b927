"""One database to read from: asks, closes, and tells errors without URL, parameters or rows."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, ProgrammingError, SQLAlchemyError

from outreach.errors import FeedError

LONGEST_ANSWER = 32 << 20
"""Bytes of text after which an answer is cut, so that wide rows do not fill the memory."""

Row = dict[str, Any]


class Database:
    """Asks a database; a context manager that lets go of its connections."""

    def __init__(self, feed: str, url: str) -> None:
        self._feed = feed
        try:
            self._engine = sa.create_engine(url, poolclass=sa.NullPool)
        except (ArgumentError, NoSuchModuleError, ImportError):
            raise FeedError(
                f"feed {feed}: its url is none that SQLAlchemy can use here; it looks like"
                " postgresql+psycopg://user:password@host/name"
            ) from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _read_broken_text)

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def ask(self, query: sa.Select[Any]) -> tuple[list[Row], bool]:
        """The rows, streamed, and whether they were cut for their size (never under two rows)."""
        rows: list[Row] = []
        size = 0
        try:
            with self._engine.connect().execution_options(yield_per=1000) as connection:
                for row in connection.execute(query).mappings():
                    rows.append(dict(row))
                    size += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
                    if size > LONGEST_ANSWER and len(rows) > 1:
                        return rows, True
        except SQLAlchemyError as error:
            raise FeedError(f"feed {self._feed}: {self._cause(error)}") from None
        return rows, False

    def _cause(self, error: SQLAlchemyError) -> str:
        """What the database said, as far as it is about the query and not about a row or a password."""
        is_about_query = isinstance(error, ProgrammingError) or self._engine.dialect.name == "sqlite"
        if isinstance(error, DBAPIError) and is_about_query:
            return f"the database refused the query: {str(error.orig).splitlines()[0]}"
        return f"the database {self._engine.url.host or ''} cannot be read ({type(error).__name__})"


def _read_broken_text(connection: Any, _record: object) -> None:
    """SQLite would stop at the first text that is no UTF-8; the row goes to quarantine instead."""
    connection.text_factory = lambda text: text.decode(errors="surrogateescape")
