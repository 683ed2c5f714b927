"""A process that is frozen in the middle of a transaction does not hold up the others for ever."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from outreach.errors import StoreError
from outreach.store import database
from outreach.store.database import Store
from tests.conftest import a_vault, ids
from tests.store.test_database import kept, write


@pytest.fixture
def impatient(postgres_store: Store, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of another process, whose transactions may stand still for a moment only."""
    with postgres_store.begin() as tx:
        tx.connection.execute(text("TRUNCATE texts"))
    monkeypatch.setattr(database, "FROZEN_AFTER", "200ms")
    return Store(postgres_url, a_vault(), ids())


def test_a_frozen_writers_rows_are_free_after_a_while_and_it_is_told_so_in_words(
    impatient: Store, postgres_store: Store
) -> None:
    write(postgres_store, "a")

    def freeze() -> None:
        with impatient.begin() as tx:
            tx.connection.execute(text("DELETE FROM texts"))
            time.sleep(0.6)
            with postgres_store.begin() as other:
                other.connection.execute(text("SET LOCAL lock_timeout = '5s'"))  # else it waits for ever
                other.connection.execute(text("UPDATE texts SET name = 'b'"))
            tx.connection.execute(text("DELETE FROM texts"))

    with pytest.raises(StoreError, match="cannot be used"):
        freeze()

    assert kept(postgres_store) == ["b"]
    write(impatient, "c")
    assert kept(postgres_store) == ["b", "c"]
    impatient.close()


def test_a_reader_may_take_its_time(impatient: Store) -> None:
    write(impatient, "a")
    with impatient.read() as tx:
        query = text("SELECT count(*) FROM texts")
        before = tx.connection.execute(query).scalar()
        time.sleep(0.5)
        assert tx.connection.execute(query).scalar() == before == 1
    impatient.close()
