"""`outreach report outcomes`: what warnings came to, with the definition beside each figure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outreach.cli.console import err, out, progress
from outreach.cli.desk import opened
from outreach.cli.figures_year import report
from outreach.cli.moments import moment_typed
from outreach.domain.csv_safe import csv_line
from outreach.domain.moment import utc
from outreach.domain.outcomes.figures import Chapter, OutcomeReport, Part
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.means import LEVELS
from outreach.domain.outcomes.reporting import tiring
from outreach.domain.outcomes.rows import COLUMNS, arm_figures, head, measured_figures, rows
from outreach.domain.outcomes.summary import Cut
from outreach.wiring.house import House

STYLES = ("text", "html", "json", "csv", "parquet")
ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".csv": "csv", ".parquet": "parquet"}
WIDTH = 110
USUAL = timedelta(days=365)


@report.command("outcomes")
@click.option("--since", help="Episodes opened from then on: 2026-01-01, 90d. Default: a year.")
@click.option("--until", help="Episodes opened before then. Default: now.")
@click.option("--by", "cut", type=click.Choice([cut.value for cut in Cut]), help="Also told apart by this.")
@click.option("--format", "style", type=click.Choice(STYLES), help="Default: as FILE ends, else text.")
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE.")
@click.pass_obj
def outcomes_command(
    workspace: Path,
    /,
    since: str | None,
    until: str | None,
    cut: str | None,
    style: str | None,
    file: Path | None,
) -> None:
    """What warnings came to: in time or too late, the funnel, money by level, false alarms, cost.

    Levels are never added up. What no registered experiment measured is said to be not measured. Exits 1
    where nobody was flagged in that time.
    """
    kind = style or (ENDINGS.get(file.suffix.lower(), "text") if file else "text")
    if kind == "parquet" and file is None:
        raise click.UsageError("a Parquet file needs --out FILE")
    house = opened(workspace)
    told = _asked(house, since, until, Cut(cut) if cut else None)
    if file is not None:
        _write(file, told, kind)
        out.print(f"Written to {file}.", markup=False)
    elif kind == "text":
        show(told, out)
    else:
        click.echo(document(told, kind), nl=False)
    _say_unknown(told)
    if told.is_empty:
        err.print("Nobody was flagged in that time.")
        raise click.exceptions.Exit(1)


def _say_unknown(told: OutcomeReport) -> None:
    """What the ledger has not looked at stands as nothing in the figures: that is said aloud."""
    if count := told.everybody.group.unreckoned:
        err.print(
            f"{count:,} episodes are not reckoned yet: of their money nothing is known here. A running daemon"
            " reckons within minutes, and `outreach run --once` where none runs.",
            markup=False,
        )


def _asked(house: House, since: str | None, until: str | None, cut: Cut | None) -> OutcomeReport:
    from outreach.wiring.outcome_report import outcome_report  # scipy is slow to load, and only needed here

    now = house.clock()
    begin = moment_typed("--since", since, now) or now - USUAL
    end: datetime = moment_typed("--until", until, now) or now
    if begin >= end:
        raise click.BadParameter("it is not before --until", param_hint="--since")
    with progress() as bar:
        task = bar.add_task("lines", total=None)
        return outcome_report(house, begin, end, cut, lambda count: bar.update(task, completed=count))


def document(told: OutcomeReport, kind: str) -> str:
    """The report as a text of this kind."""
    if kind == "html":
        from outreach.wiring.outcome_page import page

        return page(told)
    if kind == "json":
        return json.dumps(head(told) | {"figures": list(rows(told))}, indent=2, ensure_ascii=False) + "\n"
    if kind == "csv":
        return _csv(told)
    console = Console(width=WIDTH, color_system=None)
    with console.capture() as captured:
        show(told, console)
    return captured.get()


def _csv(told: OutcomeReport) -> str:
    """What all figures share in lines that begin with #, then a row each; nothing runs in a spreadsheet."""
    shared = [f"# {name}: {value}\n" for name, value in head(told).items()]
    lines = [csv_line([row[name] for name in COLUMNS]) for row in rows(told)]
    return "".join((*shared, csv_line(COLUMNS), *lines))


def _write(file: Path, told: OutcomeReport, kind: str) -> None:
    try:
        if kind == "parquet":
            from outreach.wiring.outcome_report import write_parquet

            write_parquet(told, file)
        else:
            file.write_text(document(told, kind), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None


def show(told: OutcomeReport, console: Console) -> None:
    """The report on a terminal, or in a file of text."""
    console.print(f"{told.firm}: what warnings came to", style="bold", markup=False)
    console.print(
        f"episodes opened from {utc(told.since)} to {utc(told.until)}, in {told.currency}", markup=False
    )
    _show_part(told.everybody, console)
    if told.tired:
        _show_chapter(tiring(told.tired), console)
    _show_measured(told, console)
    for part in told.parts:
        console.print(f"\n{told.cut}: {part.name}", style="bold", markup=False)
        _show_part(part, console, is_short=True)
    if told.naive:
        console.print("\nWhat not to publish", style="bold")
        for one in told.naive:
            value = (
                f"{one.amount:,.0f} {told.currency}" if one.amount is not None else f"{one.share or 0:.1%}"
            )
            console.print(f"  {one.name}: {value}. {one.why_not}.", markup=False)


def _show_part(part: Part, console: Console, *, is_short: bool = False) -> None:
    for chapter in part.chapters:
        _show_chapter(chapter, console, is_short=is_short)


def _show_chapter(chapter: Chapter, console: Console, *, is_short: bool = False) -> None:
    console.print(f"\n{chapter.title}", style="bold", markup=False)
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column()
    for figure in chapter.figures:
        table.add_row(Text(figure.title), Text(figure.words), Text(f"n: {figure.n:,} {figure.of}"))
    console.print(table)
    if is_short:
        return
    for definition, titles in _meant(chapter).items():
        console.print(f"  {_shared(titles)}: {definition}", markup=False)
    if chapter.more:
        console.print(f"  {chapter.more}", markup=False)


def _meant(chapter: Chapter) -> dict[str, list[str]]:
    """Each definition, with all that it is of."""
    found: dict[str, list[str]] = {}
    for figure in chapter.figures:
        found.setdefault(figure.definition, []).append(figure.title)
    return found


def _shared(titles: Sequence[str]) -> str:
    """What the titles begin with, all alike."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*titles, strict=False))
    return "".join(letters[0] for letters in alike).rstrip(" ,:")


def _show_measured(told: OutcomeReport, console: Console) -> None:
    console.print("\nP4: caused by the warning", style="bold")
    if not told.measured:
        console.print("  not measured: no experiment was registered in this time", markup=False)
    for one in told.measured:
        name = f"{one.pattern}/{one.rule}, {one.design.value.replace('_', ' ')}"
        console.print(f"  {name}{f', wording {one.versus}' if one.versus else ''}", markup=False)
        for figure in measured_figures(one, told):
            console.print(f"    {figure.window}: {figure.words}", markup=False)
        if one.effect is not None:
            console.print(f"    by {one.method}; true of {one.where}", markup=False)
        for figure in arm_figures(one):
            console.print(f"    {figure.title}: {figure.words}", markup=False)
        for check in one.checks:
            console.print(f"    {'✓' if check.passed else '✗'} {check.name}: {check.words}", markup=False)
        console.print(f"    registered {one.registration}", markup=False)
    console.print(f"  {LEVELS[Level.P4][1]}", markup=False)
