"""docs/template-problems.md as tests read it: its sections, its examples, and the folder they change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.adapters.renderer import Asked, look
from outreach.domain.problem import Problem
from tests.adapters.renderer.renderer_pages import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "template-problems.md"
_SECTION = re.compile(r"^## (T\d{3})\n\n(.*?)\n\nWrong:\n(.*?)(?=^## )", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`((?:templates|rules)/[\w/.@-]+)`\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One code: what is said of it, and its example: lines of a file (`jinja`), or its name (`text`)."""

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
        wrong, right = wrong.removesuffix("\n"), right.removesuffix("\n")
        found.append(Section(code=code, words=" ".join(words.split()), kind=kind, wrong=wrong, right=right))
    return found


def base() -> dict[str, str]:
    """The files of the folder that the examples change."""
    return dict(_FILE.findall(PAGE.read_text(encoding="utf-8")))


def changed(section: Section) -> Mapping[str, str]:
    """The folder with the wrong lines of a section in the place of its right ones."""
    files = base()
    if section.kind == "text":
        text = files.pop(f"templates/{section.right}")
        return files | ({f"templates/{section.wrong}": text} if section.wrong else {})
    for name, text in files.items():
        if section.right in text:
            return files | {name: text.replace(section.right, section.wrong, 1)}
    raise AssertionError(f"{section.code}: the right lines stand in no file of the page's folder")


def checked(folder: Path, files: Mapping[str, str]) -> tuple[Problem, ...]:
    """What is wrong with these files, as `templates check` says it where the firm has a domain."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    asked = Asked(
        catalogue=CATALOGUE, firm="Acme", domains=frozenset({"acme.example"}), rules=folder / "rules"
    )
    return look(folder / "templates", asked).problems
