"""Problems: what is wrong, where, and what to do, on three lines that point at the place."""

from __future__ import annotations

import pytest

from outreach.domain.problem import Problem, did_you_mean


def a_problem(**options: object) -> Problem:
    """A misspelt fact on line 7."""
    usual: dict[str, object] = {
        "file": "x.yml",
        "line": 7,
        "column": 5,
        "code": "R012",
        "message": "no such fact",
    }
    return Problem(**(usual | options))  # type: ignore[arg-type]


def test_a_problem_says_file_line_column_code_and_hint() -> None:
    assert str(a_problem(hint="did you mean 'a'?")) == (
        "x.yml:7:5: error R012 no such fact (did you mean 'a'?)"
    )
    assert str(a_problem(is_warning=True)) == "x.yml:7:5: warning R012 no such fact"


@pytest.mark.parametrize(
    ("line", "column", "length", "marks"),
    [
        ("abcd efg", 6, 3, "     ^^^"),
        ("abcd efg", 1, 4, "^^^^"),
        ("\tabcd", 2, 4, "\t^^^^"),
        ("a\tb\tword", 5, 4, " \t \t^^^^"),
        ("abc", 4, 1, "   ^"),  # behind the last character: something is missing there
        ("abc", 2, 0, " ^"),
    ],
)
def test_the_caret_stands_under_its_word_also_behind_tabs(
    line: str, column: int, length: int, marks: str
) -> None:
    shown = str(a_problem(column=column, line_text=line, length=length)).split("\n")

    assert shown[1:] == [f"    {line}", f"    {marks}"]


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("risk_scor", ["amount", "risk_score"], "did you mean 'risk_score'?"),
        ("zzz", ["amount", "risk_score"], ""),
        ("x", [], ""),
        ("", ["amount"], ""),
    ],
)
def test_only_a_word_that_is_near_is_suggested(word: str, known: list[str], said: str) -> None:
    assert did_you_mean(word, known) == said
