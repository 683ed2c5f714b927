"""The database: transactions whole or not at all, readers that do not wait, and refusals in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from outreach.errors import StoreError
from outreach.store import database
from outreach.store.contacts import Reach, write_reaches
from outreach.store.database import Conflict, Store
from outreach.store.tables import texts
from tests.build import NOW
from tests.conftest import a_vault, ids, sqlite_store

SECRET = "canary@example.org"


def a_text(key: str = "a", body: str = SECRET) -> dict[str, object]:
    """A row with something personal in it."""
    return {"sha256": key * 64, "kind": "x", "name": key, "body": body, "first_used_at": NOW}


def write(store: Store, *keys: str) -> None:
    """A transaction that writes these rows."""
    with store.begin() as tx:
        tx.insert(texts, [a_text(key) for key in keys])


def kept(store: Store) -> list[str]:
    """The names of the rows that are there."""
    with store.read() as tx:
        return sorted(tx.connection.execute(texts.select()).columns("name").scalars())


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.begin() as tx:
            tx.insert(texts, [a_text()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert kept(store) == []


def test_a_unique_key_that_is_taken_is_a_conflict_that_undoes_all_and_tells_no_value(store: Store) -> None:
    write(store, "a")

    with pytest.raises(Conflict) as refused:
        write(store, "b", "a")

    assert kept(store) == ["a"]
    assert SECRET not in str(refused.value)
    assert "aaaa" not in str(refused.value)


def test_an_error_in_a_statement_tells_no_parameter(store: Store) -> None:
    with pytest.raises((DBAPIError, StoreError)) as refused, store.begin() as tx:
        tx.connection.execute(text("SELECT :canary FROM texts WHERE nowhere_at_all = 1"), {"canary": SECRET})

    assert SECRET not in str(refused.value)


def test_a_row_that_breaks_a_rule_of_the_schema_is_refused_without_the_row(store: Store) -> None:
    row = {**a_text(), "kind": None, "name": SECRET}

    with pytest.raises(StoreError, match="refuses a row") as refused, store.begin() as tx:
        tx.insert(texts, [row])

    assert SECRET not in str(refused.value)


def test_a_reading_transaction_keeps_nothing_that_was_written_in_it(store: Store) -> None:
    with store.read() as tx:
        tx.insert(texts, [a_text()])

    assert kept(store) == []


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_committed(store: Store) -> None:
    write(store, "a")
    seen: list[list[str]] = []
    with store.begin() as tx:
        tx.insert(texts, [a_text("b")])
        reader = threading.Thread(target=lambda: seen.append(kept(store)))
        reader.start()
        reader.join(timeout=5)

    assert seen == [["a"]]
    assert kept(store) == ["a", "b"]


def test_two_writers_take_turns_and_lose_nothing(store: Store) -> None:
    write(store, "a")

    def count_up() -> None:
        for _ in range(10):
            with store.begin() as tx:
                row = texts.select().with_for_update()
                body = tx.connection.execute(row).columns("body").scalar_one()
                number = 0 if body == SECRET else int(body)
                tx.connection.execute(texts.update().values(body=str(number + 1)))

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert tx.connection.execute(texts.select()).columns("body").scalar_one() == "30"


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """A store at this address."""
    store = Store(url, a_vault(), ids())
    yield store
    store.close()


def read_only(folder: Path) -> str:
    sqlite_store(folder).close()
    return f"sqlite:///file:{folder}/outreach.db?mode=ro&uri=true"


def missing(folder: Path) -> str:
    return f"sqlite:///{folder}/nowhere/outreach.db"


def empty(folder: Path) -> str:
    return f"sqlite:///{folder}/new.db"


def no_database(folder: Path) -> str:
    (folder / "outreach.db").write_text("these are notes\n" * 500)
    return f"sqlite:///{folder}/outreach.db"


def damaged(folder: Path) -> str:
    sqlite_store(folder).close()
    file = folder / "outreach.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    return f"sqlite:///{file}"


def a_folder(folder: Path) -> str:
    return f"sqlite:///{folder}"


def nobody_listens(folder: Path) -> str:
    return f"postgresql+psycopg://someone:hunter2@127.0.0.1:9/{folder.name}"


@pytest.mark.parametrize("make", [read_only, missing, empty, no_database, damaged, a_folder, nobody_listens])
def test_a_database_that_cannot_be_used_is_refused_in_words_without_a_value(
    tmp_path: Path, make: Callable[[Path], str]
) -> None:
    with opened(make(tmp_path)) as store, pytest.raises(StoreError) as refused:
        write(store, "a")
    said = str(refused.value)

    assert said.startswith("the database cannot be used: ")
    assert "\n" not in said
    assert not any(word in said for word in (SECRET, "INSERT", "hunter2", "sqlalche.me"))


def test_a_full_disk_is_refused_in_words_and_what_was_kept_stays(tmp_path: Path) -> None:
    sqlite_store(tmp_path).close()
    with opened(f"sqlite:///{tmp_path}/outreach.db") as store:

        @event.listens_for(store.engine, "connect")
        def no_room(connection: sqlite3.Connection, _entry: object) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages + 5}")

        write(store, "a")
        with pytest.raises(StoreError, match="full"), store.begin() as tx:
            tx.insert(texts, [a_text("b", body="x" * 100_000)])

        assert kept(store) == ["a"]


def test_a_database_that_stays_locked_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SQLITE_PATIENCE_MS", 50)
    sqlite_store(tmp_path).close()
    url = f"sqlite:///{tmp_path}/outreach.db"
    with opened(url) as one, opened(url) as other, one.begin() as tx:
        tx.insert(texts, [a_text()])
        with pytest.raises(StoreError, match="locked"):
            write(other, "b")


def test_a_commit_survives_a_power_cut_by_the_files_own_settings(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    with store.read() as tx:
        found = {
            name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    store.close()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_after_a_restart_of_postgresql_the_next_transaction_works(
    postgres_store: Store, postgres_url: str
) -> None:
    with postgres_store.begin() as tx:
        tx.connection.execute(text("TRUNCATE texts"))
    write(postgres_store, "a")
    end_every_session(postgres_url)

    write(postgres_store, "b")

    assert kept(postgres_store) == ["a", "b"]


def test_a_transaction_that_a_restart_interrupts_is_refused_in_words_and_leaves_nothing(
    postgres_store: Store, postgres_url: str
) -> None:
    with postgres_store.begin() as tx:
        tx.connection.execute(text("TRUNCATE texts"))

    def write_through_a_restart() -> None:
        with postgres_store.begin() as tx:
            tx.insert(texts, [a_text()])
            end_every_session(postgres_url)
            tx.insert(texts, [a_text("b")])

    with pytest.raises(StoreError) as refused:
        write_through_a_restart()

    assert SECRET not in str(refused.value)
    assert kept(postgres_store) == []


def end_every_session(url: str) -> None:
    """What a restart looks like from a client: every connection is gone."""
    engine = create_engine(url)
    with engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(others + " AND backend_type = 'client backend'"))
    engine.dispose()


def test_a_moment_comes_back_aware_in_utc_to_the_microsecond_and_a_naive_one_is_refused(store: Store) -> None:
    exact = NOW.replace(microsecond=123456)
    with store.begin() as tx:
        tx.insert(texts, [{**a_text(), "first_used_at": exact}])
    with store.read() as tx:
        (found,) = tx.connection.execute(texts.select()).columns("first_used_at").scalars()

    assert (found, found.utcoffset()) == (exact, exact.utcoffset())
    with pytest.raises(Exception, match="without a time zone"), store.begin() as tx:
        tx.insert(texts, [{**a_text("b"), "first_used_at": exact.replace(tzinfo=None)}])


def test_a_pull_of_thousands_fits_the_drivers_own_limits(store: Store) -> None:
    reaches = [Reach(person=f"{n:032x}", locale="en") for n in range(12_000)]
    with store.begin() as tx:
        write_reaches(tx, reaches, "risk", NOW)
    with store.read() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM profiles")).scalar_one() == 12_000


def test_a_table_that_may_not_be_read_or_takes_too_long_is_refused_in_words(postgres_store: Store) -> None:
    slow = "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)"
    role = "CREATE ROLE nobody_at_all; SET LOCAL ROLE nobody_at_all; SELECT * FROM halts"
    for words in (slow, role):
        with pytest.raises(StoreError, match="cannot be used"), postgres_store.begin() as tx:
            tx.connection.exec_driver_sql(words)
