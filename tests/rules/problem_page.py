"""docs/rule-problems.md as it is read by tests: its sections, its examples, and the folder they change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import indent

PAGE = Path(__file__).parents[2] / "docs" / "rule-problems.md"
TODAY = date(2026, 11, 22)
_SECTION = re.compile(r"^## ([REQ]\d{3})\n\n(.*?)\n\nWrong:\n(.*?)(?=^## )", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`rules/([\w/.]+)`\n```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WHEN = "      amount >= 200\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One code: what is said of it, and its example as `kind` (yaml, sql, console)."""

    code: str
    words: str
    kind: str
    wrong: str
    right: str


def sections() -> list[Section]:
    """Every section of the page, in its order."""
    found = []
    for code, words, rest in _SECTION.findall(PAGE.read_text(encoding="utf-8")):
        (kind, wrong), (_, right) = _FENCE.findall("Wrong:\n" + rest)
        found.append(Section(code=code, words=" ".join(words.split()), kind=kind, wrong=wrong, right=right))
    return found


def base() -> dict[str, str]:
    """The files of the folder that the examples change."""
    return dict(_FILE.findall(PAGE.read_text(encoding="utf-8")))


def changed(section: Section, lines: str) -> Mapping[str, str]:
    """The folder with these lines of a section's example in their place."""
    files = base()
    if section.kind == "sql":
        return files | {"romance.yml": _once(files["romance.yml"], _WHEN, indent(lines, " " * 6))}
    for name, text in files.items():
        for width in (0, 2, 4, 6):
            if (found := indent(section.right, " " * width)) in text and ("\n" + found) in "\n" + text:
                return files | {name: _once(text, found, indent(lines, " " * width))}
    raise AssertionError(f"{section.code}: the right lines stand in no file of the page's folder")


def _once(text: str, old: str, new: str) -> str:
    return text.replace(old, new, 1)
