"""What only shows across files: languages that are missing, words that others say, macros nobody says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from outreach.adapters.renderer.check.asked import Asked
from outreach.adapters.renderer.check.sheet import Sheet
from outreach.adapters.renderer.files import shown, whole_file
from outreach.adapters.renderer.library import Library, Page
from outreach.adapters.renderer.locales import chain, choices
from outreach.domain.problem import Problem, did_you_mean

SOURCE = "en"
FUNCTIONS = frozenset({"money", "when", "plural"})
IMPORT = re.compile(
    r"\{%-?\s*from\s+\S+\s+import\s+(?P<names>.*?)(?:\s+with(?:out)?\s+context)?\s*-?%\}", re.DOTALL
)


def missing(root: Path, library: Library, asked: Asked) -> Iterator[Problem]:
    """Languages and templates that are not there, and a ladder would say or others are written in.

    A warning where these people read another language instead: up their own, then the firm's default.
    """
    written: dict[str, set[str]] = defaultdict(set)
    for template, locale in library.pages:
        written[template].add(locale)
    locales = set(library.folder.shared).union(*written.values())
    if not locales.intersection(chain(asked.default)):
        locales.add(asked.default)
    for template in sorted(name for name in written if "@" not in name):
        said_on = _said_on((asked.uses or {}).get(template))
        for locale in sorted(locales - written[template]):
            file = shown(root, f"{template}.{locale}.j2")
            yield _not_in(file, locale, said_on, written[template], asked)
    for locale in sorted(locales - set(library.folder.shared)):
        message = f"the shared lines are missing in {locale}"
        yield whole_file(shown(root, f"shared/{locale}.j2"), "T007", message)
    for template, channels in sorted((asked.uses or {}).items()):
        if template not in written:
            message = f"there is no template {template}{_said_on(channels)}"
            yield whole_file(
                shown(root, f"{template}.{asked.default}.j2"),
                "T007",
                message,
                did_you_mean(template, written),
            )


def _not_in(file: str, locale: str, said_on: str, written: set[str], asked: Asked) -> Problem:
    message = f"the template is missing in {locale}{said_on}"
    instead = next((tag for tag in choices(locale, {}, asked.default) if tag in written), None)
    stem = file.removesuffix(f".{locale}.j2")
    if instead is None:
        begin = f"start from {stem}.{min(written)}.j2"
        others = "and everybody whose language is missing" if locale == asked.default else "these people"
        return whole_file(file, "T007", message, f"write it, or {others} read nothing: {begin}")
    hint = f"write it, or these people read {instead}: start from {stem}.{instead}.j2"
    return replace(whole_file(file, "T007", message, hint), is_warning=not asked.is_strict)


def _said_on(channels: Mapping[str, tuple[str, ...]] | None) -> str:
    if not channels:
        return ""
    ladders = sorted({ladder for names in channels.values() for ladder in names})
    return f", and {', '.join(ladders)} would say it by {', '.join(sorted(channels))}"


def other_words(library: Library, sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Blocks that ask other facts than the same in the source language; what is broken is told first."""
    for (template, locale), page in library.pages.items():
        source = library.pages.get((template, SOURCE))
        if source is None or locale == SOURCE or _is_broken(page, library) or _is_broken(source, library):
            continue
        for name in sorted(page.speakers.keys() & source.speakers.keys()):
            own, theirs = (_facts(of, name) for of in (page, source))
            if own != theirs:
                says = [f"says {', '.join(sorted(own - theirs))}"] * bool(own - theirs)
                says += [f"leaves out {', '.join(sorted(theirs - own))}"] * bool(theirs - own)
                message = f"{name} {' and '.join(says)}, unlike {source.file.path}"
                hint = "every language says the same"
                yield sheets[page.file.path].at_block(name, "T022", message, hint)


def _is_broken(page: Page, library: Library) -> bool:
    shared = library.folder.shared.get(page.file.locale)
    files = {page.file.shown, shared.shown if shared else ""}
    return any(problem.file in files and not problem.is_warning for problem in library.problems)


def _facts(page: Page, block: str) -> frozenset[str]:
    return page.speakers[block].block.names - FUNCTIONS


def unused(library: Library, sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Macros that a file imports and does not say; none of a file that cannot be read to its end."""
    broken = {problem.file for problem in library.problems}
    for file in library.folder.messages:
        if file.shown not in broken:
            for at, name in _imported(file.text):
                if not re.search(rf"\b{name}\s*\(", file.text):
                    message = f"{name} is imported and never said"
                    found = sheets[file.path].problem(
                        at, "T023", message, hint="take it out", length=len(name)
                    )
                    yield replace(found, is_warning=True)


def _imported(text: str) -> Iterator[tuple[int, str]]:
    for found in IMPORT.finditer(text):
        for name in re.finditer(r"\w+", found["names"]):
            yield found.start("names") + name.start(), name[0]
