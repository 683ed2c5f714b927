"""What an analyst's tools read of a rule folder without its rules, and how a new pattern is begun."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from outreach.adapters.renderer.files import read_folder
from outreach.adapters.rulebook import (
    gather,
    load_catalogue,
    load_shelves,
    read_edition,
    rules_schema,
)
from outreach.adapters.rulebook.scaffold import Shelves, refusal, scaffold
from outreach.domain.facts import Catalogue
from outreach.errors import EditionError, RulesError
from outreach.wiring import chance

PATTERN_OF_WORDS = "unknown_pattern"
"""The pattern whose words fit every other, until a writer says the sign: a new one begins with them."""


def schema_of(folder: Path) -> Mapping[str, object]:
    """The JSON Schema of the folder's rule files; RulesError where facts, ladders or lists do not fit."""
    catalogue, ladders, lists = load_shelves(folder)
    return rules_schema(catalogue, ladders, lists)


def schema_text(folder: Path) -> str:
    """The schema as its file has it."""
    return json.dumps(schema_of(folder), indent=2, ensure_ascii=False) + "\n"


def facts_of(folder: Path) -> Catalogue:
    """The catalogue of a rule folder; RulesError where it does not fit."""
    return load_catalogue(folder)


def begin_pattern(folder: Path, pattern: str, title: str, locales: Sequence[str]) -> dict[Path, str]:
    """The files of a new pattern by path, none of them written: its rules, and its words in `locales` (none
    named: in every language that templates/ has).

    Raises EditionError where the name is no name or taken, or there are no words to begin with; RulesError
    where what stands in the folder does not fit.
    """
    catalogue, ladders, lists = load_shelves(folder)
    said = refusal(pattern, {path.stem for path in folder.glob("*.yml")})
    if said:
        raise EditionError(said)
    shelves = Shelves(catalogue=catalogue, ladders=ladders, lists=lists)
    text = scaffold(pattern, title, shelves, chance.clock().date())
    _refuse_misfit(folder, pattern, text)
    return {
        folder / f"{pattern}.yml": text,
        **_words(folder.absolute().parent / "templates", pattern, locales),
    }


def _refuse_misfit(folder: Path, pattern: str, text: str) -> None:
    """What is written must pass the checks, whatever this firm's catalogue is."""
    shared = {name: found for name, found in gather(folder).items() if _is_shared(name)}
    files = {**shared, f"{pattern}.yml": text.encode()}
    _, problems = read_edition(files, folder, today=chance.clock().date())
    errors = [problem for problem in problems if not problem.is_warning]
    if errors:
        raise RulesError(errors)


def _is_shared(name: str) -> bool:
    """What rule files are read against; a questionnaire is about another pattern, which is not read here."""
    return name in _SHARED or ("/" in name and not name.startswith("questionnaires/"))


_SHARED = frozenset({"facts.yml", "ladders.yml"})


def _words(templates: Path, pattern: str, locales: Sequence[str]) -> dict[Path, str]:
    if not templates.is_dir():
        return {}
    found = read_folder(templates)
    models = [f for f in found.messages if f.template.startswith(f"{PATTERN_OF_WORDS}/") and not f.is_variant]
    known = {file.locale for file in models}
    strange = [locale for locale in locales if locale not in known]
    if strange:
        have = ", ".join(sorted(known)) or "none"
        raise EditionError(f"no words to begin with in {', '.join(strange)}: templates/ has {have}")
    wanted = set(locales) or known
    texts = {
        templates / pattern / Path(file.path).name: _marked(file.text, pattern)
        for file in models
        if file.locale in wanted
    }
    return {path: text for path, text in texts.items() if not path.exists()}


def _marked(text: str, pattern: str) -> str:
    """The words with a head of their own: nobody has read them for this pattern yet."""
    _, end, rest = text.partition("#}")
    head = f"{{#- review: machine\n    To be written: the sign of {pattern} that a person can check. -"
    return head + end + rest if end else text
