"""`outreach report year`: the year in figures, with small counts hidden, ready to publish."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outreach.cli.console import err, out
from outreach.cli.desk import opened
from outreach.cli.figures import report
from outreach.domain.year_figures import Year, span
from outreach.wiring.house import House
from outreach.wiring.yearly import as_json, page, the_year

__all__ = ["report"]  # the group with this command in it

STYLES = ("text", "json", "html")
ENDINGS = {".json": "json", ".html": "html", ".htm": "html"}
WIDTH = 100
"""Of text in a file, in columns."""


@report.command("year")
@click.option("--year", type=click.IntRange(2000, 9998), help="Which year; default: the running one.")
@click.option("--format", "style", type=click.Choice(STYLES), help="Default: as FILE ends, else text.")
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE.")
@click.pass_obj
def year_command(workspace: Path, year: int | None, style: str | None, file: Path | None) -> None:
    """The year in figures, each with its definition and its n. Exits 1 where nothing happened in it.

    Counts and sums of under 5 people are hidden. A year that is over gives the same figures again, but for
    what was prevented: facts that come late restate it.
    """
    told = _asked(opened(workspace), year)
    kind = style or (ENDINGS.get(file.suffix.lower(), "text") if file else "text")
    if file is not None:
        _write(file, _document(told, kind))
        out.print(f"Written to {file}.", markup=False)
    elif kind == "text":
        show(told, out)
    else:
        click.echo(_document(told, kind), nl=False)
    if not told.window.is_over:
        err.print(f"{told.window.year} is not over: these figures still change. Do not publish them.")
    if told.is_empty:
        err.print(f"Nothing happened in {told.window.year}.")
        raise click.exceptions.Exit(1)


def _asked(house: House, year: int | None) -> Year:
    told = the_year(house, year)
    if told is None:
        raise click.BadParameter("that year has not begun", param_hint="--year")
    return told


def _document(told: Year, kind: str) -> str:
    if kind == "html":
        return page(told)
    if kind == "json":
        return json.dumps(as_json(told), indent=2, ensure_ascii=False) + "\n"
    console = Console(width=WIDTH, color_system=None)
    with console.capture() as captured:
        show(told, console)
    return captured.get()


def show(told: Year, console: Console) -> None:
    """The year on a terminal, or in a file of text."""
    console.print(f"{told.firm}: the year {told.window.year} in figures", style="bold", markup=False)
    console.print(span(told.window), markup=False)
    for chapter in told.chapters:
        console.print(f"\n{chapter.title}", style="bold", markup=False)
        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in range(3):
            table.add_column()
        for figure in chapter.figures:
            table.add_row(*(Text(each) for each in (figure.title, figure.words, f"n: {figure.n}")))
        console.print(table)
        for title, definition in {_named(f.key, f.title): f.definition for f in chapter.figures}.items():
            console.print(f"  {title}: {definition}", markup=False)
        if chapter.more:
            console.print(f"  {chapter.more}", markup=False)


def _named(key: str, title: str) -> str:
    """A title without the currency or the chain: what it means is the same for all of them."""
    if key.startswith("back."):
        return title.rpartition(": ")[2]
    return "on a chain" if key.startswith("listed.chain.") else title


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
