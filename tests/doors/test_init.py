"""The first step of a stranger: a folder of their own, with keys that nobody else has."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach.cli import outreach
from outreach.errors import SettingsError
from outreach.settings import Section, Settings, read_key, read_keys, read_settings
from outreach.wiring.workshop import check_rules
from outreach.wiring.workspace import PIECES, STAGE
from tests.doors.start_build import a_workspace
from tests.patterns import PILLARS, of_scams

pytestmark = pytest.mark.slow  # reads the shipped rules or lays out whole workspaces


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "mine"
    a_workspace(folder)
    return folder


def test_a_workspace_has_every_piece_and_its_settings_fit(workspace: Path) -> None:
    settings = read_settings(workspace)
    assert {file.name for file in workspace.iterdir()} == {Path(name).parts[0] for name in PIECES}
    assert settings.firm == "Acme"
    assert settings.core.kind == "file"
    assert settings.feeds["sample"].kind == "files"


def test_the_shipped_rules_come_whole(workspace: Path) -> None:
    book, problems = check_rules(workspace / "rules")
    assert book is not None
    assert not problems
    assert len(of_scams(book.sets)) == 14
    assert book.sets.keys() >= PILLARS


def test_only_the_owner_may_read_the_secrets(workspace: Path) -> None:
    assert (workspace / ".env").stat().st_mode & 0o777 == 0o600


def test_every_key_is_well_formed_and_nobody_elses(workspace: Path, tmp_path: Path) -> None:
    a_workspace(tmp_path / "other")
    keys = [_keys(folder) for folder in (workspace, tmp_path / "other")]
    assert len({key for each in keys for key in each}) == 6


def _keys(folder: Path) -> list[bytes]:
    settings = read_settings(folder)
    sealing, answers = (
        read_keys(secret, "a name")["k1" if secret is settings.keys else "a1"]
        for secret in (settings.keys, settings.answer_keys)
    )
    return [sealing, answers, read_key(settings.hash_key.get_secret_value(), "a name")]


def test_every_section_that_can_be_set_is_shown(workspace: Path) -> None:
    shown = tomllib.loads((workspace / "outreach.toml").read_text())
    sections = {
        name
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    }
    assert sections | {"feeds", "locale_aliases"} <= shown.keys()


def test_the_settings_say_what_holds_anyway_except_for_the_feed_and_the_core(workspace: Path) -> None:
    shown = tomllib.loads((workspace / "outreach.toml").read_text())
    plain = Settings(workspace=workspace / "nowhere", firm="Acme")
    for name, value in shown.items():
        if name not in {"firm", "feeds", "core"}:
            assert Settings(workspace=workspace / "nowhere", firm="Acme", **{name: value}) == plain, name


def test_no_secret_and_nobodys_data_would_go_into_git(workspace: Path, tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git here")
    copy = shutil.copytree(workspace, tmp_path / "copy")
    for name in ("outreach.db", "outreach.db-wal", "report.html", "core.calls.jsonl"):
        (copy / name).touch()
    for name in ("outbox", "archive"):
        (copy / name).mkdir()
        (copy / name / "one.json").touch()
    subprocess.run([git, "init", "-q", "."], cwd=copy, check=True)
    said = subprocess.run(
        [git, "status", "--porcelain", "-unormal"], cwd=copy, check=True, capture_output=True, text=True
    ).stdout
    assert set(re.findall(r"^\?\? (.*)$", said, re.M)) == {
        ".gitignore",
        "docs/",
        "outreach.toml",
        "rules/",
        "templates/",
    }


def test_a_workspace_is_never_laid_out_over_another(workspace: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in workspace.rglob("*")}
    with pytest.raises(SettingsError, match="a workspace already; name another folder"):
        a_workspace(workspace)
    assert {file: file.stat().st_mtime_ns for file in workspace.rglob("*")} == before


def test_init_says_so_and_exits_with_2_where_there_is_a_workspace(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "init", str(workspace)) == 2
    assert "name another folder" in capsys.readouterr().err


def _main(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    from outreach import cli

    monkeypatch.setattr("sys.argv", ["outreach", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


def test_what_is_in_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yml").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")
    laid = a_workspace(tmp_path)
    assert laid.kept == ("rules", ".gitignore")
    assert [file.name for file in (tmp_path / "rules").iterdir()] == ["mine.yml"]
    assert (tmp_path / ".gitignore").read_text() == "mine"
    assert (tmp_path / "outreach.toml").exists()


def test_an_init_that_was_interrupted_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / STAGE / "rules").mkdir(parents=True)
    (tmp_path / STAGE / "rules" / "half.yml").write_text("half")
    a_workspace(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {Path(name).parts[0] for name in PIECES}
    assert not (tmp_path / "rules" / "half.yml").exists()


def test_a_folder_that_cannot_be_made_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"cannot be written \(Not a directory\); name another folder"):
        a_workspace(tmp_path / "file" / "mine")


@pytest.mark.slow
def test_init_ends_with_the_next_three_commands(tmp_path: Path) -> None:
    said = CliRunner().invoke(outreach, ["init", str(tmp_path / "mine")])
    assert said.exit_code == 0
    commands = said.stdout.split("Next:\n")[1].splitlines()
    assert [line.split("mine ")[1] for line in commands] == ["migrate", "run --once", "history --since 1h"]
