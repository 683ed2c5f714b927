"""For the risk analyst: is what stands in `rules/` right, and does it do what its examples say?"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from outreach.cli.folders import own_rules
from outreach.cli.late import LateGroup
from outreach.domain.examples import ExampleReport, Outcome
from outreach.errors import RulesError
from outreach.wiring.workshop import test_rules

AT_MOST = 20
"""Failures, and gaps, that a screen takes."""

_FORMAT = click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
_TRUTHS = {True: "true", False: "false", None: "unknown"}


COMMANDS = {
    "alarms": "outreach.cli.alarms:alarms",
    "backtest": "outreach.cli.backtest:backtest",
    "check": "outreach.cli.rulebook_check:check",
    "explain": "outreach.cli.explain:explain",
    "facts": "outreach.cli.rulebook_facts:facts",
    "new": "outreach.cli.rulebook_new:new",
    "schema": "outreach.cli.rulebook_schema:schema",
}
"""Where each command stands; `test` stands here."""


@click.group(cls=LateGroup, late=COMMANDS)
def rules() -> None:
    """Check and test the rule files."""


@rules.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--all", "every", is_flag=True, help=f"Tell every failure; default: the first {AT_MOST}.")
@click.option("--min-coverage", type=click.FloatRange(0, 100), default=0.0, help="Percent to be reached.")
@_FORMAT
def test(folder: Path | None, min_coverage: float, shape: str, *, every: bool) -> None:
    """Run every example through the matcher. Exit 1 where one fails, or coverage is too low."""
    try:
        report = test_rules(folder or own_rules())
    except RulesError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    if shape == "json":
        click.echo(json.dumps(_report_as_json(report), indent=2))
    else:
        _tell(report, None if every else AT_MOST)
    raise SystemExit(1 if report.failures or report.coverage < min_coverage else 0)


def _tell(report: ExampleReport, most: int | None) -> None:
    """File by file; of many only the first, and how many more there are in which file."""
    failures = sorted(report.failures, key=lambda failure: failure.file)
    for failure in failures[:most]:
        _tell_failure(failure)
    _tell_more([failure.file for failure in failures[most:]] if most else [], "examples fail")
    gaps = sorted(report.gaps, key=lambda gap: gap.file)
    for gap in gaps[:most]:
        click.echo(f"{gap.file}: {gap.rule}: never {gap.never} in examples: {gap.piece}")
    _tell_more([gap.file for gap in gaps[most:]] if most else [], "gaps in coverage")
    passed = len(report.outcomes) - len(report.failures)
    click.echo(f"{passed} of {len(report.outcomes)} examples hold; coverage {report.coverage:.1f} %")


def _tell_more(files: Sequence[str], what: str) -> None:
    if files:
        of = ", ".join(f"{file} {count}" for file, count in Counter(files).items())
        click.echo(f"and {len(files)} more {what} ({of}): --all tells them")


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
