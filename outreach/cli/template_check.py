"""`outreach templates check`: every problem of every message, for eyes, editors, pull requests, scanners."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import click

from outreach.cli.folders import ANY_FIRM, own_settings, own_templates
from outreach.cli.rulebook_formats import as_github, as_json, as_sarif, page_of
from outreach.domain.problem import Problem, did_you_mean
from outreach.settings import Settings
from outreach.wiring.workshop import (
    TEMPLATE_CODES,
    TEMPLATE_PROBLEMS_PAGE,
    TemplateReport,
    check_templates,
)

FOLDER = "templates"
TOOL = "outreach templates check"


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="github: annotations of a pull request. sarif: SARIF 2.1.0.",
)
@click.option("--strict", is_flag=True, help="A language that a template lacks is an error, not a warning.")
def check(paths: tuple[Path, ...], style: str, *, strict: bool) -> None:
    """Tell every problem of the templates, with its place and what to do.

    PATHS are folders of templates, or files in them (a file is read with its folder, and told of alone).
    Default: the workspace's templates/. A template that lacks a language is a warning where its people read
    another one instead (up their own, then default_locale), and an error where they would read nothing.
    Beside it lies rules/, with facts, ladders and we_never.yml.

    \b
    Exit 0: no error (warnings are told). Exit 2: an error, or a path that does not exist.
    """
    problems: list[Problem] = []
    reports: list[TemplateReport] = []
    for root, only in _chosen(paths).items():
        if missing := [_missing(path) for path in sorted(only) if not path.exists()]:
            problems += missing
        if len(missing) < len(only) or not only:
            reports.append(_report(root, is_strict=strict))
            problems += [problem for problem in reports[-1].problems if _is_wanted(problem, root, only)]
    _tell(problems, reports, style)
    raise SystemExit(2 if any(not problem.is_warning for problem in problems) else 0)


def _chosen(paths: Sequence[Path]) -> dict[Path, set[Path]]:
    """Each folder of templates to read, and what of it to tell of (empty: all)."""
    if not paths:
        return {own_templates(): set()}
    found: dict[Path, set[Path]] = {}
    whole: set[Path] = set()
    for path in paths:
        root = _root_of(path)
        found.setdefault(root, set()).add(path)
        if path.resolve() in {root.resolve(), root.resolve().parent}:
            whole.add(root)
    return {root: set() if root in whole else only for root, only in found.items()}


def _root_of(path: Path) -> Path:
    """The folder of templates that a path lies in, or is: the nearest with the shared lines."""
    if (path / FOLDER / "shared").is_dir():
        return path / FOLDER
    absolute = path.absolute()
    for folder in (absolute, *absolute.parents):
        if (folder / "shared").is_dir():
            return path if folder == absolute else _as_typed(path, folder)
    return path if path.is_dir() else path.parent


def _as_typed(path: Path, folder: Path) -> Path:
    """The folder as people wrote it, where their path goes through it."""
    return next((one for one in path.parents if one.absolute() == folder), folder)


def _report(root: Path, *, is_strict: bool) -> TemplateReport:
    settings = _settings_of(root)
    if settings is None:
        return check_templates(root, root.absolute().parent / "rules", ANY_FIRM, is_strict=is_strict)
    rules, source = settings.at(settings.rules), settings.default_locale
    return check_templates(root, rules, settings.firm, settings.domains, source, is_strict=is_strict)


def _settings_of(root: Path) -> Settings | None:
    """The workspace's settings, where these are its templates."""
    settings = own_settings()
    if settings is None:
        return None
    return settings if settings.at(settings.templates).resolve() == root.resolve() else None


def _is_wanted(problem: Problem, root: Path, only: set[Path]) -> bool:
    """Whether a problem lies in what was asked about, or in the shared lines that all of it says."""
    file = Path(problem.file).resolve()
    shared = (root / "shared").resolve()
    is_asked = any(file == path.resolve() or file.is_relative_to(path.resolve()) for path in only)
    return not only or is_asked or (not problem.is_warning and file.is_relative_to(shared))


def _missing(path: Path) -> Problem:
    beside = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
    says = "cannot be read: there is no such file or folder"
    return Problem(
        file=str(path), line=0, column=0, code="T001", message=says, hint=did_you_mean(path.name, beside)
    )


def _tell(problems: Sequence[Problem], reports: Sequence[TemplateReport], style: str) -> None:
    if style == "json":
        click.echo(_as_json(problems, reports))
    elif style == "sarif":
        click.echo(as_sarif(problems, TEMPLATE_CODES, TEMPLATE_PROBLEMS_PAGE, TOOL))
    elif style == "github":
        click.echo(as_github(problems), nl=bool(problems))
    else:
        for problem in problems:
            click.echo(str(problem))
        for report in reports:
            _summary(report)
        _count(problems)


def _as_json(problems: Sequence[Problem], reports: Sequence[TemplateReport]) -> str:
    """The problems as rules check tells them, with the files of each language and its longest SMS."""
    told = json.loads(as_json(problems, TEMPLATE_PROBLEMS_PAGE))
    files = {locale: reviews for report in reports for locale, reviews in report.counts.items()}
    sizes = {locale: size for report in reports for locale, size in report.sizes.items()}
    longest = {locale: dataclasses.asdict(size) for locale, size in sizes.items()}
    return json.dumps(told | {"files": files, "longest_sms": longest}, indent=2, ensure_ascii=False)


def _summary(report: TemplateReport) -> None:
    for locale, reviews in report.counts.items():
        said = ", ".join(f"{count} {review}" for review, count in sorted(reviews.items()))
        size = report.sizes.get(locale)
        sms = f"; SMS up to {size.parts} parts {size.encoding}" if size else ""
        click.echo(f"{locale:8} {sum(reviews.values()):4} messages (review: {said}{sms})")
    if not report.has_ladders:
        click.echo("the rules do not fit, so nobody looked at their ladders: outreach rules check")
    if report.likenesses:
        close = sum(one.is_close for one in report.likenesses)
        click.echo(f"{close} of {len(report.likenesses)} SMS and push texts look like a scam")


def _count(problems: Sequence[Problem]) -> None:
    if problems:
        click.echo(f"What a code means: {page_of(problems[0].code, TEMPLATE_PROBLEMS_PAGE)}")
    errors = sum(not problem.is_warning for problem in problems)
    counted = ((errors, "error"), (len(problems) - errors, "warning"))
    words = [f"{n} {word}{'s' * (n != 1)}" for n, word in counted if n]
    click.echo(", ".join(words) or "no problems")
