"""Problems of files as machines read them: JSON, GitHub's annotations, SARIF 2.1.0."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from outreach.domain.problem import Problem

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def page_of(code: str, page: str) -> str:
    """Where in the documentation a code is explained."""
    return f"{page}#{code.lower()}"


def as_json(problems: Sequence[Problem], page: str) -> str:
    """Counts and every problem with all that is known of it."""
    errors = sum(not problem.is_warning for problem in problems)
    told = [dataclasses.asdict(p) | {"page": page_of(p.code, page)} for p in problems]
    counts = {"errors": errors, "warnings": len(problems) - errors}
    return json.dumps(counts | {"problems": told}, indent=2)


def as_github(problems: Iterable[Problem]) -> str:
    """One workflow command a problem, which GitHub shows beside the line in a pull request."""
    return "\n".join(_command(problem) for problem in problems)


def _command(problem: Problem) -> str:
    kind = "warning" if problem.is_warning else "error"
    place: dict[str, object] = {"file": _relative(problem.file)}
    if problem.line:
        place |= {"line": problem.line, "col": problem.column}
        place |= {"endColumn": problem.column + problem.length}
    place["title"] = problem.code
    said = ",".join(f"{key}={_escaped(str(value), is_property=True)}" for key, value in place.items())
    return f"::{kind} {said}::{_escaped(_words(problem))}"


def _escaped(text: str, *, is_property: bool = False) -> str:
    """What GitHub's runner turns back: an unescaped line break would end the command, and begin another."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


def as_sarif(
    problems: Sequence[Problem], codes: Mapping[str, str], page: str, tool: str = "outreach rules check"
) -> str:
    """A SARIF log with one run of `tool`; `codes` says what each code means, `page` explains it."""
    used = sorted({problem.code for problem in problems})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": codes.get(code, code)},
            "helpUri": page_of(code, page),
        }
        for code in used
    ]
    driver = {"name": tool, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, used) for problem in problems],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(problem: Problem, used: Sequence[str]) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": quote(_relative(problem.file))}}
    if problem.line:
        region = {"startLine": problem.line, "startColumn": max(1, problem.column)}
        place["region"] = region | {"endColumn": max(1, problem.column) + problem.length}
    return {
        "ruleId": problem.code,
        "ruleIndex": used.index(problem.code),
        "level": "warning" if problem.is_warning else "error",
        "message": {"text": _words(problem)},
        "locations": [{"physicalLocation": place}],
    }


def _words(problem: Problem) -> str:
    return problem.message + (f" ({problem.hint})" if problem.hint else "")


def _relative(file: str) -> str:
    """A path as a repository's tools know it: from here where it lies below, with plain slashes."""
    path = Path(file).absolute()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
