"""One file being read: its text, its YAML nodes, and every problem found in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from outreach.adapters.rulebook.codes import CODES
from outreach.domain.condition import Span
from outreach.domain.problem import Problem, window


@dataclass(slots=True, kw_only=True)
class Page:
    """A file's name and text, and the problems found so far.

    Readers report and go on with a stand-in value: one error anywhere means that no rulebook comes out,
    so a stand-in never reaches a rule.
    """

    name: str
    text: str
    problems: list[Problem] = field(default_factory=list)

    def report(
        self, code: str, place: yaml.Node | Span, message: str, hint: str = "", *, is_warning: bool = False
    ) -> None:
        """Note a problem at a node or span."""
        assert code in CODES, code
        span = place if isinstance(place, Span) else span_of(place)
        lines = self.text.split("\n")
        line_text = lines[span.line - 1].rstrip("\r") if 0 < span.line <= len(lines) else ""
        shown, shown_from = window(line_text, span.column)
        self.problems.append(
            Problem(
                file=self.name,
                line=span.line,
                column=span.column,
                code=code,
                message=message,
                hint=hint,
                line_text=shown,
                length=max(1, min(span.length, len(shown) + shown_from - span.column)),
                is_warning=is_warning,
                shown_from=shown_from,
            )
        )

    def span_at(self, start: int, end: int) -> Span:
        """The span of the characters from index `start` up to, not including, `end`."""
        line_start = self.text.rfind("\n", 0, start) + 1
        return Span(self.text.count("\n", 0, start) + 1, start - line_start + 1, max(1, end - start))


def span_of(node: yaml.Node) -> Span:
    """Where a node stands; collections are pointed at by their first character."""
    start, end = node.start_mark, node.end_mark
    is_word = isinstance(node, yaml.ScalarNode) and start.line == end.line
    return Span(start.line + 1, start.column + 1, end.column - start.column if is_word else 1)
