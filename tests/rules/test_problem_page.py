"""The page of the codes is true: each wrong example gives its code and no other, each right one nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach.adapters.rulebook import CODES, read_rulebook
from outreach.cli.rules import rules
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook
from outreach.domain.scale import Channel
from tests.rules.problem_page import TODAY, Section, base, changed, sections

SERVED = {"romance/leaving": frozenset({Channel.PUSH, Channel.SMS, Channel.EMAIL})}


def checked(folder: Path, files: Mapping[str, str] = {}) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rules of these files, as `rules check` reads them on the page's day."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_rulebook(folder, today=TODAY, served=SERVED)


def test_every_code_has_one_section_that_begins_with_its_sentence() -> None:
    told = sections()
    assert sorted(section.code for section in told) == sorted(CODES)
    for section in told:
        assert section.words.startswith(CODES[section.code]), section.code


def test_the_folder_of_the_examples_is_well(tmp_path: Path) -> None:
    assert checked(tmp_path, base())[1] == ()


EXAMPLES = [section for section in sections() if section.kind != "console"]


@pytest.mark.parametrize("section", EXAMPLES, ids=lambda s: s.code)
def test_the_wrong_example_gives_just_its_code_and_a_place(section: Section, tmp_path: Path) -> None:
    problems = checked(tmp_path, changed(section, section.wrong))[1]
    assert {p.code for p in problems} == {section.code}, "\n".join(map(str, problems))
    assert all(p.line and p.column for p in problems)


@pytest.mark.parametrize("section", EXAMPLES, ids=lambda s: s.code)
def test_the_right_example_gives_nothing(section: Section, tmp_path: Path) -> None:
    problems = checked(tmp_path, changed(section, section.right))[1]
    assert problems == (), "\n".join(map(str, problems))


@pytest.mark.parametrize("section", [s for s in sections() if s.kind == "console"], ids=lambda s: s.code)
def test_a_command_of_the_page_gives_its_code(
    section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(tmp_path / "rules", base())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("outreach.cli.rulebook_check.check_rules", checked)
    wrong = CliRunner().invoke(rules, section.wrong.split()[2:])
    assert (wrong.exit_code, f" {section.code} " in wrong.output) == (2, True)
    right = CliRunner().invoke(rules, section.right.split()[2:])
    assert (right.exit_code, right.output) == (0, "rules: no problems\n")
