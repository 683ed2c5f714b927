"""Databases: everything once, in order, from wherever a pull stopped."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from outreach.adapters.feeds import SqlFeed
from outreach.errors import FeedError
from tests.adapters.feeds.feed_build import CATALOGUE, PATTERNS, pulled


def a_database(folder: Path, rows: list[tuple[Any, ...]]) -> str:
    """A SQLite file with rows of (id, raised, user_ref, risk_score); its URL."""
    with closing(sqlite3.connect(folder / "risk.db")) as connection, connection:
        connection.execute("CREATE TABLE flags (id, raised, user_ref, risk_score)")
        connection.executemany("INSERT INTO flags VALUES (?, ?, ?, ?)", rows)
    return f"sqlite:///{folder / 'risk.db'}"


def a_feed(url: str, **options: Any) -> SqlFeed:
    settings: dict[str, Any] = {
        "query": "SELECT *, 'recovery' AS pattern FROM flags WHERE user_ref IS DISTINCT FROM 'a:b';",
        "watermark": "raised",
        "key": "id",
        "select": {"flagged_at": "raised"},
    }
    return SqlFeed(name="db", catalogue=CATALOGUE, url=url, patterns=PATTERNS, **(settings | options))


def minute(n: int) -> str:
    return f"2026-11-22 10:{n:02}:00"


def test_going_on_from_any_cursor_gives_exactly_the_rest(tmp_path: Path) -> None:
    rows = [(n, minute(n // 3), f"u{n}", 80) for n in range(11)]
    feed = a_feed(a_database(tmp_path, rows[::-1]), batch_rows=4)
    whole = pulled(feed.batches(None))

    assert [row["user_ref"] for row in whole.rows] == [f"u{n}" for n in range(11)]
    for place, cursor in enumerate(whole.cursors):
        rest = pulled(feed.batches(cursor))
        users = [row["user_ref"] for row in rest.rows]
        assert users == [f"u{n}" for n in range(4 * (place + 1), 11)]


def test_a_row_committed_late_is_found_inside_the_overlap(tmp_path: Path) -> None:
    url = a_database(tmp_path, [(1, minute(1), "u1", 80), (3, minute(3), "u3", 80)])
    feed = a_feed(url, overlap=120)
    first = pulled(feed.batches(None))
    with closing(sqlite3.connect(tmp_path / "risk.db")) as connection, connection:
        connection.execute("INSERT INTO flags VALUES (2, ?, 'u2', 80)", [minute(2)])

    second = pulled(feed.batches(first.cursors[-1]))

    assert "u2" in [row["user_ref"] for row in second.rows]
    again = {row["identity"] for row in second.rows if row["user_ref"] != "u2"}
    assert again == {row["identity"] for row in first.rows}


def test_a_bad_row_is_quarantined_and_its_neighbours_are_read(tmp_path: Path) -> None:
    rows = [
        (1, 1, "u1", 80),
        (2, 2, b"\xff\xfe", 80),
        (3, 3, None, 80),
        (4, 4, "u\0", 1),
        (5, 5, "u5", "high"),
    ]
    pull = pulled(a_feed(a_database(tmp_path, [*rows, (6, 6, "u6", 80.5)]), select={}).batches(None))

    assert [row["user_ref"] for row in pull.rows] == ["u1", "u6"]
    assert pull.reasons == [(2, "invalid_utf8"), (3, "missing_user"), (4, "nul_byte"), (5, "bad_number")]


def test_text_that_is_no_utf8_does_not_stop_sqlite(tmp_path: Path) -> None:
    url = a_database(tmp_path, [(1, 1, "u1", 80)])
    with closing(sqlite3.connect(tmp_path / "risk.db")) as connection, connection:
        connection.execute("INSERT INTO flags VALUES (2, 2, CAST(x'ff41' AS TEXT), 80)")

    assert pulled(a_feed(url, select={}).batches(None)).reasons == [(2, "invalid_utf8")]


def test_rows_that_cannot_be_followed_are_told_after_all_others_were_read(tmp_path: Path) -> None:
    feed = a_feed(a_database(tmp_path, [(1, minute(1), "u1", 80), (2, None, "u2", 80)]))
    batches = feed.batches(None)

    assert next(batches).table["user_ref"].to_pylist() == ["u1"]
    with pytest.raises(FeedError, match="feed db: there are rows without raised or id"):
        next(batches)
    with pytest.raises(FeedError, match="without raised or id"):
        feed.check()


def test_a_key_that_is_not_unique_is_refused_before_a_row_is_lost(tmp_path: Path) -> None:
    rows = [(1, minute(1), f"u{n}", 80) for n in range(3)]

    with pytest.raises(FeedError, match="id is not unique"):
        pulled(a_feed(a_database(tmp_path, rows), batch_rows=2).batches(None))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"query": "SELECT * FROM nothing_here"}, "no such table"),
        ({"query": "SELECT id, raised FROM flags"}, "lacks the columns"),
        ({"watermark": "nope"}, "no such column"),
    ],
)
def test_a_check_says_what_is_wrong_with_the_query(
    tmp_path: Path, options: dict[str, str], words: str
) -> None:
    with pytest.raises(FeedError, match=words):
        a_feed(a_database(tmp_path, [(1, minute(1), "u1", 80)]), **options).check()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://ann:hunter2@127.0.0.1:1/risk", "nonsense://ann:hunter2@host/x", "hunter2"]
)
def test_no_error_tells_a_password(url: str) -> None:
    with pytest.raises(FeedError) as refused:
        a_feed(url).check()

    assert "hunter2" not in f"{refused.value} {a_feed(url)!r}"
    assert refused.value.__cause__ is None


def test_postgresql_times_are_followed_to_the_microsecond(postgres_url: str) -> None:
    query = (
        "SELECT n AS id, 'recovery' AS pattern, 'u' || n AS user_ref, 80.5 AS risk_score,"
        " TIMESTAMPTZ '2026-11-22 10:00:00Z' + (n / 2) * INTERVAL '1 microsecond' AS raised,"
        " ARRAY['a', 'b'] AS tags, n % 2 = 0 AS on_call FROM generate_series(1, 7) AS n WHERE '%' = '%'"
    )
    feed = a_feed(postgres_url, query=query, batch_rows=2)
    whole = pulled(feed.batches(None))

    assert [row["user_ref"] for row in whole.rows] == [f"u{n}" for n in range(1, 8)]
    assert (whole.rows[1]["tags"], whole.rows[1]["on_call"]) == (["a", "b"], True)
    for place, cursor in enumerate(whole.cursors):
        assert pulled(feed.batches(cursor)).lines == max(0, 7 - 2 * (place + 1))
    assert pulled(a_feed(postgres_url, query=query, overlap=1).batches(whole.cursors[-1])).lines == 7
