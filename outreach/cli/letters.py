"""For the operator: requests that the core system never heard, or refused, and sending them again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import click
from rich.markup import escape
from rich.table import Table

from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened
from outreach.domain.case_wording import FREEZES
from outreach.domain.moment import both
from outreach.domain.wording import ACTS, core_words, say
from outreach.store import letters as ledger
from outreach.store.case_freezes import CORE
from outreach.store.letters import Letter

_FORMAT = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")


@click.group()
def letters() -> None:
    """Dead letters: requests to the core system that came to nothing."""


@letters.command("list")
@_FORMAT
@click.pass_obj
def list_letters(workspace: Path, style: str) -> None:
    """Every dead letter, the oldest first. Exit 1 where there is one."""
    house = opened(workspace)
    with house.store.read() as tx:
        found = ledger.letters(tx)
    now = house.clock()
    house.close()
    if style == "json":
        click.echo(json.dumps([_told(one, now) for one in found], indent=2))
    else:
        _show(found, now)
    sys.exit(1 if found else 0)


def _told(one: Letter, now: datetime) -> dict[str, object]:
    age = (now - one.opened_at).total_seconds() if one.opened_at else None
    opened_at = one.opened_at.isoformat() if one.opened_at else None
    return {**asdict(one), "opened_at": opened_at, "age_seconds": age}


def _show(found: Sequence[Letter], now: datetime) -> None:
    if not found:
        out.print("No dead letters: the core system and every firm took every request.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "asked for", "transfer", "state", "why", "tries", "age"):
        table.add_column(name, justify="right" if name in {"tries", "age"} else "left", overflow="fold")
    for one in found:
        asked = one.act if one.to == CORE else f"{one.act}, of {one.to}"
        words = (one.id, asked, one.transfer_ref or "", one.state, one.trouble or "", str(one.tries))
        table.add_row(*map(escape, words), _age(one, now))
    out.print(table)
    out.print("Mend the cause, then: outreach letters replay ID, or --all")


def _age(one: Letter, now: datetime) -> str:
    if one.opened_at is None:
        return ""
    return str(timedelta(seconds=int((now - one.opened_at).total_seconds())))


@letters.command()
@click.argument("id")
@_FORMAT
@click.pass_obj
def show(workspace: Path, id: str, style: str) -> None:
    """One dead letter. ID as in `outreach letters list`."""
    house = opened(workspace)
    with house.store.read() as tx:
        found = ledger.letter(tx, id)
    now = house.clock()
    house.close()
    if found is None:
        _none()
    if style == "json":
        click.echo(json.dumps(_told(found, now), indent=2))
        return
    is_core = found.to == CORE
    firms = f"{found.to}: {say(FREEZES, found.state)}."
    out.print(core_words(found.state, found.act) if is_core else firms, markup=False)
    rows = {
        "id": found.id,
        "person": found.person,
        "asked for": say(ACTS, found.act),
        "transfer": found.transfer_ref or "",
        "because": found.reason,
        "why not": found.trouble or "not kept",
        "tries": str(found.tries),
        "wanted": both(found.opened_at, None) if found.opened_at else "not kept",
    }
    for name, says in rows.items():
        out.print(f"  {name:<10} {says}", markup=False)


def _none() -> NoReturn:
    err.print("There is no dead letter with this id: `outreach letters list` shows them all.")
    sys.exit(1)


@letters.command()
@click.argument("id", required=False)
@click.option("--all", "every", is_flag=True, help="All of them.")
@actor_option
@click.pass_obj
def replay(workspace: Path, id: str | None, every: bool, actor: str) -> None:
    """Ask the core system again, under the same id; kept with your name."""
    if (id is None) == (not every):
        raise click.UsageError("name one ID, or --all")
    house = opened(workspace)
    with house.store.begin() as tx:
        wanted = [one.id for one in ledger.letters(tx)] if every else [str(id)]
        asked = ledger.replay(tx, wanted, actor, house.clock())
    house.close()
    if not asked and not every:
        _none()
    out.print(f"{len(asked)} to be asked again; the daemon does so within seconds.")
