"""The first five minutes: one command, and a warning to read."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from outreach.domain.answer import Answer, Grade
from outreach.domain.token import Token, read_token
from outreach.wiring.house import open_house
from tests.doors.start_build import a_workspace
from tests.languages import FIRST
from tests.patterns import of_scams


def demo(folder: Path) -> Result:
    return CliRunner().invoke(outreach, ["demo", str(folder)])


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The whole demo, run once."""
    folder = tmp_path_factory.mktemp("first") / "demo"
    said = demo(folder)
    assert said.exit_code == 0, said.output
    return folder, said.stdout


def figure(text: str, name: str) -> int:
    found = re.search(rf"^ *{re.escape(name)}.*? ([\d,]+)$", text, re.M)
    assert found, name
    return int(found[1].replace(",", ""))


@pytest.mark.slow
def test_the_funnel_adds_up_and_most_flags_warn_nobody(shown: tuple[Path, str]) -> None:
    _, said = shown
    lines = figure(said, "lines read")
    outcomes = ["quarantined", "pulled before", "no rule held", "undecided", "near misses"]
    outcomes += ["skipped", "control", "to be warned"]
    parts = {name: figure(said, name) for name in outcomes}
    assert sum(parts.values()) == lines > 5_000
    assert all(parts[name] for name in outcomes if name != "control")
    assert parts["no rule held"] > lines / 2
    assert 0.05 < parts["to be warned"] / lines < 0.25
    assert figure(said, "rules held for approval") == 0
    assert figure(said, "feeds that failed") == 0


@pytest.mark.slow
def test_it_shows_every_reason_and_language(shown: tuple[Path, str]) -> None:
    folder, said = shown
    skips = ["own wallet", "already reported", "episode_warned", "overtaken", "staff, test or legal hold"]
    for reason in [*skips, "invalid_utf8", "no_contact", "opted_out", "transfer_gone", "unreachable"]:
        assert reason in said, reason
    database = sqlite3.connect(folder / "outreach.db")
    patterns = {row[0] for row in database.execute("SELECT DISTINCT pattern FROM outreaches")}
    tasks = Counter(row[0] for row in database.execute("SELECT kind FROM tasks"))
    locales = {row[0] for row in database.execute("SELECT DISTINCT locale FROM messages")}
    database.close()
    assert len(of_scams(patterns)) == 14
    assert tasks["unreachable"]
    assert tasks["call"]
    assert locales >= FIRST


@pytest.mark.slow
def test_a_warning_in_arabic_can_be_read_in_a_browser(shown: tuple[Path, str]) -> None:
    folder, said = shown
    page = (folder / "read-me-in-arabic.html").read_text(encoding="utf-8")
    assert 'dir="rtl"' in page
    assert 'lang="ar"' in page
    assert len(re.findall("[\u0600-\u06ff]", page)) > 200
    assert (folder / "read-me-in-arabic.html").resolve().as_uri() in said
    assert (folder / "report.html").resolve().as_uri() in said
    assert (folder / "report.html").stat().st_size > 10_000
    [letter] = re.findall(r"outbox/email/(\w+\.eml)", said)
    assert (folder / "outbox" / "email" / letter).is_file()


@pytest.mark.slow
def test_the_answer_link_is_good_for_that_persons_message(shown: tuple[Path, str]) -> None:
    folder, said = shown
    house = open_house(folder)
    [text] = re.findall(r"/a/(\S+)", said)
    token = read_token(text, house.answer_keys, house.clock())
    assert isinstance(token, Token)
    facts = house.feedback.seen(token.message, Grade.MACHINE_OPENED, house.clock())
    assert facts is not None
    assert facts.person == token.person
    assert Answer.HELP_ME in facts.answers


@pytest.mark.slow
def test_every_command_it_names_works(shown: tuple[Path, str]) -> None:
    folder, said = shown
    commands = re.findall(r"outreach -w \S+ (history|message|doctor)(?: (\S+))?$", said, re.M)
    assert {name for name, _ in commands} == {"history", "message", "doctor"}
    for name, about in commands:
        words = [word for word in (name, about) if word]
        answer = CliRunner().invoke(outreach, ["-w", str(folder), *words])
        assert answer.exit_code == 0, (words, answer.output)


@pytest.mark.slow
def test_run_again_it_opens_nothing_twice(shown: tuple[Path, str], tmp_path: Path) -> None:
    folder = shutil.copytree(shown[0], tmp_path / "again")
    said = demo(folder)
    assert said.exit_code == 0, said.output
    assert "one more cycle" in said.stdout
    assert figure(said.stdout, "lines read") == 0
    assert figure(said.stdout, "outreaches opened") == 0


def test_it_never_runs_on_a_workspace_that_could_reach_somebody(tmp_path: Path) -> None:
    a_workspace(tmp_path)
    settings = tmp_path / "outreach.toml"
    text = settings.read_text()
    settings.write_text(text.replace("live_recipients = []", 'live_recipients = ["me@acme.example"]'))
    said = demo(tmp_path)
    assert "live_recipients is not empty" in str(said.exception)
    assert not (tmp_path / "outreach.db").exists()


def test_it_never_runs_on_a_database_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_workspace(tmp_path / "demo")
    monkeypatch.setenv("OUTREACH_DATABASE", f"sqlite:///{tmp_path}/production.db")
    said = demo(tmp_path / "demo")
    assert "the database is not the folder's own" in str(said.exception)
    assert not (tmp_path / "production.db").exists()
