"""Upkeep: what was forgotten goes out of the archive, and what is over its time goes once a day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select, update

from outreach.adapters.archive import Archive
from outreach.adapters.forgotten_list import ForgottenList
from outreach.domain.facts import Catalogue, FactType, Privacy
from outreach.engine.forgetting import Forgetting, Kept
from outreach.engine.upkeep import Upkeep
from outreach.store import tables
from outreach.store.database import Store
from outreach.store.legal_holds import keep
from tests.build import CATALOGUE, a_batch, a_fact, a_flag
from tests.build_ledger import Ledger
from tests.engine.world import World

OWN: Catalogue = {
    **CATALOGUE,
    "beneficiary": a_fact("beneficiary", FactType.TEXT, privacy=Privacy.PSEUDONYMOUS),
}


class Place:
    """A world whose archive is a folder."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.world = World(store)
        self.archive = Archive(folder=folder / "archive", catalogue=OWN)
        self.world.archive = self.archive  # type: ignore[assignment]  # both keep the promise of the port
        self.listing = ForgottenList(place=folder / "forgotten.txt")

    @property
    def forgetting(self) -> Forgetting:
        return Forgetting(
            store=self.world.store,
            archive=self.archive,
            listing=self.listing,
            catalogue=lambda: OWN,
            clock=self.world.clock,
        )

    def upkeep(self, **days: int) -> Upkeep:
        return Upkeep(
            store=self.world.store,
            forgetting=self.forgetting,
            archive=self.archive,
            days=days,
            catalogue=lambda: OWN,
            clock=self.world.clock,
            holder="one",
        )

    def person(self, user: str) -> str:
        hashed = self.world.store.vault.fingerprint(user)
        return next(row.id for row in self.world.rows(tables.people) if row.user_ref_hmac == hashed)

    def archived(self) -> dict[str, str | None]:
        files = sorted(self.archive.folder.rglob("*.parquet"))
        rows = [row for file in files for row in parquet.read_table(file, partitioning=None).to_pylist()]
        return {row["person"]: row["beneficiary"] for row in rows}


@pytest.fixture
def place(store: Store, tmp_path: Path) -> Place:
    made = Place(store, tmp_path)
    made.world.flag(a_flag("one", beneficiary="bc1-one"), a_flag("two", beneficiary="bc1-two"))
    return made


def test_the_archive_keeps_the_row_and_loses_what_is_about_the_forgotten_person(place: Place) -> None:
    one, two = place.person("one"), place.person("two")
    before = place.archived()

    place.forgetting.forget(one, "dpo", "asked")
    done = place.forgetting.finish()

    assert before == {one: "bc1-one", two: "bc1-two"}
    assert place.archived() == {one: None, two: "bc1-two"}
    assert (done["archive"], done["listed"]) == (1, 1)
    assert place.forgetting.finish() == {}
    assert place.listing.ids() == {one}


def test_a_machine_without_the_archive_leaves_it_to_one_that_has_it(place: Place, tmp_path: Path) -> None:
    one = place.person("one")
    here, place.archive = place.archive, Archive(folder=tmp_path / "elsewhere", catalogue=OWN)
    place.forgetting.forget(one, "dpo", "asked")
    place.forgetting.finish()
    place.archive = here
    assert place.archived()[one] == "bc1-one"

    assert place.upkeep().run()["forgotten.archive"] == 1
    assert place.archived()[one] is None


def test_what_a_process_wrote_late_about_somebody_forgotten_goes_too(place: Place) -> None:
    one = place.person("one")
    place.forgetting.forget(one, "dpo", "asked")
    place.forgetting.finish()
    with place.world.store.begin() as tx:
        Ledger(tx, place.world.clock()).task(one, "call", "Call Ana", step=3)

    assert place.upkeep().run()["forgotten.late"] > 0
    with place.world.store.read() as tx:
        texts = [tx.vault.open(t) for t in tx.connection.execute(select(tables.tasks.c.text_enc)).scalars()]
    assert set(texts) == {""}


def test_who_must_be_kept_is_refused_with_the_reasons(place: Place) -> None:
    with place.world.store.begin() as tx:
        keep(tx, place.person("one"), "court 7/26", "dpo", place.world.clock())

    with pytest.raises(Kept, match="court 7/26"):
        place.forgetting.forget(place.person("one"), "dpo", "asked")
    assert len(place.world.rows(tables.people)) == 2


def old_lines(place: Place) -> None:
    """Lines in quarantine, a year old."""
    with place.world.store.begin() as tx:
        ledger = Ledger(tx, place.world.clock()).begin()
        for _ in range(3):
            ledger.quarantined("not_a_number")
        before = place.world.clock() - timedelta(days=365)
        tx.connection.execute(update(tables.quarantine).values(at=before))


def test_of_two_daemons_one_lets_go_once_a_day(place: Place) -> None:
    old_lines(place)

    first, second = place.upkeep(quarantine=30).run(), place.upkeep(quarantine=30).run()
    old_lines(place)
    place.world.clock.tick(days=1)
    next_day = place.upkeep(quarantine=30).run()

    gone = [round["retention.quarantine"] for round in (first, second, next_day)]
    assert gone == [3, 0, 3]
    assert [row.act for row in place.world.rows(tables.audit)] == ["retention", "retention"]


def test_nothing_goes_of_a_class_that_is_kept_for_ever(place: Place) -> None:
    old_lines(place)

    assert place.upkeep(quarantine=0).run()["retention.quarantine"] == 0
    assert place.upkeep(quarantine=0).report()["quarantine"].count == 0


def test_asked_to_stop_it_stops_between_batches_and_the_rest_goes_the_next_day(place: Place) -> None:
    old_lines(place)

    assert place.upkeep(quarantine=30).run(lambda: True)["retention.quarantine"] == 0
    place.world.clock.tick(days=1)
    assert place.upkeep(quarantine=30).run()["retention.quarantine"] == 3


def test_files_of_the_archive_go_by_their_day(place: Place) -> None:
    table = pa.table({"person": ["x"], "pattern": ["p"]})
    for days in (0, 5, 50):
        day = place.world.clock().date() - timedelta(days=days)
        place.archive.write(table, pull_id=f"p{days}", day=day)

    assert place.upkeep(archive=20).run()["retention.archive"] == 1
    assert not place.archive.files(date.min, place.world.clock().date() - timedelta(days=20))


def test_who_comes_back_keeps_their_archive_when_their_former_self_was_forgotten(place: Place) -> None:
    one = place.person("one")
    place.forgetting.forget(one, "dpo", "asked")
    place.world.intake(a_batch(a_flag("one", identity="again", beneficiary="bc1-new")), name="feed-9").run()
    place.forgetting.finish()

    again = place.person("one")
    assert again != one
    assert place.archived()[again] == "bc1-new"
    assert place.archived()[one] is None
