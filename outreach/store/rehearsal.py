"""A store for rehearsals: everything can be written and read back, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection

from outreach.store.database import Store, Tx, in_words


class Rehearsal(Store):
    """One transaction around everything, undone by `close`; each `begin` is a savepoint in it.

    Others see none of it. On SQLite they wait for it when they want to write. For one thread.
    """

    @cached_property
    def _connection(self) -> Connection:
        connection = self.engine.connect()
        connection.begin()
        return connection

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A part of the rehearsal: kept for its rest, undone on any error."""
        with in_words(), self._connection.begin_nested():
            yield Tx(self._connection, self.vault, self.new_id)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A look at what the rehearsal has written so far."""
        with in_words():
            yield Tx(self._connection, self.vault, self.new_id)

    def close(self) -> None:
        """Undo everything."""
        if "_connection" in self.__dict__:
            self._connection.rollback()
            self._connection.close()
        super().close()
