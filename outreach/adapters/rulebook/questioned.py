"""All questionnaires of a folder, each with its translations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import yaml

from outreach.adapters.rulebook.compose import compose, open_page
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.questionnaires import (
    FOLDER,
    KNOWN,
    check_translation,
    parts,
    read_questionnaire,
    read_translation,
)
from outreach.domain.condition import Span
from outreach.domain.questionnaire import Questionnaire


class Read(Protocol):
    """Reads one file of the folder."""

    def __call__(self, name: str, reader: Callable[[Page, yaml.Node], Any]) -> Any:
        """What the reader makes of it; None where it could not be composed."""
        ...


def read_questionnaires(
    read: Read, names: Iterable[str], patterns: Collection[str]
) -> dict[str, Questionnaire]:
    """By name; the problems are on the pages."""
    found: dict[str, Questionnaire] = {}
    unsound: set[str] = set()  # their translations would be wrong in a hundred places for one mistake
    for name in sorted(names, key=lambda each: (bool(parts(each)[1]), each)):
        stem, locale = parts(name)
        if not locale:
            made = read(name, partial(_source, name=stem, patterns=patterns))
            if made is not None:
                found[stem] = made
            else:
                unsound.add(stem)
        elif stem in unsound:
            continue
        elif stem in found:
            found[stem] = read(name, partial(_translated, source=found[stem], locale=locale)) or found[stem]
        else:
            read(name, partial(_orphan, name=stem))
    return found


def _source(page: Page, root: yaml.Node, name: str, patterns: Collection[str]) -> Questionnaire | None:
    if name not in patterns and name not in KNOWN:
        page.report("R020", Span(1, 1), f"no rules/{name}.yml", f"or one of {', '.join(sorted(KNOWN))}")
    before = len(page.problems)
    made = read_questionnaire(page, root, name)
    return made if len(page.problems) == before else None


def _translated(page: Page, root: yaml.Node, source: Questionnaire, locale: str) -> Questionnaire:
    before = len(page.problems)
    texts = read_translation(page, root, source.name, locale)
    if len(page.problems) == before:
        check_translation(page, root, source, texts)
    # Its hash stays that of the source, which is kept under it; the translations are the edition's.
    return replace(source, texts={**source.texts, locale: texts})


def _orphan(page: Page, root: yaml.Node, name: str) -> None:
    page.report("R020", Span(1, 1), f"no questionnaires/{name}.yml to translate")


def kept_questionnaires(texts: Mapping[str, str]) -> dict[str, Questionnaire]:
    """The questionnaires of an edition as it was kept: it was checked before it was in force."""

    def read(name: str, reader: Callable[[Page, yaml.Node], Any]) -> Any:
        page = open_page(name, texts[name].encode())
        root = compose(page)
        return None if root is None else reader(page, root)

    names = [name for name in texts if name.startswith(f"{FOLDER}/")]
    return read_questionnaires(read, names, {parts(name)[0] for name in names})
