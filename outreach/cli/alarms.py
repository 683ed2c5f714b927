"""For the risk analyst: how often people say of a rule's warnings that it was them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from outreach.cli.console import out
from outreach.cli.desk import opened
from outreach.domain.alarms import Alarms
from outreach.domain.moment import read_moment
from outreach.store.alarms import alarms as read_alarms

DEFINITION = (
    'share: of the outreaches that were answered, those whose first answer was "it is mine"; 95 % interval'
    " after Wilson. Who did not answer is not in it."
)


@click.command()
@click.option("--since", default="90d", help="Outreaches opened since then: 90d, 12h, or an ISO date.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def alarms(workspace: Path, since: str, style: str) -> None:
    """How many of each rule's warnings were answered with "it is mine"."""
    house = opened(workspace)
    begin = read_moment(since, house.clock())
    if begin is None:
        raise click.BadParameter("a length such as 90d, or an ISO date", param_hint="--since")
    with house.store.read() as tx:
        found = read_alarms(tx, begin)
    house.close()
    if style == "json":
        click.echo(json.dumps(_told(found, begin), indent=2))
        return
    _show(found)


def _told(found: Sequence[Alarms], since: datetime) -> dict[str, object]:
    rules = [{**asdict(one), "share": one.share, "interval": list(one.interval)} for one in found]
    return {"since": since.isoformat(), "definition": DEFINITION, "rules": rules}


def _show(found: Sequence[Alarms]) -> None:
    if not found:
        out.print("No rule has warned anybody in that time.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "warned", "answered", "it is mine", "share"):
        table.add_column(name, justify="left" if name == "rule" else "right")
    for one in found:
        rule = f"{one.pattern}/{one.rule}"
        table.add_row(rule, f"{one.warned:,}", f"{one.answered:,}", f"{one.mine:,}", _share(one))
    out.print(table)
    out.print(DEFINITION, markup=False)


def _share(one: Alarms) -> str:
    if one.share is None:
        return "nobody answered"
    low, high = one.interval
    return f"{one.share:.0%} ({low:.0%} to {high:.0%}, n={one.answered:,})"
