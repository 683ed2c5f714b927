"""`outreach rules check`: every problem of every file, for eyes, editors, pull requests and code scanners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from outreach.cli.folders import own_rules, workspace_of
from outreach.cli.rulebook_formats import as_github, as_json, as_sarif, page_of
from outreach.domain.problem import Problem, did_you_mean
from outreach.domain.ruleset import Rulebook
from outreach.settings import FILE, read_settings
from outreach.wiring.connected import unheard_holds
from outreach.wiring.workshop import RULE_CODES, RULE_PROBLEMS_PAGE, check_rules, is_rule_file

FOLDER = Path("rules")
SHARED = ("facts.yml", "ladders.yml", "lists")
"""What every rule file is read against: an error there is an error of each."""


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="github: annotations of a pull request. sarif: SARIF 2.1.0.",
)
def check(paths: tuple[Path, ...], shape: str) -> None:
    """Tell every problem of the rule files, with its place and what to do.

    PATHS are rule folders, or files in them (a file is read with its folder, and told of alone). Default: the
    workspace's rules/. Where templates/ lies beside, templates that a rule names must be there.

    \b
    Exit 0: no error (warnings are told). Exit 2: an error, or a path that does not exist.
    """
    problems: list[Problem] = []
    lines: list[str] = []
    for folder, only in chosen(paths or (own_rules(),)).items():
        told, book = _problems(folder, only)
        lines += [*_unheard(book, folder), _summary(told, folder)]
        problems += told
    if shape == "text":
        _tell(problems, lines)
    elif shape == "json":
        click.echo(as_json(problems, RULE_PROBLEMS_PAGE))
    elif shape == "sarif":
        click.echo(as_sarif(problems, RULE_CODES, RULE_PROBLEMS_PAGE))
    elif problems:
        click.echo(as_github(problems))
    raise SystemExit(2 if any(not problem.is_warning for problem in problems) else 0)


def chosen(paths: Sequence[Path]) -> dict[Path, set[Path]]:
    """Each rule folder to read, and the files of it to tell of (empty: all)."""
    found: dict[Path, set[Path]] = {}
    whole = set()
    for path in paths:
        folder, is_whole = _folder_of(path)
        found.setdefault(folder, set()).add(path)
        if is_whole:
            whole.add(folder)
    return {folder: set() if folder in whole else only for folder, only in found.items()}


def _folder_of(path: Path) -> tuple[Path, bool]:
    """The rule folder that a path means, and whether all of it is meant."""
    if path.is_dir():
        if (path / "facts.yml").exists():
            return path, True
        if path.name == "lists" and (path.parent / "facts.yml").exists():
            return path.parent, True
        return (path / FOLDER, True) if (path / FOLDER / "facts.yml").exists() else (path, True)
    if not path.suffix and not path.exists():  # a folder that is not there
        return path, False
    return (path.parent.parent if path.parent.name == "lists" else path.parent), False


def _unheard(book: Rulebook | None, folder: Path) -> list[str]:
    """That nobody hears of the holds that rules ask for; it is no problem of any file."""
    workspace = workspace_of(click.get_current_context())
    if book is None or not (workspace / FILE).is_file():
        return []
    settings = read_settings(workspace)
    if settings.at(settings.rules).resolve() != folder.resolve():
        return []  # somebody else's rules
    said = unheard_holds(settings, book)
    return [said] if said else []


def _problems(folder: Path, only: set[Path]) -> tuple[list[Problem], Rulebook | None]:
    missing = [_missing(path) for path in sorted(only) if not path.exists()]
    strays = [_stray(path) for path in sorted(only) if path.is_file() and _is_stray(folder, path)]
    if only and len(missing) == len(only):
        return missing, None
    book, found = check_rules(folder)
    wanted = {path.resolve() for path in only}
    told = [p for p in found if not only or Path(p.file).resolve() in wanted or _is_shared(folder, p)]
    return [*missing, *strays, *told], book


def _is_shared(folder: Path, problem: Problem) -> bool:
    """An error of what all files are read against: with it, no file was really looked at."""
    name = Path(problem.file).relative_to(folder) if Path(problem.file).is_relative_to(folder) else Path()
    return not problem.is_warning and name.parts[:1] != () and name.parts[0] in SHARED


def _is_stray(folder: Path, path: Path) -> bool:
    """A YAML file in the rule folder that nothing reads as a rule."""
    name = path.resolve().relative_to(folder.resolve()).as_posix()
    return path.suffix.lower() in {".yml", ".yaml"} and not is_rule_file(name)


def _missing(path: Path) -> Problem:
    beside = [p.name for p in path.parent.glob("*") if p.name != path.name] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, beside)
    return _whole(path, "cannot be read: there is no such file or folder", hint)


def _stray(path: Path) -> Problem:
    if path.name == "we_never.yml" or path.parent.name == "we_never":
        return _whole(path, "is read with the templates", "outreach templates check", is_warning=True)
    return _whole(path, "is not read: rule files are rules/<pattern>.yml", "rename or move it")


def _whole(path: Path, message: str, hint: str, *, is_warning: bool = False) -> Problem:
    return Problem(
        file=str(path), line=0, column=0, code="R000", message=message, hint=hint, is_warning=is_warning
    )


def _tell(problems: Sequence[Problem], lines: Sequence[str]) -> None:
    for problem in problems:
        click.echo(str(problem))
    if problems:
        codes = sorted({problem.code for problem in problems})
        click.echo("What the codes mean: " + ", ".join(page_of(c, RULE_PROBLEMS_PAGE) for c in codes[:1]))
    for line in lines:
        click.echo(line)


def _summary(problems: Sequence[Problem], folder: Path) -> str:
    errors = sum(not problem.is_warning for problem in problems)
    counts = ((errors, "error"), (len(problems) - errors, "warning"))
    words = [f"{n} {word}{'s' * (n != 1)}" for n, word in counts if n]
    return f"{folder}: {', '.join(words) or 'no problems'}"
