"""The page of the codes is true: each wrong example gives its code and no other, each right one nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.adapters.renderer import CODES
from tests.templates.problem_page import Section, base, changed, checked, sections

WHOLE_FILES = {"T007", "T015", "T031", "T008"}


def test_every_code_has_one_section_that_begins_with_its_sentence() -> None:
    told = sections()
    assert [section.code for section in told] == sorted(code for code in CODES if code < "T040")
    for section in told:
        assert section.words.startswith(CODES[section.code]), section.code


def test_the_folder_of_the_examples_is_well(tmp_path: Path) -> None:
    assert checked(tmp_path, base()) == ()


@pytest.mark.parametrize("section", sections(), ids=lambda s: s.code)
def test_the_wrong_example_gives_just_its_code_and_a_place(section: Section, tmp_path: Path) -> None:
    problems = checked(tmp_path, changed(section))
    assert {p.code for p in problems} == {section.code}, "\n".join(map(str, problems))
    assert section.code in WHOLE_FILES or all(p.line and p.column for p in problems)
