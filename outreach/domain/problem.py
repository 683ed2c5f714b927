"""A problem in a file, told to the person who can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import combining, east_asian_width

from outreach.domain.printable import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, where (1-based line and column), and what to do.

    `code` is stable (`R012`); `line_text` is the source line for the caret, from its column `shown_from` on;
    line 0 means the whole file.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    line_text: str = ""
    length: int = 1
    is_warning: bool = False
    shown_from: int = 1

    def __str__(self) -> str:
        kind = "warning" if self.is_warning else "error"
        head = f"{self.file}:{self.line}:{self.column}: {kind} {self.code} {self.message}"
        if self.hint:
            head += f" ({self.hint})"
        if not self.line_text:
            return head
        before = self.line_text[: self.column - self.shown_from]
        marked = self.line_text[len(before) :][: max(1, self.length)]
        # Tabs stay tabs under the line, so that the caret stands where the eye expects it.
        indent = "".join("\t" if c == "\t" else " " * _width(c) for c in before)
        carets = "^" * max(1, sum(map(_width, marked)))
        return f"{head}\n    {printable(self.line_text)}\n    {indent}{carets}"


LONGEST_SHOWN = 160


def window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line that is worth showing around this column, and the column it begins at."""
    if len(line) <= LONGEST_SHOWN:
        return line, 1
    start = max(0, column - 1 - LONGEST_SHOWN // 2)
    return line[start : start + LONGEST_SHOWN], start + 1


def _width(character: str) -> int:
    """The cells of a terminal that a character takes."""
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known word, or an empty string."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


TOLD = 5
"""Problems that are told by their place, in the log and by `status`."""


def places(problems: Sequence[object]) -> tuple[str, ...]:
    """Where the first problems are, and their codes."""
    return tuple(_place(problem) for problem in problems[:TOLD])


def _place(problem: object) -> str:
    """`rules/romance.yml:12:5 R023`: where, and the code; words of the file may be anybody's."""
    if isinstance(problem, Problem):
        return f"{problem.file}:{problem.line}:{problem.column} {problem.code}"
    return str(problem)
