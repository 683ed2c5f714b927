"""What the ledger claims of a year: only what has matured, of whoever was warned, level by level."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from outreach.domain.year import Claimed, Window
from outreach.domain.year_means import MEANS, NEVER_ADDED
from outreach.store import tables
from outreach.store.database import Store
from outreach.store.year_claimed import claimed
from tests.build_ledger import NOW, Ledger

DAY = timedelta(days=1)
YEAR = Window(
    year=2027, zone="UTC", since=datetime(2027, 1, 1, tzinfo=UTC), until=NOW + 90 * DAY, is_over=False
)


def warned(ledger: Ledger, user: str, **changes: Any) -> str:
    """Somebody who was warned and reckoned; the episode."""
    outreach = ledger.outreach(ledger.person(user), **changes)
    query = select(tables.outreaches.c.episode).where(tables.outreaches.c.id == outreach)
    episode: str = ledger.tx.connection.execute(query).scalar_one()
    row = {"episode": episode, "person": user, "looked_at": NOW, "matured": 3, "currency": "USD"}
    ledger.tx.insert(tables.reckonings, [row])
    return episode


def read(store: Store) -> dict[str, Claimed]:
    with store.read() as tx:
        return {one.level: one for one in claimed(tx, YEAR)}


def test_the_newest_entry_of_the_strictest_window_counts_and_only_once_it_has_matured(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        episode = warned(ledger, "u1")
        ledger.outcome(episode, "P2", "4200", window="90d", state="matured")
        ledger.outcome(episode, "P2", "4000", window="90d", state="restated", n=2)
        ledger.outcome(episode, "P2", "9999", window="7d", state="matured")
        ledger.outcome(episode, "P0", "5000", window="episode", state="matured", owner=None)
        ledger.outcome(warned(ledger, "u2"), "P0", "800", window="episode", owner=None)

    found = read(store)

    assert (found["P2"].amount, found["P2"].people, found["P2"].open) == (4000, 1, 0)
    assert (found["P0"].amount, found["P0"].open) == (5000, 1)
    assert (found["P3"].amount, found["P3"].people) == (0, 0)


def test_an_episode_whose_warning_was_begun_counts_whether_or_not_it_was_handed_over_and_is_told_so(
    store: Store,
) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        ledger.outcome(warned(ledger, "u1"), "P0", "800", window="episode", state="matured", owner=None)
    with store.read() as tx:
        assert tx.connection.execute(select(tables.messages.c.id)).all() == []

    assert read(store)["P0"].amount == 800
    assert "a warning was begun, whether or not it was handed over" in NEVER_ADDED
    assert "for which a warning was begun" in MEANS["prevented.P0"][1]


def test_sums_are_exact(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        for n in range(3):
            ledger.outcome(warned(ledger, f"u{n}"), "R", "0.10000001", window="episode", state="matured")

    assert str(read(store)["R"].amount) == "0.30000003"


def test_whoever_was_not_warned_and_whatever_was_opened_in_another_year_counts_in_no_level(
    store: Store,
) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        early = warned(ledger, "u1", opened_at=NOW - 99 * DAY)
        for episode in (early, warned(ledger, "u2")):
            ledger.outcome(episode, "P0", "800", window="episode", state="matured")
        tx.connection.execute(tables.outreaches.delete().where(tables.outreaches.c.episode != early))

    assert read(store) == {}


def test_an_episode_whose_windows_are_open_may_still_change_what_was_given_up(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        episode = warned(ledger, "u1")
        which = tables.reckonings.c.episode == episode
        tx.connection.execute(tables.reckonings.update().where(which).values(matured=2))

    assert (read(store)["P2"].open, read(store)["P3"].open, read(store)["R"].open) == (1, 1, 0)
