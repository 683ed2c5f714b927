"""The door of the data protection officer: told first, done with --yes, and never by accident."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select

from outreach.cli.history import history
from outreach.cli.keeping import backup, restore
from outreach.cli.keys import keys
from outreach.cli.privacy import forget, legal_hold, retention
from outreach.errors import StoreError
from outreach.settings import read_settings
from outreach.store.tables import audit, contact_points, notes, outreaches, people
from outreach.wiring.house import House, open_house
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import KEY, MAIL, PHONE, USER, Desk, a_desk, warned

ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    (tmp_path / "archive").mkdir()
    settings = tmp_path / "outreach.toml"
    settings.write_text(f'rules = "{ROOT / "rules"}"\n{settings.read_text("utf-8")}', encoding="utf-8")
    made = Desk(tmp_path, House(read_settings(tmp_path), lambda: NOW))
    made.write(warned)
    return made


def whole(desk: Desk) -> bytes:
    with desk.store.read() as tx:
        return repr(
            [tx.connection.execute(select(t)).all() for t in (people, contact_points, outreaches)]
        ).encode()


def person(desk: Desk) -> str:
    with desk.store.read() as tx:
        return str(tx.connection.execute(select(outreaches.c.person)).scalar_one())


def said(done: Result) -> Any:
    """What was told as JSON; a log line may stand before it."""
    return json.loads(done.output[done.output.index("{\n") :])


ASKED = ("--reason", "asked on 1 March", "--actor", "dpo")


def test_without_yes_it_is_told_what_would_go_and_nothing_does(desk: Desk) -> None:
    before = whole(desk)

    told = desk.run(forget, USER, *ASKED)

    assert told.exit_code == 0, told.output
    assert "Would be forgotten" in told.output
    assert "--yes" in told.output
    assert whole(desk) == before
    assert not (desk.workspace / "forgotten.txt").exists()


def test_the_dry_run_counts_what_then_goes_and_neither_names_anybody(desk: Desk) -> None:
    told = desk.run(forget, USER, *ASKED, "--format", "json")
    done = desk.run(forget, USER, *ASKED, "--format", "json", "--yes")

    would = said(told)["counts"]
    assert would.pop("files of the archive to look through") == 1
    assert would == said(done)["counts"]
    assert would["user reference"] == 1
    assert not any(word in told.output + done.output for word in (USER, PHONE, MAIL))


def test_done_twice_it_stays_done_by_any_name_they_had(desk: Desk) -> None:
    id = person(desk)
    assert desk.run(forget, USER, *ASKED, "--yes").exit_code == 0

    assert desk.run(forget, USER, *ASKED, "--yes").exit_code == 1
    assert desk.run(forget, PHONE, *ASKED, "--yes").exit_code == 1
    again = desk.run(forget, id, *ASKED, "--yes")
    assert (again.exit_code, "Nothing personal is kept" in again.output) == (0, True)
    assert "forgotten" in desk.run(history, id).output


def test_a_legal_hold_refuses_with_its_reason_until_it_is_lifted(desk: Desk) -> None:
    assert desk.run(legal_hold, USER, "--reason", "court 7/26").exit_code == 0

    said = desk.run(forget, USER, *ASKED, "--yes")

    assert said.exit_code == 1
    assert "court 7/26" in said.output
    assert desk.run(legal_hold, USER, "--reason", "over", "--lift").exit_code == 0
    assert desk.run(legal_hold, USER, "--reason", "over", "--lift").exit_code == 1
    assert desk.run(forget, USER, *ASKED, "--yes").exit_code == 0


def test_an_empty_reason_is_none(desk: Desk) -> None:
    assert desk.run(forget, USER, "--reason", " ", "--yes").exit_code == 2


def test_who_was_forgotten_is_forgotten_again_where_an_older_copy_is_restored(
    desk: Desk, tmp_path: Path
) -> None:
    copy = tmp_path / "old.copy"
    id = person(desk)
    assert desk.run(backup, str(copy)).exit_code == 0
    assert desk.run(forget, USER, *ASKED, "--yes").exit_code == 0
    assert (tmp_path / "forgotten.txt").read_text("ascii") == f"{id}\n"
    desk.store.close()

    said = desk.run(restore, str(copy))

    assert said.exit_code == 0, said.output
    assert "1 person was forgotten again" in said.output
    with desk.store.read() as tx:
        assert not tx.connection.execute(select(people)).all()
        assert not tx.connection.execute(select(contact_points)).all()


def test_without_the_list_a_restore_still_knows_whom_the_former_database_had_forgotten(
    desk: Desk, tmp_path: Path
) -> None:
    copy = tmp_path / "old.copy"
    desk.run(backup, str(copy))
    desk.run(forget, USER, *ASKED, "--yes")
    (tmp_path / "forgotten.txt").unlink()
    desk.store.close()

    assert "1 person was forgotten again" in desk.run(restore, str(copy)).output


def test_retention_tells_first_and_lets_go_when_it_is_told_to(desk: Desk) -> None:
    def long_ago(ledger: Ledger) -> None:
        sealed = ledger.tx.vault.seal("an old note")
        someone = ledger.person("user-old")
        ledger._row(notes, person=someone, actor="eva", text_enc=sealed, at=NOW.replace(year=2020))

    desk.write(long_ago)
    told = desk.run(retention, "--format", "json")
    assert said(told)["notes"] == {
        "days": 730, "due": 1, "oldest": NOW.replace(year=2020).isoformat()
    }  # fmt: skip

    assert "notes" in desk.run(retention).output
    assert said(desk.run(retention, "--yes", "--format", "json")) == {"retention.notes": 1}
    assert said(desk.run(retention, "--format", "json"))["notes"]["due"] == 0
    with desk.store.read() as tx:
        acts = tx.connection.execute(select(audit.c.act, audit.c.reason)).all()
    assert ("retention", "notes 1") in [tuple(row) for row in acts]


FRESH = base64.b64encode(b"k" * 32).decode()


def keyed(desk: Desk, setting: str) -> None:
    env = f"OUTREACH_KEYS={setting}\nOUTREACH_HASH_KEY={KEY}\nOUTREACH_ANSWER_KEYS=a1:{KEY}\n"
    (desk.workspace / ".env").write_text(env, encoding="utf-8")


def test_a_key_is_made_rotated_to_and_the_old_one_taken_out(desk: Desk) -> None:
    made = desk.run(keys, "new")
    assert made.output.splitlines()[0].startswith("k2:")
    keyed(desk, f"k2:{FRESH},k1:{KEY}")

    before = said(desk.run(keys, "status", "--format", "json"))
    done = desk.run(keys, "rotate", "--format", "json")

    assert before["k1"]["state"].startswith("still opens")
    assert (done.exit_code, said(done)["retired"]) == (0, ["k1"])
    keyed(desk, f"k2:{FRESH}")
    assert desk.run(keys, "status").exit_code == 0
    assert USER in desk.run(history, USER).output


def test_a_key_that_is_still_needed_may_not_be_taken_out(desk: Desk) -> None:
    desk.run(keys, "status")
    keyed(desk, f"k2:{FRESH}")

    with pytest.raises(StoreError, match="lacks key 'k1'"):
        open_house(desk.workspace).require_head()
