"""For the operator: is everything there that a run needs? All problems at once, and what to do about each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import click
from rich.markup import escape

from outreach.cli.console import err, out
from outreach.errors import SettingsError
from outreach.settings import read_settings
from outreach.web import read_words
from outreach.wiring.checkup import Finding, State, checkup, guarded

SIGNS = {State.FINE: "[green]✓[/green]", State.WARNING: "[yellow]![/yellow]", State.PROBLEM: "[red]✗[/red]"}


@click.command()
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def doctor(workspace: Path, style: str) -> None:
    """Look at everything a run needs: settings, keys, database, rules, templates, feeds, providers, disk.

    No secret is shown and nothing is changed. Exit 2 where there is a problem.
    """
    findings = [*checkup(workspace), *guarded("answer page", lambda: _answer_page(workspace))]
    problems = sum(finding.state is State.PROBLEM for finding in findings)
    if style == "json":
        click.echo(
            json.dumps({"problems": problems, "findings": list(map(dataclasses.asdict, findings))}, indent=2)
        )
    else:
        for finding in findings:
            _say(finding)
        if problems:
            err.print(f"\n[red]{problems} problem{'s' * (problems != 1)}.[/red]")
        else:
            out.print("\nReady to run.")
    raise SystemExit(2 if problems else 0)


def _answer_page(workspace: Path) -> Iterator[Finding]:
    """Whether the page where people answer has its words, in the default locale at least."""
    try:
        settings = read_settings(workspace)
    except SettingsError:
        return  # told already
    words = read_words(settings.at(settings.templates) / "shared")
    if settings.default_locale in words:
        yield Finding(about="answer page", says=f"speaks {', '.join(sorted(words))}")
        return
    name = f"templates/shared/answer.{settings.default_locale}.toml"
    says = f"{name} is missing: the page cannot speak the default locale"
    yield Finding(about="answer page", says=says, state=State.PROBLEM, mend="write it, or set default_locale")


def _say(finding: Finding) -> None:
    out.print(f"{SIGNS[finding.state]} [bold]{escape(finding.about)}[/bold]  {escape(finding.says)}")
    if finding.mend:
        out.print(f"    → {finding.mend}", markup=False)
