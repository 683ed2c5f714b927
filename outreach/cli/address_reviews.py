"""What waits for a person: imports that would match too much, and addresses that somebody reported."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from outreach.cli.address_changes import by, category_option, reason_option
from outreach.cli.address_told import SHORT, tell_held, tell_import
from outreach.cli.address_words import FORMAT
from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened
from outreach.domain.listed import Told, words_in
from outreach.store import imports as kept
from outreach.store.suggestions import waiting
from outreach.wiring.addresses import changes, lists


@click.command()
@click.option("--held", is_flag=True, help="Only those that wait for a person.")
@FORMAT
@click.pass_obj
def imports(workspace: Path, held: bool, style: str) -> None:
    """The latest imports, with what became of their rows; those that wait name whom they would hit."""
    with opened(workspace).store.read() as tx:
        found = kept.imports(tx, state="held" if held else None)
    if style == "json":
        told = [
            {
                "id": one.id,
                "source": one.feed,
                "state": one.state,
                "at": one.at.isoformat(),
                "by": one.actor,
                **one.figures,
                "counts": dict(one.counts),
                "offenders": list(one.offenders),
            }
            for one in found
        ]
        click.echo(json.dumps(told, indent=2))
        return
    for one in found:
        figures = ", ".join(f"{name} {count:,}" for name, count in one.figures.items() if count)
        line = f"{one.id[-SHORT:]}  {one.at:%Y-%m-%d %H:%M}  {one.state:<8}  {one.feed}: {figures}"
        out.print(line, markup=False)
        if one.state == "held":
            tell_held(one)


@click.command()
@click.argument("id")
@actor_option
@click.pass_obj
def accept(workspace: Path, id: str, actor: str) -> None:
    """Take a held import as it was read, whatever it matches."""
    taken = lists(opened(workspace)).accept(id, actor)
    if taken is None:
        _nothing_waits()
        return
    tell_import([taken], "text")


@click.command()
@click.argument("id")
@reason_option
@actor_option
@click.pass_obj
def reject(workspace: Path, /, id: str, **given: Any) -> None:
    """Take nothing of a held import."""
    said = by(given)
    if lists(opened(workspace)).reject(id, said.actor, said.reason) is None:
        _nothing_waits()
    out.print("Nothing of it was taken.")


def _nothing_waits() -> None:
    err.print("Nothing of this id waits: `outreach addresses imports --held`, `… review list`.")
    sys.exit(1)


@click.group()
def review() -> None:
    """Addresses that people reported or suggested: listed by nobody until you say so."""


@review.command(name="list")
@FORMAT
@click.pass_obj
def list_waiting(workspace: Path, style: str) -> None:
    """What waits for review, oldest first."""
    with opened(workspace).store.read() as tx:
        found = waiting(tx)
    if style == "json":
        told = [
            {
                "id": one.id,
                "chain": one.address.chain.value,
                "address": one.address.text,
                "categories": list(one.categories),
                "origin": one.origin,
                "report": one.report,
                "at": one.at.isoformat(),
            }
            for one in found
        ]
        click.echo(json.dumps(told, indent=2))
        return
    for one in found:
        words = ", ".join(one.categories) or "no category"
        where = f"{one.address.chain.value} {one.address.text}"
        line = f"{one.id[-SHORT:]}  {one.at:%Y-%m-%d %H:%M}  {where}  {words} ({one.origin})"
        out.print(line, markup=False)
    if not found:
        out.print("Nothing waits for review.")


@review.command(name="accept")
@click.argument("id")
@category_option
@click.option("--confidence", type=click.IntRange(0, 100), help="How sure, 0 to 100.")
@reason_option
@actor_option
@click.pass_obj
def accept_one(workspace: Path, /, id: str, **given: Any) -> None:
    """List a suggested address on your word."""
    house, said = opened(workspace), by(given)
    with house.store.read() as tx:
        found = [one for one in waiting(tx, limit=100_000) if one.id.endswith(id) or one.id.startswith(id)]
    if len(found) != 1:
        _nothing_waits()
    now = house.clock()
    words = words_in((*found[0].categories, *given["category"]))
    told = Told(
        told_at=now,
        first_seen=found[0].at,
        last_seen=now,
        categories=words,
        confidence=given["confidence"],
    )
    if changes(house).answer(found[0].id, told, said) is None:
        _nothing_waits()
    out.print("Listed, in force now.")


@review.command(name="reject")
@click.argument("id")
@reason_option
@actor_option
@click.pass_obj
def reject_one(workspace: Path, /, id: str, **given: Any) -> None:
    """Do not list a suggested address."""
    house, said = opened(workspace), by(given)
    with house.store.read() as tx:
        found = [one for one in waiting(tx, limit=100_000) if one.id.endswith(id) or one.id.startswith(id)]
    if len(found) != 1 or changes(house).answer(found[0].id, None, said) is None:
        _nothing_waits()
    out.print("Not listed; whoever else suggested it is answered, too.")
