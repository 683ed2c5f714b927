"""What is looked for every second is found by what is open, not among all that ever was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.store import settling, welfare
from outreach.store.database import Tx
from outreach.store.tables import people
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
    with sqlite_store(tmp_path).begin() as tx:
        plans = plans_of(tx, look)

    assert plans[0][0].startswith("SEARCH attempts USING INDEX ix_attempts_"), plans


def test_what_is_halted_is_asked_many_times_a_second_and_never_among_all_outreaches(tmp_path: Path) -> None:
    with sqlite_store(tmp_path).begin() as tx:
        nobody = plans_of(tx, welfare.stopped_climbs)
        person = tx.new_id()
        tx.insert(people, [{"id": person, "created_at": NOW, "user_ref_hmac": b"h", "user_ref_enc": b"e"}])
        welfare.stop(tx, person, "sms", NOW)
        somebody = plans_of(tx, welfare.stopped_climbs)

    assert not [step for plan in (*nobody, *somebody) for step in plan if "SCAN outreaches" in step]
    assert len(somebody) > len(nobody)


def plans_of(tx: Tx, look: Callable[[Tx], object]) -> list[list[str]]:
    """How SQLite answers each question of a look. PostgreSQL plans by what it counted: nothing, here."""
    seen: list[str] = []
    raw = tx.connection.connection.driver_connection
    assert raw is not None
    raw.set_trace_callback(seen.append)
    look(tx)
    raw.set_trace_callback(None)
    asked = [text(f"EXPLAIN QUERY PLAN {one}".replace(":", r"\:")) for one in seen]
    return [[row.detail for row in tx.connection.execute(each)] for each in asked]
