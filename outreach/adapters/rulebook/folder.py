"""The folder `rules/` as one rulebook: every file read, every problem of every file told, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import yaml

from outreach.adapters.rulebook.catalogue import read_catalogue
from outreach.adapters.rulebook.compose import compose, open_page
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.questioned import read_questionnaires
from outreach.adapters.rulebook.questionnaires import FOLDER as QUESTIONNAIRES
from outreach.adapters.rulebook.rule_files import Shelf, read_rule_set
from outreach.adapters.rulebook.served import Served
from outreach.adapters.rulebook.shelves import read_ladders, read_list
from outreach.adapters.rulebook.vocabulary import Vocabulary
from outreach.domain.condition import Span
from outreach.domain.edition import contents, hash_of
from outreach.domain.facts import Catalogue
from outreach.domain.ladder import Ladder
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook, RuleSet, RuleStatus
from outreach.errors import RulesError

FACTS, LADDERS, LISTS = "facts.yml", "ladders.yml", "lists"
OTHERS = frozenset({"we_never.yml"})
"""Files of the folder that other readers own."""

Read = TypeVar("Read")

Gathered = Mapping[str, bytes | str]
"""A folder's files by name: what stands in each, or in words why it cannot be read."""


def gather(folder: Path) -> dict[str, bytes | str]:
    """Every file that makes a rule book, as it stands now."""
    globs = ("*.yml", f"{LISTS}/*.yml", f"{QUESTIONNAIRES}/*.yml")
    found = (p for glob in globs for p in folder.glob(glob) if p.is_file())
    names = {name for p in found if is_of_book(name := p.relative_to(folder).as_posix())}
    return {name: _bytes_of(folder / name) for name in sorted(names | {FACTS, LADDERS})}


def is_of_book(name: str) -> bool:
    """True for the name of a file that is read as rules; what editors leave beside them is not."""
    file = Path(name)
    is_placed = file.parent.as_posix() in {".", LISTS, QUESTIONNAIRES} and file.suffix == ".yml"
    return is_placed and not file.name.startswith(".") and name not in OTHERS


def _bytes_of(file: Path) -> bytes | str:
    try:
        return file.read_bytes()
    except OSError as error:
        return error.strerror or "no such file"


@dataclass(slots=True)
class _Folder:
    """The folder as it is being read; `files` were gathered before, so that nothing moves meanwhile."""

    path: Path
    files: Gathered
    pages: dict[str, Page] = field(default_factory=dict)

    def read(self, name: str, reader: Callable[[Page, yaml.Node], Read]) -> Read | None:
        """What `reader` makes of the file's root; None where the file could not even be composed."""
        stands = self.files.get(name, "No such file or directory")
        if isinstance(stands, bytes):
            page = open_page(self._shown(name), stands)
        else:
            page = Page(name=self._shown(name), text="")
            page.report("R000", Span(0, 0), f"cannot be read: {stands}")
        self.pages[name] = page
        root = compose(page)
        return None if root is None else reader(page, root)

    def names(self, folder: str) -> list[str]:
        """The files that stand in this folder of it ("." for itself), sorted."""
        return sorted(name for name in self.files if Path(name).parent.as_posix() == folder)

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


def read_rulebook(
    folder: Path, *, today: date, served: Served | None = None
) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook of a folder and every problem of every file; None where any problem is an error.

    `served`: the channels each template has words for; with it, templates that are not there are a problem.
    """
    return read_edition(gather(folder), folder, today=today, served=served)


def read_edition(
    files: Gathered,
    folder: Path,
    *,
    today: date,
    served: Served | None = None,
    forgiven: frozenset[str] = frozenset(),
) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook that files gathered from `folder` (or kept from it) make, as `read_rulebook` does.

    `forgiven`: codes that keep no book back, where it is only asked what it would say.
    """
    found = _Folder(folder, files)
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
            served=served,
        )
        sets = _read_sets(found, shelf)
        _report_unused(found, shelf, sets)
    questions = read_questionnaires(
        found.read, found.names(QUESTIONNAIRES), {Path(name).stem for name in found.names(".")}
    )
    problems = found.problems
    if any(not p.is_warning and p.code not in forgiven for p in problems):
        return None, problems
    book = _bind(found, catalogue or {}, ladders or {}, lists, sets)
    return replace(book, questionnaires=questions), problems


