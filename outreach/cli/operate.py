"""For the operator: what waits for a person's word."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click
from rich.table import Table

from outreach.cli.console import out
from outreach.store import runs
from outreach.wiring import open_house


@click.group()
def approvals() -> None:
    """What a run opened over a rule's limits waits here for a person's word."""


@approvals.command("list")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_waiting(workspace: Path, style: str) -> None:
    """What waits, oldest first."""
    house = open_house(workspace)
    house.require_head()
    with house.store.read() as tx:
        waiting = runs.waiting_approvals(tx)
    if style == "json":
        rows = [{"id": a.id, "pattern": a.pattern, "rule": a.rule, "users": a.users} for a in waiting]
        out.print_json(json.dumps(rows))
        return
    if not waiting:
        out.print("Nothing waits for approval.")
        return
    table = Table("id", "asked", "pattern", "rule", "people", "why it is held")
    for each in waiting:
        asked = each.asked_at.isoformat(timespec="minutes")
        table.add_row(each.id, asked, each.pattern, each.rule, f"{each.users:,}", each.reason)
    out.print(table)


def _answer(workspace: Path, approval: str, *, approved: bool) -> None:
    house = open_house(workspace)
    house.require_head()
    with house.store.begin() as tx:
        count = runs.answer_approval(
            tx, approval, approved=approved, actor=getpass.getuser(), now=house.clock()
        )
    if not count:
        raise click.ClickException(
            f"nothing waits under {approval!r}; `outreach approvals list` shows what does"
        )
    out.print(f"{count:,} outreaches {'will be sent' if approved else 'closed, unsent'}.")


@approvals.command()
@click.argument("approval")
@click.pass_obj
def approve(workspace: Path, approval: str) -> None:
    """Let it be sent."""
    _answer(workspace, approval, approved=True)


@approvals.command()
@click.argument("approval")
@click.pass_obj
def reject(workspace: Path, approval: str) -> None:
    """Close it, unsent."""
    _answer(workspace, approval, approved=False)
