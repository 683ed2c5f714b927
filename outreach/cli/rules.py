"""For the risk analyst: is what stands in `rules/` right, and does it do what its examples say?"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import click

from outreach import wiring
from outreach.cli.alarms import alarms
from outreach.domain.examples import ExampleReport, Outcome
from outreach.domain.problem import Problem
from outreach.errors import RulesError

FOLDER = Path("rules")
_FORMAT = click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
_TRUTHS = {True: "true", False: "false", None: "unknown"}


@click.group()
def rules() -> None:
    """Check and test the rule files."""


@rules.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@_FORMAT
def check(paths: tuple[Path, ...], shape: str) -> None:
    """Tell every problem of the rule files, with its place. Exit 2 where there is an error."""
    folder, only = _chosen(paths)
    _, found = wiring.check_rules(folder)
    problems = [p for p in found if not only or Path(p.file).resolve() in only]
    errors = sum(not p.is_warning for p in problems)
    if shape == "json":
        click.echo(json.dumps({"errors": errors, "problems": [_as_json(p) for p in problems]}, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(_summary(errors, len(problems) - errors, folder))
    raise SystemExit(2 if errors else 0)


@rules.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--min-coverage", type=click.FloatRange(0, 100), default=0.0, help="Percent to be reached.")
@_FORMAT
def test(folder: Path | None, min_coverage: float, shape: str) -> None:
    """Run every example through the matcher. Exit 1 where one fails, or coverage is too low."""
    try:
        report = wiring.test_rules(folder or _own_folder())
    except RulesError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    if shape == "json":
        click.echo(json.dumps(_report_as_json(report), indent=2))
    else:
        _tell(report)
    raise SystemExit(1 if report.failures or report.coverage < min_coverage else 0)


rules.add_command(alarms)


def _chosen(paths: Sequence[Path]) -> tuple[Path, set[Path]]:
    """The folder to read (a file needs its catalogue and lists), and the files to tell of (empty: all)."""
    if not paths:
        return _own_folder(), set()
    first = paths[0]
    if first.is_dir():
        return first, set()
    folder = first.parent.parent if first.parent.name == "lists" else first.parent
    return folder, {path.resolve() for path in paths}


def _own_folder() -> Path:
    """`rules/` of the workspace that the command line or the environment names."""
    workspace = click.get_current_context().obj
    return workspace / FOLDER if isinstance(workspace, Path) else FOLDER


def _as_json(problem: Problem) -> dict[str, object]:
    return dataclasses.asdict(problem)


def _summary(errors: int, warnings: int, folder: Path) -> str:
    if not errors and not warnings:
        return f"{folder}: no problems"
    words = [f"{n} {word}{'s' * (n != 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return f"{folder}: {', '.join(words)}"


def _tell(report: ExampleReport) -> None:
    for failure in report.failures:
        _tell_failure(failure)
    for gap in report.gaps:
        click.echo(f"{gap.file}: {gap.rule}: never {gap.never} in examples: {gap.piece}")
    passed = len(report.outcomes) - len(report.failures)
    click.echo(f"{passed} of {len(report.outcomes)} examples hold; coverage {report.coverage:.1f} %")


def _tell_failure(failure: Outcome) -> None:
    wanted, span = failure.example, failure.example.span
    place = f"{failure.file}:{span.line}:{span.column}" if span else failure.file
    click.echo(f"{place}: FAIL {wanted.name}")
    click.echo(f"    expected {_words(wanted.expect, wanted.rule, wanted.because)}")
    click.echo(f"    got      {_words(failure.got, failure.rule, failure.because)}")
    for value in failure.clauses:
        click.echo(f"      {_TRUTHS[value.truth]:8}{value.clause}    [{value.place}]")


def _words(verdict: str, rule: str, because: str) -> str:
    return verdict + (f" by {rule}" if rule else "") + (f" because {because}" if because else "")


def _report_as_json(report: ExampleReport) -> dict[str, object]:
    return {
        "examples": len(report.outcomes),
        "coverage": round(report.coverage, 2),
        "failures": [
            {
                "file": f.file,
                "name": f.example.name,
                "expected": {
                    "verdict": f.example.expect,
                    "rule": f.example.rule,
                    "because": f.example.because,
                },
                "got": {"verdict": f.got, "rule": f.rule, "because": f.because},
                "clauses": [{"place": c.place, "clause": c.clause, "truth": c.truth} for c in f.clauses],
            }
            for f in report.failures
        ],
        "gaps": [dataclasses.asdict(gap) for gap in report.gaps],
    }
