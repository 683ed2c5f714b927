"""Where a template stops being one: the tag that was never closed, or the word that no tag is called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError

from outreach.domain.problem import did_you_mean

TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
NAMED = re.compile(r"\{%[-+]?\s*(?P<name>\w+)")
OPEN = re.compile(r"\{[{%#]")
CLOSED_BY = {"{{": "}}", "{%": "%}", "{#": "#}"}
TAGS = ("if", "elif", "else", "endif", "block", "endblock", "macro", "endmacro", "from")
PAIRED = {"if", "block", "macro", "for", "set", "filter", "call", "raw", "with", "autoescape", "trans"}
DEEPEST_TAGS = 12
"""Python compiles no more than about a hundred levels; a message needs three."""


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the template breaks: its offset, how many characters, what and what to do."""

    at: int
    length: int
    message: str
    hint: str


def find_break(text: str, error: TemplateSyntaxError) -> Break:
    """The place that an error of Jinja2's comes from, which is often before the line that it names."""
    said = error.message or "this is no template"
    if (found := _open_tag(text)) is not None:
        tag = found[0]
        return Break(found.start(), 2, f"this {tag} is never closed", f"close it with {CLOSED_BY[tag]}")
    unknown = re.search(r"unknown tag '(\w+)'", said)
    if unknown and unknown[1] not in TAGS:
        name = next((tag for tag in NAMED.finditer(text) if tag["name"] == unknown[1]), None)
        at = name.start("name") if name else 0
        return Break(at, len(unknown[1]), f"no tag is called {unknown[1]}", did_you_mean(unknown[1], TAGS))
    return _unpaired(text) or _named(text, error, said)


def too_deep(text: str) -> int | None:
    """The offset of the first tag that is nested too deep to be compiled; None where there is none."""
    depth = 0
    for tag in TAG.finditer(text):
        name = _name(tag[0])
        depth += (name in PAIRED) - name.startswith("end")
        if depth > DEEPEST_TAGS:
            return tag.start()
    return None


def _open_tag(text: str) -> re.Match[str] | None:
    """The first tag that is opened and not closed before the next one opens, or at all."""
    for opened in OPEN.finditer(text):
        close = text.find(CLOSED_BY[opened[0]], opened.end())
        if opened[0] == "{#":
            if close < 0:
                return opened
            continue
        following = OPEN.search(text, opened.end())
        if close < 0 or (following is not None and following.start() < close and _is_outside(text, opened)):
            return opened
    return None


def _is_outside(text: str, opened: re.Match[str]) -> bool:
    """False for what stands in a comment, where nothing need be closed."""
    return not any(
        tag.start() < opened.start() < tag.end() for tag in TAG.finditer(text) if tag[0].startswith("{#")
    )


def _unpaired(text: str) -> Break | None:
    """The tag that has no end, or the end that has no tag."""
    stack: list[tuple[str, int]] = []
    for tag in TAG.finditer(text):
        name = _name(tag[0])
        if name in PAIRED:
            stack.append((name, tag.start()))
        elif name.startswith("end"):
            if name.removeprefix("end") not in {opened for opened, _ in stack}:
                return Break(tag.start(), len(tag[0]), f"{name} ends nothing", "take it out")
            if stack[-1][0] != name.removeprefix("end"):
                break
            stack.pop()
    if not stack:
        return None
    name, at = stack[-1]
    return Break(at, 2 + len(name), f"this {name} is never ended", f"{{% end{name} %}}")


def _named(text: str, error: TemplateSyntaxError, said: str) -> Break:
    """The line that Jinja2 names, and in it the word that it names, or the first tag."""
    start = 0
    for _ in range(error.lineno - 1):
        start = text.find("\n", start) + 1
    line = text[start:].split("\n", 1)[0]
    words = [word for word in re.findall(r"'([^']+)'", said) if word in line]
    at = line.rfind(words[-1]) if words else max(0, line.find("{"))
    return Break(start + at, len(words[-1]) if words else 2, said, "see templates/README.md")


def _name(tag: str) -> str:
    named = NAMED.match(tag)
    return named["name"] if named else ""
