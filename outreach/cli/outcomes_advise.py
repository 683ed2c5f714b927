"""`outreach outcomes advise`: what each band of scores came to, and which cut-off would have done better."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from outreach.cli.console import err, out, progress
from outreach.cli.desk import opened
from outreach.cli.moments import moment_typed
from outreach.domain.outcomes.advice import Advice, Band
from outreach.domain.outcomes.measured import Effect

USUAL = timedelta(days=365)
KNOWN_OF = (
    "Precision: of episodes of which somebody said what they were, the share that a list or an analyst"
    " confirmed as a scam. More becomes known of whom is warned or looked at, so bands that nobody was warned"
    " in look better than they are. P3 says nothing of cause. Nothing is changed by this command."
)


class Worth(click.ParamType[Decimal]):
    """How many false alarms one scam is worth."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """A number over 0."""
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            found = Decimal(0)
        if not (found.is_finite() and found > 0):
            self.fail(f"{value!r} is no number over 0, like 10", param, ctx)
        return found


@click.command("advise")
@click.option("--since", help="Episodes opened from then on: 2026-01-01, 90d. Default: a year.")
@click.option("--rule", "rule", help="Only this one: <pattern>/<rule>.")
@click.option(
    "--worth", type=Worth(), default="10", help="False alarms that one scam warned is worth. Default: 10."
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def advise(workspace: Path, since: str | None, rule: str | None, worth: Decimal, style: str) -> None:
    """By rule and band of scores: precision, false alarms, and what was saved a thousand warnings.

    Then which other cut-off would have done better, where one is known to. Nothing changes by itself. Exits 1
    where there is nothing to go by.
    """
    from outreach.wiring.outcome_report import advice  # scipy is slow to load, and only needed here

    house = opened(workspace)
    now = house.clock()
    with progress() as bar:
        task = bar.add_task("lines", total=None)
        begin = moment_typed("--since", since, now) or now - USUAL
        found = advice(house, begin, now, worth, lambda count: bar.update(task, completed=count))
    chosen = [one for one in found if rule in (None, f"{one.pattern}/{one.rule}")]
    if style == "json":
        click.echo(json.dumps([_as_json(one) for one in chosen], indent=2, default=str))
    else:
        for one in chosen:
            _show(one, house.settings.outcomes.currency)
        if chosen:
            out.print(f"\n{KNOWN_OF}", style="dim", markup=False)
    if not chosen:
        err.print("No rule with a cut-off has an episode in that time.")
        raise click.exceptions.Exit(1)


def _as_json(one: Advice) -> dict[str, Any]:
    return asdict(one) | {
        "words": one.words,
        "best": asdict(one.best) if one.best else None,
        "means": KNOWN_OF,
    }


def _show(one: Advice, currency: str) -> None:
    out.print(f"\n{one.pattern}/{one.rule}, cut-off {one.cut_off.normalize():f}", style="bold", markup=False)
    table = Table(box=None, pad_edge=False)
    for name in ("score", "episodes", "known", "precision", "false alarms", f"P3 per 1,000 ({currency})"):
        table.add_column(name, justify="right")
    for band in reversed(one.bands):
        table.add_row(*_cells(band))
    out.print(table)
    out.print(one.words, markup=False)


def _cells(band: Band) -> tuple[str, ...]:
    saved = band.saved_per_thousand
    return (
        f"{band.low.normalize():f}–{band.high.normalize():f}",
        f"{band.episodes:,}",
        f"{band.known:,}",
        _share(band.precision),
        f"{band.false_alarms:,}",
        "not warned" if saved is None else f"{saved:,.0f}",
    )


def _share(told: Effect | None) -> str:
    return "?" if told is None else f"{told.estimate:.0%} [{told.low:.0%}, {told.high:.0%}]"
