"""How the command line looks: rich on a terminal, plain elsewhere; refusals to stderr, one problem a line."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from outreach.errors import OutreachError, ProblemsError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say_refusal(error: OutreachError) -> None:
    """Every problem of a refusal, and how many there are."""
    if isinstance(error, ProblemsError):
        for problem in error.problems:
            err.print(escape(str(problem)))
        count = len(error.problems)
        err.print(f"[red]{count} problem{'s' if count != 1 else ''}; nothing was done.[/red]")
        return
    err.print(f"[red]{escape(str(error))}[/red]")


def progress() -> Progress:
    """A progress bar on stderr, silent where that is not a terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def two_columns(title: str, rows: Mapping[str, object]) -> Table:
    """A table of names and figures."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in rows.items():
        table.add_row(escape(name), f"{value:,}" if isinstance(value, int) else escape(str(value)))
    return table


def crossed(title: str, counts: Mapping[str, int]) -> Table:
    """A table of counts named `one.other`, with sums; the kind of name that there is less of goes across, so
    that twenty languages stay readable in a narrow window."""
    pairs = {tuple(name.split(".", 1)): count for name, count in counts.items()}
    if len({other for _, other in pairs}) > len({one for one, _ in pairs}):
        pairs = {(other, one): count for (one, other), count in sorted(pairs.items(), key=_by_other)}
    columns = sorted({column for _, column in pairs})
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("", style="bold")
    for column in (*columns, "all"):
        table.add_column(escape(column), justify="right")
    for row in dict.fromkeys(row for row, _ in pairs):
        cells = [pairs.get((row, column), 0) for column in columns]
        table.add_row(escape(row), *(f"{n:,}" if n else "" for n in cells), f"{sum(cells):,}")
    return table


def _by_other(pair: tuple[tuple[str, ...], int]) -> tuple[str, ...]:
    return pair[0][::-1]
