"""A person's own words on addresses: added, removed, allowed; and sources that are not believed any more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from outreach.cli.address_words import FORMAT, allowed_pairs, chain_option, typed_address
from outreach.cli.console import out
from outreach.cli.desk import actor_option, opened
from outreach.domain.listed import NEVER, Told, moment_in, words_in
from outreach.engine.list_changes import Change
from outreach.store.allowed import all_allowed
from outreach.store.suggestions import Suggested, suggest
from outreach.wiring.addresses import changes, lists, shipped

reason_option = click.option("--reason", required=True, help="Why; it is kept with your name.")
category_option = click.option("--category", multiple=True, help="drainer, fake_platform, mule …; several.")


def by(given: dict[str, Any]) -> Change:
    """Whose word it is."""
    if not given["reason"].strip():
        raise click.BadParameter("say why: it is kept with your name", param_hint="--reason")
    return Change(actor=given["actor"], reason=given["reason"].strip())


@click.command()
@click.argument("address")
@chain_option
@category_option
@click.option("--confidence", type=click.IntRange(0, 100), help="How sure, 0 to 100.")
@click.option("--expires", help="The day from which it is not listed any more.")
@click.option("--suggested", is_flag=True, help="Only suggest it: somebody reviews it first.")
@reason_option
@actor_option
@click.pass_obj
def add(workspace: Path, /, address: str, chain: str, **given: Any) -> None:
    """List an ADDRESS on your word, from now on. It is listed beside whatever lists say of it."""
    house, found, said = opened(workspace), typed_address(address, chain), by(given)
    now = house.clock()
    expires = moment_in(given["expires"] or "")
    if expires is None or (expires != NEVER and expires <= now):
        raise click.BadParameter("wanted: a day to come, such as 2027-01-31", param_hint="--expires")
    if given["suggested"]:
        with house.store.begin() as tx:
            words, actor = given["category"], said.actor
            id = suggest(tx, Suggested(address=found, categories=words, origin="colleague", actor=actor), now)
        out.print(f"Suggested: outreach addresses review accept {id[-12:]} --reason …")
        return
    told = Told(
        told_at=now,
        first_seen=now,
        last_seen=now,
        categories=words_in(given["category"]),
        confidence=given["confidence"],
        expires_at=None if expires == NEVER else expires,
    )
    is_new = changes(house).add(found, told, said)
    said_so = "Listed" if is_new else "It was listed by us already; what you said is added"
    if (found.chain, found.text) in allowed_pairs(house):
        out.print(f"{said_so}; but it is allowed, so it counts only after `outreach addresses disallow`.")
        return
    out.print(f"{said_so}, in force now.")


@click.command()
@click.argument("address")
@chain_option
@click.option("--source", help="Only what this list says; default: every list.")
@reason_option
@actor_option
@click.pass_obj
def remove(workspace: Path, /, address: str, chain: str, **given: Any) -> None:
    """Take an ADDRESS off the lists. A list that carries it again brings it back: allow it to keep it off."""
    house = opened(workspace)
    rows = changes(house).remove(typed_address(address, chain), given["source"], by(given))
    if not rows:
        out.print("It was not listed.")
        sys.exit(1)
    out.print(f"Taken off {rows} list{'s' if rows != 1 else ''}, in force now.")


@click.command()
@click.argument("address")
@chain_option
@reason_option
@actor_option
@click.pass_obj
def allow(workspace: Path, /, address: str, chain: str, **given: Any) -> None:
    """Allow an ADDRESS: no list makes it listed. Held imports are weighed again at once."""
    house = opened(workspace)
    is_new = changes(house).allow(typed_address(address, chain), by(given))
    out.print("Allowed, in force now." if is_new else "It was allowed already.")
    for taken in lists(house).weigh_again(given["actor"]):
        out.print(f"The import of {taken.one.feed} was held for this; it is in force now.", markup=False)


@click.command()
@click.argument("address")
@chain_option
@reason_option
@actor_option
@click.pass_obj
def disallow(workspace: Path, /, address: str, chain: str, **given: Any) -> None:
    """Allow an ADDRESS no more: lists count for it again."""
    house, found = opened(workspace), typed_address(address, chain)
    if changes(house).disallow(found, by(given)):
        out.print("Not allowed any more, in force now.")
        return
    ships = (found.chain, found.text) in {(each.chain, each.text) for each in shipped()}
    out.print("It ships as allowed and stays so." if ships else "It was not allowed.")
    sys.exit(1)


@click.command()
@FORMAT
@click.pass_obj
def allowed(workspace: Path, style: str) -> None:
    """Every address that no list makes listed: what ships, and what was allowed here."""
    import json

    house = opened(workspace)
    with house.store.read() as tx:
        own = all_allowed(tx)
    rows = [(a, reason, "ships with outreach") for a, reason in shipped().items()]
    rows += [(each.address, each.reason, each.actor) for each in own]
    if style == "json":
        told = [{"chain": a.chain.value, "address": a.text, "reason": r, "by": who} for a, r, who in rows]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for address, reason, who in rows:
        out.print(f"{address.chain.value:<12} {address.text}  {reason} ({who})", markup=False)


@click.command()
@click.argument("name")
@reason_option
@actor_option
@click.pass_obj
def withdraw(workspace: Path, /, name: str, **given: Any) -> None:
    """Take away all that the source or list NAME said, and nothing that somebody else says as well."""
    rows, ended = changes(opened(workspace)).withdraw(name, by(given))
    out.print(f"{rows:,} words of it went; {ended:,} addresses are not listed any more.")
    out.print("No more is taken of it; `outreach addresses restore` takes that back.")
    if not rows:
        sys.exit(1)


@click.command()
@click.argument("name")
@reason_option
@actor_option
@click.pass_obj
def restore(workspace: Path, /, name: str, **given: Any) -> None:
    """Believe a withdrawn source or list NAME again, from its next import on."""
    if not changes(opened(workspace)).restore(name, by(given)):
        out.print("It was not withdrawn.")
        sys.exit(1)
    out.print("It is taken again from its next import on.")


CHANGES = (add, remove, allow, disallow, allowed, withdraw, restore)
