"""Rules and templates in a folder without settings: checked by defaults, and that is said; and where init's
rule files send editors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from tests.doors.start_build import a_slim_workspace


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_slim_workspace(tmp_path_factory.mktemp("folders") / "mine")


@pytest.fixture
def bare(laid: Path, tmp_path: Path) -> Path:
    """Rules and templates, and nothing else."""
    for name in ("rules", "templates"):
        shutil.copytree(laid / name, tmp_path / name)
    return tmp_path


def call(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), *words])


@pytest.mark.parametrize("words", [("rules", "check"), ("rules", "test"), ("templates", "check")])
def test_without_settings_a_folder_is_checked_by_defaults_and_that_is_said_once(
    bare: Path, words: tuple[str, ...]
) -> None:
    said = call(bare, *words)

    assert said.exit_code == 0, said.output
    assert said.stderr.count("There is no outreach.toml") == 1
    assert "outreach.toml" not in said.stdout


def test_a_program_that_reads_what_is_told_is_not_disturbed_by_it(bare: Path) -> None:
    assert json.loads(call(bare, "templates", "check", "--format", "json").stdout)["errors"] == 0
    assert json.loads(call(bare, "rules", "check", "--format", "json").stdout)["errors"] == 0


def test_the_settings_say_where_the_rules_lie(bare: Path) -> None:
    (bare / "rules").rename(bare / "ours")
    (bare / "outreach.toml").write_text('firm = "Acme"\nrules = "ours"\n', encoding="utf-8")

    said = call(bare, "rules", "check")

    assert (said.exit_code, said.stderr) == (0, "")
    assert f"{bare / 'ours'}: " in said.stdout


def test_settings_that_do_not_fit_are_told_and_not_passed_over(bare: Path) -> None:
    (bare / "outreach.toml").write_text("frim = 1\n", encoding="utf-8")

    assert "firm" in str(call(bare, "rules", "check").exception)


def test_a_new_workspace_has_the_schema_where_its_rule_files_send_editors(laid: Path) -> None:
    head = (laid / "rules/unknown_pattern.yml").read_text(encoding="utf-8").splitlines()[0]
    schema = (laid / "rules" / head.partition("$schema=")[2]).resolve()

    assert json.loads(schema.read_text(encoding="utf-8"))["$schema"].startswith("http")
