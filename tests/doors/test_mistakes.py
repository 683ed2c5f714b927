"""Mistakes that would cost warnings are refused before anything is pulled."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from outreach.cli import outreach
from outreach.store import tables
from outreach.wiring.house import open_house
from tests.doors.start_build import a_slim_workspace

pytestmark = pytest.mark.slow  # lays out a workspace and runs a cycle

OTHER = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = a_slim_workspace(tmp_path / "mine")
    house = open_house(folder)
    house.migrate()
    house.close()
    return folder


def call(workspace: Path, *words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), *words], env=env)


def rows(workspace: Path, table: str) -> int:
    house = open_house(workspace)
    with house.store.read() as tx:
        n: int = tx.connection.execute(select(func.count()).select_from(getattr(tables, table))).scalar_one()
    house.close()
    return n


def test_a_template_that_does_not_fit_is_told_before_a_flag_is_pulled(workspace: Path) -> None:
    template = workspace / "templates" / "unknown_pattern" / "leaving.en.j2"
    template.write_text(template.read_text().replace("{{ firm }}", "{{ frim }}", 1))

    said = call(workspace, "run", "--once")

    assert "frim" in str(said.exception)
    assert rows(workspace, "runs") == rows(workspace, "flags") == 0


def test_a_hash_key_that_is_not_the_former_one_warns_nobody_anew(workspace: Path) -> None:
    assert call(workspace, "run", "--once").exit_code == 0
    people = rows(workspace, "people")
    for number, feed in enumerate((workspace / "feeds").iterdir()):
        shutil.copy(feed, feed.with_name(f"sample-new-{number}.csv"))

    said = call(workspace, "run", "--once", env={"OUTREACH_HASH_KEY": OTHER})

    assert "OUTREACH_HASH_KEY is not the one" in str(said.exception)
    assert rows(workspace, "people") == people > 0


@pytest.mark.parametrize(
    ("setting", "value"), [("OUTREACH_HASH_KEY", OTHER), ("OUTREACH_KEYS", f"k1:{OTHER}")]
)
def test_the_doctor_sees_keys_of_another_database(workspace: Path, setting: str, value: str) -> None:
    assert call(workspace, "run", "--once").exit_code == 0

    said = call(workspace, "doctor", env={setting: value})

    assert said.exit_code == 2
    assert "✗ keys" in said.stdout


def test_a_port_that_cannot_be_is_a_usage_error(workspace: Path) -> None:
    assert call(workspace, "web", "--port", "99999").exit_code == 2
