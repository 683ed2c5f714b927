"""`outreach templates check` and the rule tools find the files of the workspace they are asked about."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from tests.doors.start_build import a_slim_workspace


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_slim_workspace(tmp_path_factory.mktemp("writer") / "mine")


@pytest.fixture
def workspace(slim: Path, tmp_path: Path) -> Path:
    return shutil.copytree(slim, tmp_path / "mine")


def call(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), *words])


def test_templates_that_fit_are_counted_by_language_and_review(workspace: Path) -> None:
    said = call(workspace, "templates", "check")
    assert said.exit_code == 0, said.output
    assert "3 messages (review: 3 machine; SMS up to 2 parts GSM-7)" in said.stdout
    assert said.stdout.endswith("no problems\n")


def test_a_problem_is_told_with_its_place_and_exits_with_2(workspace: Path) -> None:
    template = workspace / "templates" / "unknown_pattern" / "leaving.en.j2"
    template.write_text(template.read_text().replace("{{ firm }}", "{{ frim }}", 1))
    said = call(workspace, "templates", "check")
    assert said.exit_code == 2
    assert "leaving.en.j2:" in said.stdout
    assert "frim" in said.stdout
    assert json.loads(call(workspace, "templates", "check", "--format", "json").stdout)["errors"] == 1


def test_a_broken_rule_does_not_keep_the_writer_from_checking(workspace: Path) -> None:
    (workspace / "rules" / "unknown_pattern.yml").write_text("pattern: [")
    assert call(workspace, "templates", "check").exit_code == 0


def test_a_folder_of_templates_can_be_checked_without_a_workspace(workspace: Path, tmp_path: Path) -> None:
    said = call(tmp_path, "templates", "check", str(workspace / "templates"))
    assert said.exit_code == 0, said.output


def test_rules_are_checked_and_tested_where_the_workspace_is(workspace: Path) -> None:
    assert f"{workspace / 'rules'}: " in call(workspace, "rules", "check").stdout
    assert "examples hold" in call(workspace, "rules", "test").stdout


def spoiled(workspace: Path) -> Path:
    template = workspace / "templates" / "unknown_pattern" / "leaving.en.j2"
    template.write_text(template.read_text().replace("{{ firm }}", "{{ frim }}", 1))
    return template


def test_a_file_is_told_of_alone_and_its_neighbours_are_not(workspace: Path) -> None:
    template = spoiled(workspace)
    assert call(workspace, "templates", "check", str(template)).exit_code == 2
    beside = template.with_name("after_loss.en.j2")
    assert call(workspace, "templates", "check", str(beside)).exit_code == 0
    gone = call(workspace, "templates", "check", str(template.with_name("leavin.en.j2")))
    assert gone.exit_code == 2
    assert "did you mean 'leaving.en.j2'?" in gone.stdout


def test_pull_requests_and_scanners_are_told_in_their_own_form(workspace: Path) -> None:
    spoiled(workspace)
    said = call(workspace, "templates", "check", "--format", "github")
    assert said.exit_code == 2
    assert said.stdout.startswith("::error file=")
    assert "title=T002" in said.stdout
    run = json.loads(call(workspace, "templates", "check", "--format", "sarif").stdout)["runs"][0]
    assert run["tool"]["driver"]["name"] == "outreach templates check"
    assert [result["ruleId"] for result in run["results"]] == ["T002"]


def test_a_template_that_a_ladder_would_say_is_missed(workspace: Path) -> None:
    (workspace / "templates" / "unknown_pattern" / "leaving.en.j2").unlink()
    said = call(workspace, "templates", "check")
    assert said.exit_code == 2
    assert "T007 there is no template unknown_pattern/leaving, and " in said.stdout


def test_an_email_may_link_to_the_firms_own_domains_alone(workspace: Path) -> None:
    settings = workspace / "outreach.toml"
    settings.write_text('domains = ["acme.example"]\n' + settings.read_text())
    template = workspace / "templates" / "unknown_pattern" / "leaving.en.j2"
    text = template.read_text()
    for link, code in (("help.acme.example/x", 0), ("acme.example.evil.com/x", 2)):
        template.write_text(text.replace("{{ email_open() }}", "{{ email_open() }} See " + link, 1))
        assert call(workspace, "templates", "check").exit_code == code, link
