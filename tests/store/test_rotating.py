"""Keys rotate while everything runs: nothing is lost, and no key goes missing that is still needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from outreach.domain.scale import Channel
from outreach.errors import StoreError
from outreach.store import rotating, sealed
from outreach.store.database import Store
from outreach.store.rotating import Turned, older_processes, require_keys, retire, turn, usage
from outreach.store.sealed import sealed_columns
from outreach.store.tables import notes, people, processes
from outreach.store.vault import Vault
from tests.build_ledger import NOW, Ledger
from tests.conftest import KEY

NEW = bytes(range(32))
COLUMNS = {each.name: each for each in sealed_columns()}


def filled(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx, NOW).begin()
        for n in range(7):
            person = ledger.person(f"user-{n}", code="kiwi", contacts={Channel.SMS: f"+3460011223{n}"})
            ledger.message(person, ledger.outreach(person), text=f"text {n}")
        ledger.quarantined("not_a_number")


@pytest.fixture(autouse=True)
def own_vault(store: Store) -> Iterator[None]:
    """The store of PostgreSQL is every test's: its keys are put back."""
    before = store.vault
    yield
    store.vault = before


@pytest.fixture
def rotated(store: Store) -> Store:
    """A store full of fields under t1, whose newest key is t2."""
    filled(store)
    store.vault = Vault({"t2": NEW, "t1": KEY}, KEY, os.urandom)
    return store


def turned(store: Store) -> dict[str, Turned]:
    return {name: turn(store, each, "") for name, each in COLUMNS.items()}


def used(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {key: sum(by.values()) for key, by in usage(tx).items()}


def test_every_sealed_field_is_sealed_again_and_opens_with_the_new_key_alone(rotated: Store) -> None:
    before = used(rotated)
    turned(rotated)

    assert before == {"t1": sum(used(rotated).values())}
    assert set(used(rotated)) == {"t2"}
    alone = Vault({"t2": NEW}, KEY, os.urandom)
    with rotated.read() as tx:
        refs = [alone.open(row) for row in tx.connection.execute(select(people.c.user_ref_enc)).scalars()]
    assert sorted(refs) == [f"user-{n}" for n in range(7)]


def test_done_again_after_a_stop_it_goes_on_where_it_stood(
    rotated: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 3)
    each = COLUMNS["people.user_ref_enc"]

    first = turn(rotated, each, "")
    sizes = [first.sealed]
    while (first := turn(rotated, each, "")).last:
        sizes.append(first.sealed)

    assert sizes == [3, 3, 1]


def test_what_somebody_writes_meanwhile_is_never_written_over(
    rotated: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = COLUMNS["people.user_ref_enc"]
    vault = rotated.vault
    swap = rotating._swap

    def outrun(tx: object, *one: object) -> int:
        # Between the read and the write somebody else changes the first of the rows.
        monkeypatch.setattr(rotating, "_swap", swap)
        written = {"user_ref_enc": vault.seal("written meanwhile")}
        tx.connection.execute(update(people).where(people.c.id == one[1]).values(**written))  # type: ignore[attr-defined]
        return swap(tx, *one)  # type: ignore[arg-type]

    monkeypatch.setattr(rotating, "_swap", outrun)
    done = turn(rotated, each, "")

    assert (done.sealed, done.outrun) == (6, 1)
    with rotated.read() as tx:
        refs = [vault.open(row) for row in tx.connection.execute(select(people.c.user_ref_enc)).scalars()]
    assert "written meanwhile" in refs


def test_a_field_that_cannot_be_opened_is_counted_and_holds_up_nobody(rotated: Store) -> None:
    with rotated.begin() as tx:
        spoilt = b"t9\0" + bytes(40)
        row = {"id": "f" * 32, "person": "0" * 32, "actor": "eva", "text_enc": spoilt, "at": NOW}
        tx.insert(
            notes, [row, {**row, "id": "1" * 32, "text_enc": Vault({"t1": KEY}, KEY, os.urandom).seal("x")}]
        )

    done = turn(rotated, COLUMNS["notes.text_enc"], "")

    assert (done.sealed, done.unreadable) == (1, 1)
    assert used(rotated)["t9"] == 1


def test_a_key_that_still_seals_is_missed_until_it_is_retired(store: Store) -> None:
    filled(store)
    old, both, new = {"t1": KEY}, {"t2": NEW, "t1": KEY}, {"t2": NEW}
    require_keys(store, NOW)
    store.vault = Vault(both, KEY, os.urandom)
    require_keys(store, NOW)
    store.vault = Vault(new, KEY, os.urandom)
    with pytest.raises(StoreError, match=r"OUTREACH_KEYS lacks key 't1'.*keys rotate"):
        require_keys(store, NOW)

    store.vault = Vault(both, KEY, os.urandom)
    turned(store)
    with store.begin() as tx:
        assert retire(tx, usage(tx), "t2", NOW) == ["t1"]

    store.vault = Vault(new, KEY, os.urandom)
    require_keys(store, NOW)
    store.vault = Vault(old, KEY, os.urandom)
    with pytest.raises(StoreError, match="'t2'"):
        require_keys(store, NOW)


def test_who_began_before_the_newest_key_may_still_seal_with_an_older_one(store: Store) -> None:
    def beats(holder: str, started: timedelta, beat: timedelta) -> dict[str, object]:
        moments = {"started_at": NOW + started, "beat_at": NOW + beat}
        return {"holder": holder, "role": "daemon", "version": "1", **moments}

    minute = timedelta(minutes=1)
    require_keys(store, NOW)
    with store.begin() as tx:
        tx.insert(processes, [
            beats("old", -minute, minute), beats("dead", -minute, -minute), beats("new", minute, minute)
        ])  # fmt: skip
        assert older_processes(tx, "t1", NOW + minute) == ["old"]


def test_what_is_emptied_is_told_from_what_is_not(store: Store) -> None:
    filled(store)
    each = COLUMNS["contact_points.value_enc"]
    with store.begin() as tx:
        one = tx.connection.execute(select(each.key).limit(1)).scalar_one()
        change = update(each.table).where(each.key == one).values(value_enc=tx.vault.seal(""))
        tx.connection.execute(change)
        empty = select(each.key).where(sealed.is_empty(tx, each.column))
        assert list(tx.connection.execute(empty).scalars()) == [one]
