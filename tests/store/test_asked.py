"""Constant queries: whatever the strings are, exactly those are found, on both databases, by an index."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, text

from outreach.store.asked import among
from outreach.store.database import Store
from outreach.store.tables import outreaches, texts
from tests.conftest import sqlite_store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ODD = ("a", "", " ", '"', '\\"', "a,b", "{a}", "NULL", "null", "\n", "é", '","', "\\", "'", "%s", "?")

_NAMED = select(texts.c.name, texts.c.first_used_at).where(
    among(texts.c.name, "names"), texts.c.first_used_at <= bindparam("now")
)


@pytest.fixture
def named(store: Store) -> Store:
    rows = [
        {"sha256": f"{n:064}", "kind": "template", "name": name, "body": "", "first_used_at": NOW}
        for n, name in enumerate(ODD)
    ]
    with store.begin() as tx:
        tx.insert(texts, rows)
    return store


@pytest.mark.parametrize("wanted", [(), ODD, ODD[3:5], ("b", "\\", "none"), ('"',)])
def test_strings_of_every_kind_find_exactly_themselves(named: Store, wanted: tuple[str, ...]) -> None:
    with named.read() as tx:
        found = tx.rows(_NAMED, names=list(wanted), now=NOW)
        by_hand = tx.connection.execute(select(texts.c.name).where(tx.among(texts.c.name, wanted)))

        assert sorted(by_hand.scalars()) == sorted(set(wanted) & set(ODD))
    assert sorted(found) == sorted((name, NOW) for name in set(wanted) & set(ODD))


def test_many_rows_are_found_by_an_index(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    query = select(outreaches.c.state).where(among(outreaches.c.id, "ids"))
    with store.read() as tx:
        sql = str(query.compile(store.engine))
        plan = tx.connection.execute(text(f"EXPLAIN QUERY PLAN {sql.replace('?', ':ids')}"), {"ids": "[]"})
        assert any("SEARCH outreaches USING INDEX" in row.detail for row in plan)
    store.close()
