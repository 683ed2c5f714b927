"""What operators keep: copies and restores; each refusal says what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.cli.keeping import backup, restore
from outreach.errors import StoreError
from outreach.store import runs
from outreach.store.tables import processes
from outreach.wiring.chance import clock
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import Desk, a_desk, warned


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    made.write(warned)
    return made


def halted(desk: Desk) -> set[tuple[str, str]]:
    with desk.store.read() as tx:
        return set(runs.halted(tx))


def test_a_copy_is_never_written_over_another_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine", encoding="utf-8")
    done = desk.run(backup, str(tmp_path / "copy.db"))

    assert isinstance(done.exception, StoreError)
    assert (tmp_path / "copy.db").read_text("utf-8") == "mine"


def test_a_copy_comes_back_halted_and_the_database_that_was_there_is_kept(desk: Desk, tmp_path: Path) -> None:
    assert desk.run(backup, str(tmp_path / "copy.db")).exit_code == 0
    desk.write(lambda ledger: ledger.person("since then") and None)
    desk.store.close()
    done = desk.run(restore, str(tmp_path / "copy.db"))

    assert done.exit_code == 0, done.output
    assert "outreach resume --all" in done.output
    assert ("all", "") in halted(desk)
    assert len(list(tmp_path.glob("outreach.db.before-*"))) >= 1
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_broken_database_can_be_restored_over(desk: Desk, tmp_path: Path) -> None:
    desk.run(backup, str(tmp_path / "copy.db"))
    desk.store.close()
    for file in tmp_path.glob("outreach.db*"):
        file.write_bytes(b"torn by a bad disk" * 500)
    done = desk.run(restore, str(tmp_path / "copy.db"))

    assert done.exit_code == 0, done.output
    assert ("all", "") in halted(desk)


def test_a_database_that_a_process_lives_on_is_not_restored_over(desk: Desk, tmp_path: Path) -> None:
    desk.run(backup, str(tmp_path / "copy.db"))

    def alive(ledger: Ledger) -> None:
        row = {"holder": "7-ab", "role": "daemon", "version": "0.1.0", "started_at": NOW}
        ledger.tx.insert(processes, [{**row, "beat_at": clock()}])

    desk.write(alive)
    live = (tmp_path / "outreach.db").stat().st_ino
    done = desk.run(restore, str(tmp_path / "copy.db"))

    assert isinstance(done.exception, StoreError)
    assert "7-ab" in str(done.exception)
    assert (tmp_path / "outreach.db").stat().st_ino == live


def test_what_is_no_copy_of_ours_is_refused_before_anything_is_moved(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"junk" * 1000)
    desk.store.close()
    live = (tmp_path / "outreach.db").stat().st_ino
    done = desk.run(restore, str(tmp_path / "junk"))

    assert isinstance(done.exception, StoreError)
    assert (tmp_path / "outreach.db").stat().st_ino == live


def test_on_postgresql_the_refusal_names_its_own_tools(desk: Desk, tmp_path: Path, postgres_url: str) -> None:
    secrets = (tmp_path / ".env").read_text("utf-8")
    (tmp_path / ".env").write_text(f"{secrets}OUTREACH_DATABASE={postgres_url}\n", encoding="utf-8")
    (tmp_path / "copy").touch()
    done = desk.run(restore, str(tmp_path / "copy"))

    assert "pg_restore" in str(done.exception)
