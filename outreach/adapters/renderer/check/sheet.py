"""One template file as its words stand on the page: what is text, in which block, at which place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from outreach.adapters.renderer.files import TemplateFile
from outreach.domain.problem import Problem, window

TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
OPENS = re.compile(r"\{%[-+]?\s*(?:block|macro)\s+(?P<name>\w+)")
CLOSES = re.compile(r"\{%[-+]?\s*end(?:block|macro)\b")
HOLE = "\0"
"""Stands for every character of a tag: places stay true, and no phrase reaches across one."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One block or macro: its name and where its words begin and end."""

    name: str
    start: int
    end: int


class Sheet:
    """A file with its tags blanked out, so that what is found in its words has a place in the source."""

    def __init__(self, file: TemplateFile) -> None:
        self.file = file

    @cached_property
    def text(self) -> str:
        """The source with a hole for each character of a tag, line breaks kept."""
        return TAG.sub(lambda tag: re.sub(r"[^\n]", HOLE, tag[0]), self.file.text)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The blocks or macros, in file order."""
        return tuple(self._passages())

    def words(self, passage: Passage) -> str:
        """The words of a passage, with holes."""
        return self.text[passage.start : passage.end]

    def passage(self, name: str) -> Passage | None:
        """The block or macro of this name."""
        return next((found for found in self.passages if found.name == name), None)

    def problem(self, at: int, code: str, message: str, *, hint: str = "", length: int = 1) -> Problem:
        """A problem at this offset of the source, with the line and the place in it."""
        line = bisect_right(self._starts, at)
        start = self._starts[line - 1]
        whole = self.file.text[start:].split("\n", 1)[0]
        source, shown_from = window(whole, at - start + 1)
        return Problem(
            file=self.file.shown,
            line=line,
            column=at - start + 1,
            code=code,
            message=message,
            hint=hint,
            line_text=source,
            length=max(1, min(length, len(whole) - (at - start))),
            shown_from=shown_from,
        )

    def at_block(self, name: str, code: str, message: str, hint: str = "") -> Problem:
        """A problem of a whole block, at its first word."""
        passage = self.passage(name)
        at = 0 if passage is None else passage.start
        words = "" if passage is None else self.file.text[passage.start : passage.end]
        return self.problem(at + len(words) - len(words.lstrip()), code, message, hint=hint)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.file.text))]

    def _passages(self) -> Iterator[Passage]:
        name, start = "", 0
        for tag in TAG.finditer(self.file.text):
            if opens := OPENS.match(tag[0]):
                name, start = opens["name"], tag.end()
            elif name and CLOSES.match(tag[0]):
                yield Passage(name, start, tag.start())
                name = ""


def is_for_colleagues(name: str) -> bool:
    """True for what only our own people read: the call script, and the shared lines that open and end it."""
    return name.startswith("call_")
