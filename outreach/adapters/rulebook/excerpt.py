"""An expression cut out of its file so that every character keeps its place."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from outreach.adapters.rulebook.page import Page
from outreach.domain.condition import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The text of one expression and, for each of its characters, where in the file it stands."""

    page: Page
    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The file's span of characters `start` up to, not including, `end`, cut at the line's end."""
        if not self.offsets:
            return Span(0, 0)
        start = min(start, len(self.offsets) - 1)
        line_end = self.text.find("\n", start)
        stop = min(end, line_end if line_end > start else end, len(self.offsets))
        last = self.offsets[max(stop - 1, start)]
        return self.page.span_at(self.offsets[start], last + 1)

    def report(self, code: str, start: int, end: int, message: str, hint: str = "") -> None:
        """Note a problem at characters `start` … `end` of the expression."""
        self.page.report(code, self.span(start, end), message, hint)


def cut(page: Page, node: yaml.Node) -> Excerpt | None:
    """The excerpt of a scalar node; None with the problem reported where its style loses positions."""
    if not isinstance(node, yaml.ScalarNode):
        page.report("R008", node, "an expression belongs here, not a list or a mapping")
        return None
    start, end = node.start_mark.index, node.end_mark.index
    if node.style == ">":
        hint = "write | instead of > and keep the lines"
        page.report("R030", node, "a folded block (>) joins lines, so that no problem can be located", hint)
        return None
    if node.style == "|":
        start = page.text.index("\n", start, end) + 1 if "\n" in page.text[start:end] else end
    elif node.style in {"'", '"'}:
        start, end = start + 1, end - 1
    if node.style == '"' and "\\" in page.text[start:end]:
        page.report("R030", node, "an escape (\\) inside an expression", "write it under when: |")
        return None
    offsets = _unquoted(page.text, start, end) if node.style == "'" else range(start, end)
    excerpt = Excerpt(page=page, text="".join(page.text[i] for i in offsets), offsets=tuple(offsets))
    if not excerpt.text.strip() or node.tag.endswith(":null"):
        page.report("E001", node, "the expression is empty", "write a condition over facts")
        return None
    return excerpt


def _unquoted(text: str, start: int, end: int) -> list[int]:
    """Positions in a single-quoted YAML scalar, where '' stands for one quote."""
    kept, i = [], start
    while i < end:
        kept.append(i)
        i += 2 if text[i : i + 2] == "''" else 1
    return kept
