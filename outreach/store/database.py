"""The store: one engine, one vault, and transactions that say what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    URL,
    ColumnElement,
    Connection,
    Engine,
    SelectBase,
    Table,
    UpdateBase,
    any_,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from outreach.errors import StoreError
from outreach.store import asked, bulk
from outreach.store.vault import Vault

SQLITE_PATIENCE_MS = 30_000
SQLITE_CACHE_KB = 16_000
"""What a round touches stays in memory; with SQLite's own 2 MB it is read and written several times."""

FROZEN_AFTER = "60s"
"""How long PostgreSQL waits for the next word in a transaction that writes. A process that was frozen in the
middle of one would hold its rows, and with them every other machine, until somebody found and killed it."""


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction: all of it is kept, or none."""

    connection: Connection
    vault: Vault
    new_id: Callable[[], str]

    @property
    def is_alone(self) -> bool:
        """Whether no other transaction writes before this one ends, as on SQLite."""
        return self.connection.dialect.name == "sqlite"

    def insert(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write these rows; every row has the same keys."""
        if rows:
            bulk.add(self.connection, table, rows)

    def insert_missing(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write those of these rows that break no unique key, many at a time; nobody is told how many."""
        if rows:
            bulk.add_missing(self.connection, table, rows)

    def each(self, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
        """Do a constant statement once for every row of values of its `bindparam`s."""
        if rows:
            bulk.each(self.connection, statement, rows)

    def among(self, column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
        """That a column is one of these values, however many: they go over as one parameter.

        In an IN list each would be one, and Core spends 15 µs on each (measured in bench/delivery.py).
        """
        return asked.among(column, list(values))

    def rows(self, query: asked.Question, **given: Any) -> list[tuple[Any, ...]]:
        """What a constant query of a module finds with these values of its `bindparam`s."""
        return asked.rows(self.connection, query, given)

    def found_by(self, column: ColumnElement[str], query: SelectBase) -> ColumnElement[bool]:
        """That a column is one of what a query finds, which is asked once.

        A plain IN may be asked again for every row, as PostgreSQL guesses: a claim took 370 µs a message
        then, and more rows than its limit, because those it had just changed were not found again.
        """
        if self.connection.dialect.name == "postgresql":
            return column == any_(func.array(query.scalar_subquery(), type_=ARRAY(column.type)))
        return column.in_(query)

    def insert_new(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> int:
        """Write those of these rows that break no unique key; the number written."""
        if not rows:
            return 0
        insert = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        # Counted by what comes back: for many rows at once psycopg's rowcount is -1.
        new = insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
        return len(self.connection.execute(new, list(rows)).all())


class Conflict(Exception):
    """A unique key was taken: another process wrote this first, and all of this transaction is undone."""


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what a database refuses into words of ours, without parameters: they may be personal."""
    try:
        yield
    except IntegrityError as error:
        if "unique" in str(error.orig).lower():
            raise Conflict(_first_line(error.orig)) from None
        # PostgreSQL's own words go on with the whole row, which may be personal: only the first line is told.
        raise StoreError(f"the database refuses a row: {_first_line(error.orig)}") from None
    except DBAPIError as error:
        raise _refusal(error) from None


class Store:
    """What we remember. A test may set `clock`, which leases then live by instead of the database's."""

    def __init__(
        self,
        url: str,
        vault: Vault,
        new_id: Callable[[], str],
    ) -> None:
        self.engine = open_engine(url)
        self.vault = vault
        self.new_id = new_id
        self.clock: Callable[[], datetime] | None = None

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        with in_words(), self.engine.begin() as connection:
            yield Tx(connection, self.vault, self.new_id)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that only reads; on SQLite it never waits for a writer."""
        with in_words(), self.engine.connect().execution_options(outreach_reads=True) as connection:
            yield Tx(connection, self.vault, self.new_id)

    def lease_clock(self, tx: Tx, now: datetime) -> datetime:
        """The clock that leases live by: the database's where machines share one, else `now`."""
        if self.clock is not None:
            return self.clock()
        if tx.connection.dialect.name != "postgresql":
            return now
        moment: datetime = tx.connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def is_missing(url: URL) -> bool:
    """Whether it is a SQLite file that is not there, which connecting would make."""
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).exists()


def open_engine(url: str) -> Engine:
    """The engine of a database's address, set up our way; StoreError where the address is none."""
    # Parameters are kept out of error texts: they hold addresses and bodies.
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
    except (ArgumentError, ImportError, ValueError):  # none of their words: the address may hold a password
        raise StoreError(
            "the database's address cannot be understood, or its driver is not installed: "
            "set OUTREACH_DATABASE to sqlite:///outreach.db or postgresql+psycopg://user@host/name"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _open_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _open_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not open transactions of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: an attempt that was committed before the call must survive a power cut (law 2).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is forgotten must not be found in free pages: some builds of SQLite leave it there.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_PATIENCE_MS}")
    cursor.execute(f"PRAGMA cache_size=-{SQLITE_CACHE_KB}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE: a transaction that read first and wrote later could only fail when another wrote between.
    reads = connection.get_execution_options().get("outreach_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _open_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # Said afterwards: poolers in between refuse what is asked for while connecting.
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN_AFTER}'")
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("outreach_reads", False):
        # It holds no row, and who reads a million lines may take his time between two pieces.
        # By the driver's own cursor: SQLAlchemy's would be a server-side one where the rows are streamed.
        cursor = connection.connection.cursor()
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.close()


@contextmanager
def told_in_words() -> Iterator[None]:
    """A database that refuses inside becomes a StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise _refusal(error) from None


def _refusal(error: DBAPIError) -> Exception:
    """What to raise instead: a StoreError where the database cannot be used, else the error itself."""
    # Only the driver's own words: SQLAlchemy's would print the parameters, which may be personal.
    if error.connection_invalidated or _is_unusable(error):
        return StoreError(f"the database cannot be used: {_first_line(error.orig)}")
    return error


def _is_unusable(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    if error.statement is None:  # it was never reached: whatever the driver says, nothing can be done with it
        return True
    signs = ("no such table", "does not exist", "unable to open", "readonly", "disk is full", "disk i/o",
             "connection refused", "could not connect", "connection failed", "locked", "malformed",
             "not a database", "no such column", "deadlock", "permission denied",
             "canceling statement")  # fmt: skip
    return any(sign in text for sign in signs)


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().splitlines()[0] if error is not None and str(error).strip() else "unknown"
