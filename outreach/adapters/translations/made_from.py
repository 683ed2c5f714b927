"""What each translation was made from: `shared/made_from.<locale>.toml`, kept by `templates merge`.

Hashes of the source and of the translation made from it. A text is stale where the source has changed since,
until a merge or `templates fresh` writes down that it says what the source says now. A translation changed by
hand is no sign of that: it may have been corrected long before the source changed.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.adapters.translations.shelf import Shelf, locales_in, path_of, read_shelf
from outreach.domain.problem import Problem

HEAD = "# What each text was translated from: hashes of the source and of the translation. Written by\n"
HEAD += "# `templates merge` and `fresh`; where a source has changed since, `templates check` says so.\n"
CODE = "T040"


@dataclass(frozen=True, slots=True)
class Made:
    """The hash of a source, and of the translation that was made from it."""

    source: str
    translation: str


def digest(said: str) -> str:
    """Twelve characters that tell a text from another."""
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def made(source: str, translation: str) -> Made:
    """That this translation was made from this source."""
    return Made(digest(source), digest(translation))


def file_of(folder: Path, locale: str) -> Path:
    """Where a language's record is kept."""
    return folder / "shared" / f"made_from.{locale}.toml"


def read_made(folder: Path, locale: str) -> dict[str, Made]:
    """The record by context; what cannot be read counts as never written down."""
    try:
        read = tomllib.loads(file_of(folder, locale).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {context: Made(*said.split()) for context, said in read.items() if len(str(said).split()) == 2}


def written_down(record: Mapping[str, Made]) -> str:
    """The record as its file has it."""
    lines = (f'{json.dumps(c)} = "{one.source} {one.translation}"\n' for c, one in sorted(record.items()))
    return HEAD + "".join(lines)


def stale_contexts(record: Mapping[str, Made], source: Shelf, translation: Shelf) -> Iterator[str]:
    """The contexts whose source has changed since their translation was written down as made from it."""
    now, then = source.contexts(), translation.contexts()
    for context, one in record.items():
        if context in now and context in then and digest(now[context].said) != one.source:
            yield context


def freshened(folder: Path, source_locale: str, locale: str, only: str = "") -> dict[str, Made]:
    """The record of a language as it is when its translations say what their source says now.

    `only` is a context (`pattern/name#block`) or the begin of one; without it, all texts of the language.
    """
    source, translation = read_shelf(folder, source_locale).contexts(), read_shelf(folder, locale).contexts()
    fresh = {
        context: made(source[context].said, text.said)
        for context, text in translation.items()
        if context in source and context.startswith(only)
    }
    return {c: one for c, one in read_made(folder, locale).items() if c in source} | fresh


def stale(folder: Path, source_locale: str) -> Iterator[Problem]:
    """A warning for every translation whose source has changed since, at its place in the template."""
    source = read_shelf(folder, source_locale)
    for locale in locales_in(folder):
        if locale == source_locale or not (record := read_made(folder, locale)):
            continue
        translation = read_shelf(folder, locale)
        for context in stale_contexts(record, source, translation):
            yield _problem(folder, translation, context, source_locale)


def _problem(folder: Path, shelf: Shelf, context: str, source_locale: str) -> Problem:
    stem, _, name = context.partition("#")
    line = shelf.texts(stem)[name].line
    return Problem(
        file=(folder / path_of(stem, shelf.locale)).as_posix(),
        line=line,
        column=1,
        code=CODE,
        message=f"{name} is stale: its source in {source_locale} has changed since it was translated",
        hint=f"translate it anew: outreach templates extract --locale {shelf.locale}; or, where it says so: "
        f"outreach templates fresh {shelf.locale} --text {context}",
        line_text=shelf.files[stem].split("\n")[line - 1],
        is_warning=True,
    )
