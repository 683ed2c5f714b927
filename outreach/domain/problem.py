"""A problem in a file, told to the person who can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, where (1-based line and column), and what to do.

    `code` is stable (`R012`); `line_text` is the source line for the caret; line 0 means the whole file.
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

    def __str__(self) -> str:
        kind = "warning" if self.is_warning else "error"
        head = f"{self.file}:{self.line}:{self.column}: {kind} {self.code} {self.message}"
        if self.hint:
            head += f" ({self.hint})"
        if not self.line_text:
            return head
        # Tabs stay tabs under the line, so that the caret stands where the eye expects it.
        indent = "".join("\t" if c == "\t" else " " for c in self.line_text[: self.column - 1])
        return f"{head}\n    {self.line_text}\n    {indent}{'^' * max(1, self.length)}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known word, or an empty string."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
