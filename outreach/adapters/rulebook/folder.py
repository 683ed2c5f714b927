"""The folder `rules/` as one rulebook: every file read, every problem of every file told, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import yaml

from outreach.adapters.rulebook.catalogue import read_catalogue
from outreach.adapters.rulebook.compose import compose, open_page
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.rule_files import Shelf, read_rule_set
from outreach.adapters.rulebook.shelves import read_ladders, read_list
from outreach.adapters.rulebook.vocabulary import Vocabulary
from outreach.domain.condition import Span
from outreach.domain.facts import Catalogue
from outreach.domain.ladder import Ladder
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook, RuleSet, RuleStatus
from outreach.errors import RulesError

FACTS, LADDERS, LISTS = "facts.yml", "ladders.yml", "lists"
OTHERS = frozenset({"we_never.yml"})
"""Files of the folder that other readers own."""

Read = TypeVar("Read")


@dataclass(slots=True)
class _Folder:
    """The folder as it is being read."""

    path: Path
    pages: dict[str, Page] = field(default_factory=dict)

    def read(self, name: str, reader: Callable[[Page, yaml.Node], Read]) -> Read | None:
        """What `reader` makes of the file's root; None where the file could not even be composed."""
        try:
            page = open_page(self._shown(name), (self.path / name).read_bytes())
        except OSError as error:
            page = Page(name=self._shown(name), text="")
            page.report("R000", Span(0, 0), f"cannot be read: {error.strerror or 'no such file'}")
        self.pages[name] = page
        root = compose(page)
        return None if root is None else reader(page, root)

    def names(self, pattern: str) -> list[str]:
        """The files that match, sorted, relative to the folder."""
        return sorted(p.relative_to(self.path).as_posix() for p in self.path.glob(pattern) if p.is_file())

    def _shown(self, name: str) -> str:
        return (self.path / name).as_posix()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, by file in reading order, then by place."""
        return tuple(
            p
            for page in self.pages.values()
            for p in sorted(page.problems, key=lambda p: (p.line, p.column, p.code))
        )


def read_rulebook(folder: Path, *, today: date) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook of a folder and every problem of every file; None where any problem is an error."""
    found = _Folder(folder)
    catalogue = found.read(FACTS, read_catalogue)
    ladders = found.read(LADDERS, read_ladders)
    lists = _read_lists(found)
    sets: dict[str, RuleSet] = {}
    # Without a catalogue every fact would be "unknown": the cause is told, not its thousand effects.
    if catalogue is not None and ladders is not None:
        shelf = Shelf(
            words=Vocabulary(catalogue=catalogue, lists=lists),
            ladders=ladders,
            today=today,
            used_ladders=set(),
        )
        sets = _read_sets(found, shelf)
        _report_unused(found, shelf, sets)
    problems = found.problems
    if any(not p.is_warning for p in problems):
        return None, problems
    return _bind(found, catalogue or {}, ladders or {}, lists, sets), problems


def load_rulebook(folder: Path, *, today: date) -> Rulebook:
    """The rulebook of a folder; RulesError with every problem where there is an error."""
    book, problems = read_rulebook(folder, today=today)
    if book is None:
        raise RulesError(problems)
    return book


def load_catalogue(folder: Path) -> Catalogue:
    """The fact catalogue of a folder alone, whatever else is wrong there; RulesError with its problems."""
    found = _Folder(folder)
    catalogue = found.read(FACTS, read_catalogue)
    if catalogue is None or any(not p.is_warning for p in found.problems):
        raise RulesError(found.problems)
    return catalogue


def _read_lists(found: _Folder) -> dict[str, tuple[str, ...]]:
    lists = {}
    for name in found.names(f"{LISTS}/*.yml"):
        stem = Path(name).stem
        read = found.read(name, partial(read_list, file_stem=stem))
        # A list that could not be read keeps its name, so that its users are not reported too.
        lists[stem] = read[1] if read is not None else ()
    return lists


def _read_sets(found: _Folder, shelf: Shelf) -> dict[str, RuleSet]:
    sets = {}
    for name in found.names("*.yml"):
        if name in {FACTS, LADDERS} | OTHERS:
            continue
        stem = Path(name).stem
        read = found.read(name, partial(read_rule_set, file_stem=stem, shelf=shelf))
        if read is not None:
            sets[read.pattern] = read
    return sets


def _report_unused(found: _Folder, shelf: Shelf, sets: Mapping[str, RuleSet]) -> None:
    """Warn of what is never used, and of files whose live rules no example reaches."""
    for name in sorted(set(shelf.words.lists) - shelf.words.used_lists):
        page = found.pages[f"{LISTS}/{name}.yml"]
        page.report("R027", Span(1, 1), f"no rule asks for @{name}", is_warning=True)
    for name in sorted(set(shelf.ladders) - shelf.used_ladders):
        found.pages[LADDERS].report("R027", Span(1, 1), f"no rule climbs '{name}'", is_warning=True)
    for rule_set in sets.values():
        live = [r for r in rule_set.rules if r.status is RuleStatus.LIVE]
        if live and not rule_set.examples:
            page = next(p for p in found.pages.values() if p.name == rule_set.file)
            page.report("R029", live[0].span or Span(1, 1), "live, and without an example", is_warning=True)


def _bind(
    found: _Folder,
    catalogue: Catalogue,
    ladders: Mapping[str, Ladder],
    lists: Mapping[str, tuple[str, ...]],
    sets: Mapping[str, RuleSet],
) -> Rulebook:
    texts = {name: page.text for name, page in found.pages.items()}
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(f"{name}\0{len(text.encode())}\0".encode() + text.encode())
    return Rulebook(
        catalogue=catalogue,
        lists=lists,
        ladders=ladders,
        sets=sets,
        sha256=digest.hexdigest(),
        texts=texts,
    )
