"""The answer page's words: one TOML file a language, written by writers, checked as a whole."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.domain.answer import QUIET, Answer, WhatNext
from outreach.domain.flag import UNKNOWN_PATTERN
from outreach.domain.problem import Problem, did_you_mean
from outreach.domain.transfer import TransferStatus
from outreach.errors import RulesError
from outreach.web.silent import read_silent

CLOSED = ("not_found", "expired", "unclear", "broken")
"""The plain pages that know no message: each has a title and a text."""

AFTER_LOSS = ("report", "keep", "no_more", "next_scam")
AFTER_TAKEOVER = ("lock", "password", "contacts")
"""What a person can do, one thing after the other, once money left or somebody else was in the account."""

UNSUBSCRIBE = ("title", "text", "button", "done", "after")
"""The page on which a person ends education mail."""

_SILENT = {TransferStatus.UNKNOWN}  # where the core says nothing, so do we
KEYS = frozenset(
    ["review", "direction", "closed.verify", f"patterns.{UNKNOWN_PATTERN}"]
    + [f"page.{part}" for part in ("title", "about", "question", "thanks", "answered", "first", "next")]
    + [f"page.{part}" for part in ("now", "also", "until", "at_any_hour", "change", "verify", "never")]
    + [f"steps.{step}" for step in (*AFTER_LOSS, *AFTER_TAKEOVER)]
    + [f"quiet.{part}" for part in ("title", "question", "thanks", "next", "verify", *QUIET)]
    + [f"answers.{answer}" for answer in Answer]
    + [f"next.{step}" for step in WhatNext]
    + [f"transfer.{status}" for status in TransferStatus if status not in _SILENT]
    + [f"unsubscribe.{part}" for part in UNSUBSCRIBE]
    + [f"closed.{page}.{part}" for page in CLOSED for part in ("title", "text")]
)
"""What every language must say. Beside these only `patterns.*` may be added."""

_NAMES = {"firm", "reference"}
_MORE = {"page.until": {"until"}}
_PLACEHOLDER = re.compile(r"\$(\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language: texts by dotted key, with `$firm` and `$reference` still in them."""

    locale: str
    texts: Mapping[str, str]

    def pattern(self, pattern: str) -> str:
        """What the warning is about, in words; a pattern nobody translated is spoken of in general."""
        return self.texts.get(f"patterns.{pattern}") or self.texts[f"patterns.{UNKNOWN_PATTERN}"]


def read_words(folder: Path) -> Mapping[str, Words]:
    """Every `answer.<locale>.toml` of a folder, by locale. Raises RulesError with all problems at once."""
    problems: list[Problem] = []
    words: dict[str, Words] = {}
    for path in sorted(folder.glob("answer.*.toml")):
        locale = path.name.removeprefix("answer.").removesuffix(".toml")
        texts = _texts(path, problems)
        words[locale] = Words(locale=locale, texts=texts)
    words = _with_silent(words, read_silent(folder, problems))
    if not words:
        problems.append(_problem(folder / "answer.en.toml", 0, "W001", "no words for the answer page", ""))
    if problems:
        raise RulesError(problems)
    return words


def _with_silent(words: Mapping[str, Words], silent: Mapping[str, Mapping[str, str]]) -> dict[str, Words]:
    """Each language with its own words for a silent loss, else the English ones."""
    usual = silent.get("en", {})
    return {
        locale: Words(locale=locale, texts={**silent.get(locale, usual), **one.texts})
        for locale, one in words.items()
    }


def _texts(path: Path, problems: list[Problem]) -> Mapping[str, str]:
    try:
        source = path.read_text(encoding="utf-8")
        texts = dict(_flat(tomllib.loads(source)))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else 0
        problems.append(_problem(path, line, "W002", f"cannot be read: {error}", ""))
        return {}
    problems.extend(_wrong(path, source, texts))
    return texts


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value if isinstance(value, str) else ""


def _wrong(path: Path, source: str, texts: Mapping[str, str]) -> Iterator[Problem]:
    for key in sorted(KEYS - {k for k, text in texts.items() if text.strip()}):
        yield _problem(path, 0, "W003", f"'{key}' is missing or not a text", "every language says everything")
    for key, text in texts.items():
        line = _line_of(source, key)
        if key not in KEYS and not key.startswith("patterns."):
            yield _problem(path, line, "W004", f"'{key}' is not a key", did_you_mean(key, KEYS))
        for name in set(_PLACEHOLDER.findall(text)) - _NAMES - _MORE.get(key, set()):
            yield _problem(
                path, line, "W005", f"'${name}' is not known here", "only $firm and $reference are"
            )
        if key.startswith("closed.") and "$" in text:
            yield _problem(
                path, line, "W006", f"'{key}' knows no firm and no message", "say it without $names"
            )
    if texts.get("direction", "ltr") not in {"ltr", "rtl"}:
        yield _problem(path, _line_of(source, "direction"), "W007", "direction is ltr or rtl", "")


def _line_of(source: str, key: str) -> int:
    """Where a key is written (0 where it is hard to say): tomllib keeps no places."""
    name = re.compile(rf"^\s*{re.escape(key.rpartition('.')[2])}\s*=")
    section = key.rpartition(".")[0]
    current = ""
    for number, line in enumerate(source.splitlines(), 1):
        if line.lstrip().startswith("["):
            current = line.strip(" []\t")
        elif current == section and name.match(line):
            return number
    return 0


def _problem(path: Path, line: int, code: str, message: str, hint: str) -> Problem:
    return Problem(file=str(path), line=line, column=1, code=code, message=message, hint=hint)
