"""What the commands about addresses share: an address as typed, a chain as called."""

from __future__ import annotations

import click

from outreach.domain.chains import FAULTS, Address, Chain, Fault, chain_named
from outreach.store.allowed import all_allowed
from outreach.wiring.addresses import read_address, shipped
from outreach.wiring.house import House

FORMAT = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", help="Default: text."
)


def as_chain(_context: click.Context, _parameter: click.Parameter, said: str) -> str:
    """A chain in any of its names; '' where none is said."""
    if not said:
        return ""
    found = chain_named(said)
    if found is None:
        raise click.BadParameter(f"known chains: {', '.join(chain.value for chain in Chain)}")
    return found.value


chain_option = click.option("--chain", default="", callback=as_chain, help="Default: by its looks.")


def typed_address(text: str, chain: str) -> Address:
    """The address; a BadParameter with what is wrong with it, which never repeats it."""
    found = read_address(text, Chain(chain) if chain else None)
    if isinstance(found, Fault):
        where = f"on {chain}" if chain else "of any chain that is checked here"
        raise click.BadParameter(f"this is no address {where}: {FAULTS[found]}", param_hint="ADDRESS")
    return found


def allowed_pairs(house: House) -> set[tuple[Chain, str]]:
    """Chain and address of all that is allowed here, and wherever we run."""
    with house.store.read() as tx:
        own = [each.address for each in all_allowed(tx)]
    return {(each.chain, each.text) for each in (*shipped(), *own)}
