"""`outreach templates preview`: on the terminal and as one page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from tests.doors.start_build import a_slim_workspace


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_slim_workspace(tmp_path_factory.mktemp("looker") / "mine")


@pytest.fixture
def workspace(slim: Path, tmp_path: Path) -> Path:
    return shutil.copytree(slim, tmp_path / "mine")


def preview(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), "templates", "preview", *words])


def test_a_message_is_printed_with_its_parts_in_the_situation_asked_for(workspace: Path) -> None:
    said = preview(
        workspace, "unknown_pattern/leaving", "--channel", "sms", "--transfer", "held", "--no-code"
    )

    assert said.exit_code == 0, said.output
    assert "== unknown_pattern/leaving · en" in said.stdout
    assert "units of GSM-7)" in said.stdout
    assert "on hold" in said.stdout
    assert "Harbor77" not in said.stdout


def test_facts_of_a_file_are_said_instead_of_invented_ones(workspace: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"amount": 77.5, "currency": "EUR", "code": "Lagoon"}')

    said = preview(workspace, "unknown_pattern", "--channel", "email", "--facts", str(facts))

    assert "€77.50" in said.stdout
    assert "Lagoon" in said.stdout


def test_an_unknown_fact_is_named_with_its_place_and_the_nearest_one(workspace: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.yml"
    facts.write_text("currency: EUR\namont: 5\n")

    said = preview(workspace, "--facts", str(facts))

    assert "facts.yml:2:1: error R021 unknown fact 'amont' (did you mean 'amount'?)" in str(said.exception)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["unknown_patern"], "no template is called unknown_patern; did you mean 'unknown_pattern'?"),
        (["--locale", "enn"], "no template is written in enn; did you mean 'en'?"),
    ],
)
def test_what_does_not_exist_is_told_with_the_nearest_that_does(
    workspace: Path, words: list[str], told: str
) -> None:
    assert told in str(preview(workspace, *words).exception)


def test_a_language_that_is_missing_and_what_check_finds_are_told_beside_the_messages(
    workspace: Path,
) -> None:
    templates = workspace / "templates"
    shared, leaving = templates / "shared/en.j2", templates / "unknown_pattern/leaving.en.j2"
    (templates / "shared/fr.j2").write_text(shared.read_text())
    french = leaving.read_text().replace("shared/en.j2", "shared/fr.j2").replace("Hello", "www.here.example")
    (templates / "unknown_pattern/leaving.fr.j2").write_text(french + "")
    leaving.write_text(
        leaving.read_text().replace("{% block push_body %}", "{% block push_body %}See acme.example. ")
    )

    said = preview(workspace, "unknown_pattern")

    assert "! unknown_pattern/after_loss is missing in fr" in said.stdout
    assert "T010" in said.stdout


def test_a_page_is_written_whole_to_the_file_named(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "gallery.html"

    said = preview(workspace, "--html", str(file))

    assert said.exit_code == 0, said.output
    assert "unknown_pattern/leaving" in file.read_text("utf-8")
    assert preview(workspace, "--html", str(tmp_path / "no/where.html")).exit_code != 0
