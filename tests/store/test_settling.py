"""What is looked for every second is found by what is open, not among all that ever was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.store import settling
from outreach.store.database import Tx
from tests.build import NOW
from tests.conftest import sqlite_store


@pytest.mark.parametrize(
    "look",
    [lambda tx: settling.left_behind(tx, NOW, 100), lambda tx: settling.abandoned(tx, NOW, 100)],
    ids=["left behind", "abandoned"],
)
def test_what_ended_climbs_leave_is_found_without_reading_every_climb_that_ended(
    tmp_path: Path, look: Callable[[Tx], object]
) -> None:
    # On SQLite, which plans by rules; PostgreSQL plans by what it counted, and here is next to nothing.
    seen: list[str] = []
    with sqlite_store(tmp_path).begin() as tx:
        raw = tx.connection.connection.driver_connection
        raw.set_trace_callback(seen.append)
        look(tx)
        raw.set_trace_callback(None)
        first = next(statement for statement in seen if "attempts" in statement)
        asked = text(f"EXPLAIN QUERY PLAN {first}".replace(":", r"\:"))
        plan = [row.detail for row in tx.connection.execute(asked)]

    assert plan[0].startswith("SEARCH attempts USING INDEX ix_attempts_"), plan
