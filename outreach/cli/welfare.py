"""For the support desk: whom no machine writes to because they wrote of harming themselves, and letting it go
on."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened, the_one
from outreach.domain.moment import both
from outreach.domain.told_reports import SOURCES
from outreach.domain.wording import say
from outreach.store import welfare as ledger


@click.group()
def welfare() -> None:
    """People who wrote of harming themselves: only people speak with them."""


@welfare.command("list")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_stops(workspace: Path, style: str) -> None:
    """Everybody to whom nothing automatic is sent, the longest first."""
    house = opened(workspace)
    with house.store.read() as tx:
        found = ledger.standing(tx)
    house.close()
    if style == "json":
        rows = [{"person": one.person, "source": one.source, "at": one.at.isoformat()} for one in found]
        click.echo(json.dumps(rows, indent=2))
        return
    if not found:
        out.print("Nobody: automatic messages go to everybody.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("person", "since", "where"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(one.person, both(one.at, None), escape(say(SOURCES, one.source)))
    out.print(table)
    out.print("The words: outreach history PERSON. When a person has decided: outreach welfare resume PERSON")


@welfare.command()
@click.argument("user")
@click.option("--reason", required=True, help="Who spoke with them, and why machines may write; sealed.")
@actor_option
@click.pass_obj
def resume(workspace: Path, user: str, reason: str, actor: str) -> None:
    """Let machines write to one person again. USER as in `outreach history`.

    What waited and is still of use goes out at once; what is too late never does.
    """
    if not reason.strip():
        raise click.BadParameter("say why: it is kept with your name", param_hint="--reason")
    house = opened(workspace)
    with house.store.begin() as tx:
        is_done = ledger.resume(tx, the_one(tx, user), reason.strip(), actor, house.clock())
    house.close()
    if not is_done:
        err.print("Nothing was stopped for this person: automatic messages go to them already.")
        raise SystemExit(1)
    out.print("Automatic messages may go to this person again; it is in their history with your name.")
