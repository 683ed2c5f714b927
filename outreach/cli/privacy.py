"""For the data protection officer: forget a person, keep one for a court, and what goes by itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.table import Table

from outreach.cli.console import err, out, two_columns
from outreach.cli.desk import actor_option, opened, the_one
from outreach.engine.forgetting import Kept
from outreach.store import forgotten, legal_holds
from outreach.wiring.house import House, open_house

STYLE = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")


def _reason(text: str) -> str:
    if not text.strip():
        raise click.BadParameter("say why, and name nobody: it is kept with your name", param_hint="--reason")
    return text.strip()


@click.command()
@click.argument("user")
@click.option("--reason", required=True, help="Why; kept in the audit, so it must not name the person.")
@click.option("--yes", is_flag=True, help="Do it; without this, only tell what would go.")
@STYLE
@actor_option
@click.pass_obj
def forget(workspace: Path, user: str, reason: str, yes: bool, style: str, actor: str) -> None:
    """Forget a person for good. USER as in `outreach history`. Without --yes nothing is changed.

    Exits 1 where something must be kept (a legal hold, an open recovery case), or nobody is known by that.
    """
    why = _reason(reason)
    house = opened(workspace) if yes else _rehearsal(workspace)
    try:
        with house.store.read() as tx:
            person = the_one(tx, user)
            files = len(forgotten.archived_of(tx, person))
        counts = house.forgetting.forget(person, actor, why)
        done = house.forgetting.finish() if yes else {}
    except Kept as kept:
        err.print("Not forgotten:")
        for each in kept.reasons:
            err.print(f"  {each}", markup=False)
        sys.exit(1)
    finally:
        house.close()
    if not yes and files:
        counts["files of the archive to look through"] = files
    _tell(person, counts, style, is_done=yes)
    if yes and style == "text" and done.get("archive"):
        out.print(f"{done['archive']:,} rows of the archive were emptied of what was about them.")


def _rehearsal(workspace: Path) -> House:
    """A house that undoes everything when it is closed."""
    house = open_house(workspace, dry_run=True)
    house.require_head()
    return house


def _tell(person: str, counts: Mapping[str, int], style: str, *, is_done: bool) -> None:
    if style == "json":
        out.print_json(json.dumps({"person": person, "done": is_done, "counts": dict(counts)}))
        return
    if not counts:
        out.print(f"Nothing personal is kept of {person}.")
        return
    out.print(two_columns("Forgotten" if is_done else "Would be forgotten", counts))
    if is_done:
        out.print(
            f"The ledger goes on with {person}, which names nobody. Backups made until now still do: "
            "docs/operations.md#forget-a-person. Files of an outbox, and exports, are yours to delete."
        )
    else:
        out.print("Nothing was changed. Again with --yes, it is done and cannot be undone.")


@click.command("legal-hold")
@click.argument("user")
@click.option("--reason", required=True, help="The case it is for; shown to whoever wants to forget them.")
@click.option("--lift", is_flag=True, help="Let go what was held.")
@actor_option
@click.pass_obj
def legal_hold(workspace: Path, user: str, reason: str, lift: bool, actor: str) -> None:
    """Keep everything of a person, whoever asks to be forgotten, until it is lifted."""
    why = _reason(reason)
    house = opened(workspace)
    with house.store.begin() as tx:
        person = the_one(tx, user)
        if lift:
            lifted = legal_holds.lift(tx, person, why, actor, house.clock())
        else:
            legal_holds.keep(tx, person, why, actor, house.clock())
    if not lift:
        out.print("Held: they cannot be forgotten, and nothing of theirs goes by age.")
    elif lifted:
        out.print("Lifted.")
    else:
        raise click.ClickException("no legal hold stands on them")


@click.command()
@click.option("--yes", is_flag=True, help="Let it go now; a daemon does so once a day by itself.")
@STYLE
@actor_option
@click.pass_obj
def retention(workspace: Path, yes: bool, style: str, actor: str) -> None:
    """What is over its time, by class; how long each is kept is under [retention] in the settings."""
    house = opened(workspace)
    if yes:
        counts = house.upkeep.let_go(actor)
        house.forgetting.finish()
        if style == "json":
            out.print_json(json.dumps(counts))
        else:
            out.print(two_columns("Gone", counts) if counts else "Nothing was over its time.")
        return
    told = house.upkeep.report()
    days = house.settings.retention.model_dump(exclude={"forgotten_list"})
    if style == "json":
        rows = {
            name: {"days": days[name], "due": due.count, "oldest": due.oldest and due.oldest.isoformat()}
            for name, due in told.items()
        }
        out.print_json(json.dumps(rows))
        return
    table = Table("class", "kept for", "would go now", "oldest", box=None, pad_edge=False)
    for name, due in told.items():
        kept = f"{days[name]:,} days" if days[name] else "ever"
        table.add_row(name, kept, f"{due.count:,}", f"{due.oldest:%Y-%m-%d}" if due.oldest else "")
    out.print(table)
    out.print(f"Files of the archive go after {days['archive']:,} days." if days["archive"] else "")
