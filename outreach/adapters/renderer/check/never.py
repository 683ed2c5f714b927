"""The lists of what no message may say: `rules/we_never*.yml` and `shared/never_say.<locale>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from outreach.adapters.renderer.check.folding import Phrases
from outreach.adapters.renderer.files import whole_file
from outreach.domain.problem import Problem

LISTED_IN = "en"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, where it was built: twenty languages are read
KINDS = ("promotion", "blame", "panic", "refund")


@dataclass(frozen=True, slots=True)
class Never:
    """One language's lists: what we promised never to do (by id: statement, phrases), and words by kind."""

    promises: Mapping[str, tuple[str, Phrases]] = field(default_factory=dict)
    words: Mapping[str, Phrases] = field(default_factory=dict)


def read_never(
    locales: frozenset[str], templates: Path, rules: Path | None
) -> tuple[dict[str, Never], tuple[Problem, ...]]:
    """The lists of these languages, and what is wrong with them; without a rules folder, only the words."""
    problems: list[Problem] = []
    found = {}
    ids = list(_promises(_listed(rules, LISTED_IN), problems)) if rules else []
    for locale in sorted(locales):
        promises = _promises(_listed(rules, locale), problems) if rules else {}
        if rules and ids and promises and list(promises) != ids:
            lacking = [name for name in ids if name not in promises]
            says = (
                f"lacks {', '.join(lacking)}"
                if lacking
                else "has other ids than we_never.yml, or another order"
            )
            problems.append(whole_file(_listed(rules, locale).as_posix(), "T031", says))
        words = _words(templates / "shared" / f"never_say.{locale}.toml", problems)
        found[locale] = Never(promises, words)
    # English is read twice where it is written: its problems are told once.
    return found, tuple(dict.fromkeys(problems))


def _listed(rules: Path | None, locale: str) -> Path:
    assert rules is not None
    return rules / "we_never.yml" if locale == LISTED_IN else rules / "we_never" / f"{locale}.yml"


def _promises(file: Path, problems: list[Problem]) -> dict[str, tuple[str, Phrases]]:
    try:
        listed = yaml.load(file.read_bytes(), Loader=LOADER)["we_never"]
        return {one["id"]: (str(one["statement"]), Phrases(_strings(one["forbidden"]))) for one in listed}
    except OSError as error:
        problems.append(_lacking(file, error))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        problems.append(
            Problem(file=file.as_posix(), line=line, column=1, code="T031", message="this is no YAML")
        )
    except (TypeError, KeyError, AttributeError):
        hint = "we_never: a list of id, statement and forbidden (a list of phrases)"
        problems.append(whole_file(file.as_posix(), "T031", "this is no list of what we never do", hint))
    return {}


def _words(file: Path, problems: list[Problem]) -> dict[str, Phrases]:
    try:
        read: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
        return {kind: Phrases(_strings(read[kind])) for kind in KINDS}
    except OSError as error:
        problems.append(_lacking(file, error))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(whole_file(file.as_posix(), "T031", f"this is no TOML: {error}"))
    except (KeyError, TypeError):
        hint = "promotion, blame, panic and refund are lists of words"
        problems.append(whole_file(file.as_posix(), "T031", "a list is missing or is no list of words", hint))
    return {}


def _lacking(file: Path, error: OSError) -> Problem:
    if not isinstance(error, FileNotFoundError):
        return whole_file(file.as_posix(), "T031", f"cannot be read: {error.strerror}")
    says, hint = "is missing: nothing guards the words of this language", "translate another language's"
    return replace(whole_file(file.as_posix(), "T031", says, hint), is_warning=True)


def _strings(listed: object) -> Iterator[str]:
    if not isinstance(listed, list) or not all(isinstance(phrase, str) for phrase in listed):
        raise TypeError("not a list of texts")
    return iter(listed)
