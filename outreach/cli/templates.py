"""For the writer: do the templates fit, at their longest, in every language?"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from outreach.settings import read_settings
from outreach.wiring.workshop import TemplateReport, check_templates

ANY_FIRM = "Acme"


@click.group()
def templates() -> None:
    """Check the message templates."""


@templates.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def check(workspace: Path, folder: Path | None, style: str) -> None:
    """Tell every problem of the templates, with its place. Exit 2 where there is an error.

    FOLDER is the workspace's templates/ where none is named; beside it lies rules/, with the fact catalogue.
    """
    report = _report(workspace, folder)
    if style == "json":
        problems = [dataclasses.asdict(problem) for problem in report.problems]
        click.echo(
            json.dumps({"errors": report.errors, "problems": problems, "files": report.counts}, indent=2)
        )
    else:
        for problem in report.problems:
            click.echo(str(problem))
        _summary(report)
    raise SystemExit(2 if report.errors else 0)


def _report(workspace: Path, folder: Path | None) -> TemplateReport:
    if folder is not None:
        return check_templates(folder, folder.parent / "rules", ANY_FIRM)
    settings = read_settings(workspace)
    return check_templates(settings.at(settings.templates), settings.at(settings.rules), settings.firm)


def _summary(report: TemplateReport) -> None:
    for locale, reviews in report.counts.items():
        said = ", ".join(f"{count} {review}" for review, count in sorted(reviews.items()))
        click.echo(f"{locale:8} {sum(reviews.values()):4} messages (review: {said})")
    warnings = len(report.problems) - report.errors
    words = [
        f"{n} {word}{'s' * (n != 1)}" for n, word in ((report.errors, "error"), (warnings, "warning")) if n
    ]
    click.echo(", ".join(words) or "no problems")
