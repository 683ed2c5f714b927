"""For whoever answers for the programme: figures that are read by themselves."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from rich.table import Table

from outreach.cli.console import err, out
from outreach.cli.desk import opened
from outreach.domain.lesson import MEANS
from outreach.store.lessons import taught


@click.group()
def report() -> None:
    """Figures, each with its definition."""


@report.command("education")
@click.option("--days", type=click.IntRange(1, 3_660), default=365, help="How many days back.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def education(workspace: Path, days: int, style: str) -> None:
    """What came of lessons, by pattern and wording. Exits 1 where none was sent."""
    house = opened(workspace)
    now = house.clock()
    with house.store.read() as tx:
        rows = taught(tx, now - timedelta(days=days), now)
    if style == "json":
        told = {"days": days, "means": MEANS, "lessons": [asdict(row) for row in rows]}
        click.echo(json.dumps(told, indent=2))
    elif rows:
        table = Table(box=None, pad_edge=False)
        for name in ("pattern", "wording", *MEANS):
            table.add_column(name)
        for row in rows:
            table.add_row(*(str(value) for value in asdict(row).values()))
        out.print(table)
        for name, meaning in MEANS.items():
            out.print(f"{name}: {meaning}", markup=False)
    else:
        err.print(f"No lesson was sent in {days} days.")
    if not rows:
        raise click.exceptions.Exit(1)
