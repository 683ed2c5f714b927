"""For support: texts from numbers that nobody is known by, which no task and no history has."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened
from outreach.domain.moment import both
from outreach.domain.printable import printable
from outreach.domain.told_replies import kind_words
from outreach.store import unclaimed as ledger
from outreach.store.unclaimed import Unclaimed

SHORT = 8


@click.group()
def replies() -> None:
    """Texts from numbers that nobody is known by: another phone of somebody warned, or a wrong number."""


@replies.command("list")
@click.option("--days", type=click.IntRange(1, 3_650), default=30, show_default=True, help="How far back.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_replies(workspace: Path, days: int, style: str) -> None:
    """Every text of nobody's, the oldest first, without its words. Exit 1 where one waits to be read.

    Opt-outs are not told: they count for the number, whoever has it.
    """
    house = opened(workspace)
    now = house.clock()
    with house.store.read() as tx:
        found = ledger.unclaimed(tx, now - timedelta(days=days))
    house.close()
    if style == "json":
        click.echo(json.dumps([{**asdict(one), "at": one.at.isoformat()} for one in found], indent=2))
    elif found:
        out.print(_table(found))
        out.print("The words: outreach replies show ID (the end of it; audited)")
    else:
        out.print(f"None in {days} days: every text came from a number that we know, or was an opt-out.")
    sys.exit(1 if any(one.read_by is None for one in found) else 0)


def _table(found: Sequence[Unclaimed]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("id", "came", "taken as", "this number wrote", "read by"):
        table.add_column(name, overflow="fold")
    for one in found:
        times = "once" if one.times == 1 else f"{one.times} times"
        cells = (one.id[-SHORT:], both(one.at, None), kind_words(one.kind, one.answer), times)
        table.add_row(*map(escape, cells), escape(one.read_by or "nobody yet"))
    return table


@replies.command()
@click.argument("id")
@actor_option
@click.pass_obj
def show(workspace: Path, id: str, actor: str) -> None:
    """What one text says, and which messages of ours it names. ID as in `list`; reading it is audited."""
    house = opened(workspace)
    with house.store.begin() as tx:
        found = ledger.ending_so(tx, id) if id else []
        words = ledger.words_of(tx, found[0], actor, house.clock()) if len(found) == 1 else None
    house.close()
    if words is None:
        none = "No text of nobody's has this id: `outreach replies list` shows them."
        err.print(f"{len(found)} texts have an id that ends so: type more of it." if found else none)
        sys.exit(1)
    (reply,) = found
    rows = {
        "id": reply.id,
        "came": both(reply.at, None),
        "taken as": kind_words(reply.kind, reply.answer),
        "number": f"not kept here; {reply.provider} has it under {reply.provider_ref}",
        "says": words.text,
    }
    for name, says in rows.items():
        out.print(Text(printable(f"  {name:<8} {says}")))
    for reference in words.names:
        out.print(f"It names a message of ours: outreach history {reference}")