def load_rulebook(folder: Path, *, today: date) -> Rulebook:
    """The rulebook of a folder; RulesError with every problem where there is an error."""
    book, problems = read_rulebook(folder, today=today)
    if book is None:
        raise RulesError(problems)
    return book


def load_catalogue(folder: Path) -> Catalogue:
    """The fact catalogue of a folder alone, whatever else is wrong there; RulesError with its problems."""
    found = _Folder(folder, {FACTS: _bytes_of(folder / FACTS)})
    catalogue = found.read(FACTS, read_catalogue)
    if catalogue is None or any(not p.is_warning for p in found.problems):
        raise RulesError(found.problems)
    return catalogue


def load_shelves(folder: Path) -> tuple[Catalogue, dict[str, Ladder], dict[str, tuple[str, ...]]]:
    """Facts, ladders and lists of a folder, whatever is wrong in its rules; RulesError with problems."""
    shared = {name: text for name, text in gather(folder).items() if name in {FACTS, LADDERS} or "/" in name}
    found = _Folder(folder, shared)
    catalogue, ladders = found.read(FACTS, read_catalogue), found.read(LADDERS, read_ladders)
    lists = _read_lists(found)
    if catalogue is None or ladders is None or any(not p.is_warning for p in found.problems):
        raise RulesError(found.problems)
    return catalogue, ladders, lists


def _read_lists(found: _Folder) -> dict[str, tuple[str, ...]]:
    lists = {}
    for name in found.names(LISTS):
        stem = Path(name).stem
        read = found.read(name, partial(read_list, file_stem=stem))
        # A list that could not be read keeps its name, so that its users are not reported too.
        lists[stem] = read[1] if read is not None else ()
    return lists


def _read_sets(found: _Folder, shelf: Shelf) -> dict[str, RuleSet]:
    sets = {}
    for name in found.names("."):
        if name in {FACTS, LADDERS} | OTHERS:
            continue
        stem = Path(name).stem
        read = found.read(name, partial(read_rule_set, file_stem=stem, shelf=shelf))
        if read is not None:
            sets[read.pattern] = read
    return sets


def _report_unused(found: _Folder, shelf: Shelf, sets: Mapping[str, RuleSet]) -> None:
    """Warn of what is never used, and of files whose live rules no example reaches."""
    unused = set() if _is_half_read(found) else set(shelf.words.lists) - shelf.words.used_lists
    for name in sorted(unused):
        page = found.pages[f"{LISTS}/{name}.yml"]
        page.report("R027", Span(1, 1), f"no rule asks for @{name}", is_warning=True)
    page = found.pages[LADDERS]
    for name in sorted(set() if _is_half_read(found) else set(shelf.ladders) - shelf.used_ladders):
        key = re.search(rf"^\s*{name}(?=\s*:)", page.text, re.MULTILINE)
        place = page.span_at(key.end() - len(name), key.end()) if key else Span(1, 1)
        page.report("R027", place, f"no rule climbs '{name}'", is_warning=True)
    for rule_set in sets.values():
        live = [r for r in rule_set.rules if r.status is RuleStatus.LIVE]
        if live and not rule_set.examples:
            page = next(p for p in found.pages.values() if p.name == rule_set.file)
            page.report("R029", live[0].span or Span(1, 1), "live, and without an example", is_warning=True)


def _is_half_read(found: _Folder) -> bool:
    """True where something was refused that might have used a list or a ladder."""
    codes = [problem.code for problem in found.problems if not problem.is_warning]
    return any(code[0] == "E" or code in _UNREAD for code in codes)


_UNREAD = frozenset({"R000", "R001", "R003", "R004", "R005", "R006", "R007", "R008", "R023", "R030"})


def _bind(
    found: _Folder,
    catalogue: Catalogue,
    ladders: Mapping[str, Ladder],
    lists: Mapping[str, tuple[str, ...]],
    sets: Mapping[str, RuleSet],
) -> Rulebook:
    texts = {name: page.text for name, page in found.pages.items()}
    return Rulebook(
        catalogue=catalogue,
        lists=lists,
        ladders=ladders,
        sets=sets,
        sha256=hash_of(contents(texts)),
        texts=texts,
    )
