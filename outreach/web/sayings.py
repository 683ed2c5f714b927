"""Words in one file a language (`<name>.<locale>.toml`), each with every key of its kind.

A language without a file is spoken to in the nearest one that has one, at last in the firm's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from string import Template

from outreach.domain.problem import Problem, did_you_mean
from outreach.errors import RulesError
from outreach.web.language import nearest

_DIRECTIONS = {"ltr", "rtl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a file of this name must say, and which `$names` stand in its texts."""

    name: str
    keys: Collection[str]
    names: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """One kind of words in every language there is, by locale and dotted key."""

    texts: Mapping[str, Mapping[str, str]]
    default: str

    @property
    def locales(self) -> Set[str]:
        """The languages that have a file."""
        return self.texts.keys()

    def locale(self, wanted: str | None) -> str:
        """The language that somebody is spoken to in who wants this one."""
        return (nearest(wanted, self.texts) if wanted else None) or self.default

    def say(self, locale: str, key: str, **names: str) -> str:
        """One text, filled. `locale` is one of `locales`."""
        return Template(self.texts[locale][key]).substitute(names)


def read_sayings(folder: Path, kind: Kind, default_locale: str) -> Sayings:
    """Every file of this kind in a folder. Raises RulesError with all problems at once."""
    problems: list[Problem] = []
    texts = {
        path.name.removeprefix(f"{kind.name}.").removesuffix(".toml"): _texts(path, kind, problems)
        for path in sorted(folder.glob(f"{kind.name}.*.toml"))
    }
    default = nearest(default_locale, texts) or ("en" if "en" in texts else "")
    if not default:
        path = folder / f"{kind.name}.{default_locale}.toml"
        problems.append(_problem(path, "W021", "these words are missing in this language", ""))
    if problems:
        raise RulesError(problems)
    return Sayings(texts=texts, default=default)


def _texts(path: Path, kind: Kind, problems: list[Problem]) -> Mapping[str, str]:
    try:
        texts = dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(_problem(path, "W022", f"cannot be read: {error}", ""))
        return {}
    problems.extend(_wrong(path, kind, texts))
    return texts


def _wrong(path: Path, kind: Kind, texts: Mapping[str, str]) -> Iterator[Problem]:
    wanted = {"review", "direction", *kind.keys}
    for key in sorted(wanted - {key for key, text in texts.items() if text.strip()}):
        yield _problem(path, "W023", f"'{key}' is missing or not a text", "every language says everything")
    for key, text in texts.items():
        if key not in wanted:
            yield _problem(path, "W024", f"'{key}' is not a key", did_you_mean(key, wanted))
        if not Template(text).is_valid() or set(re.findall(r"\$(\w+)", text)) - set(kind.names):
            known = ", ".join(f"${name}" for name in sorted(kind.names))
            yield _problem(path, "W025", f"'{key}' says a $name that nobody fills", f"there are: {known}")
    if texts.get("direction", "ltr") not in _DIRECTIONS:
        yield _problem(path, "W026", "direction is ltr or rtl", "")


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value if isinstance(value, str) else ""


def _problem(path: Path, code: str, message: str, hint: str) -> Problem:
    return Problem(file=str(path), line=0, column=1, code=code, message=message, hint=hint)
