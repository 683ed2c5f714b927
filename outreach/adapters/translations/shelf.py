"""The files of a templates folder by language, and each text by its context: `pattern/name#block`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.core import Locale, UnknownLocaleError

from outreach.adapters.translations.texts import Text, texts_of

SHARED = "shared"
TOMLS = ("shared/answer", "shared/reply")
MESSAGE = re.compile(r"(?P<stem>[a-z][a-z0-9_]*/[a-z][a-z0-9_]*(?:@[a-z0-9]+)?)\.(?P<locale>[^.]+)\.j2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One language: its files as read, by their stem (`pattern/name`, `shared`, `shared/answer`)."""

    locale: str
    files: Mapping[str, str]

    def texts(self, stem: str) -> Mapping[str, Text]:
        """The texts of one file; none where the language lacks it."""
        return texts_of(path_of(stem, self.locale), self.files[stem]) if stem in self.files else {}

    def contexts(self) -> dict[str, Text]:
        """Every text of the language by its context, in order."""
        return {f"{stem}#{name}": text for stem in self.files for name, text in self.texts(stem).items()}


def is_known(locale: str) -> bool:
    """Whether there is such a language."""
    try:
        Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def path_of(stem: str, locale: str) -> str:
    """The file of a stem in a language, below the templates folder."""
    if stem == SHARED:
        return f"shared/{locale}.j2"
    return f"{stem}.{locale}.toml" if stem in TOMLS else f"{stem}.{locale}.j2"


def read_shelf(folder: Path, locale: str) -> Shelf:
    """The files of one language, shared ones first. Line breaks are `\\n`, whatever the file has."""
    stems = [SHARED, *TOMLS, *_messages(folder, locale)]
    found = {stem: folder / path_of(stem, locale) for stem in stems}
    files = {stem: file.read_text("utf-8") for stem, file in found.items() if file.is_file()}
    return Shelf(locale=locale, files=files)


def locales_in(folder: Path) -> tuple[str, ...]:
    """Every language that has shared lines or a message."""
    shared = {file.stem for file in (folder / SHARED).glob("*.j2") if "." not in file.stem}
    written = {match["locale"] for match in map(MESSAGE.fullmatch, _paths(folder)) if match}
    return tuple(sorted(shared | written))


def _messages(folder: Path, locale: str) -> list[str]:
    matches = map(MESSAGE.fullmatch, _paths(folder))
    return [match["stem"] for match in matches if match and match["locale"] == locale]


def _paths(folder: Path) -> list[str]:
    """Every message file; `shared/` has lines and the layout, and no messages."""
    found = (file.relative_to(folder).as_posix() for file in folder.glob("*/*.j2"))
    return sorted(path for path in found if not path.startswith(f"{SHARED}/"))
