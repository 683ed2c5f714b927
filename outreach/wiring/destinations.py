"""Addresses as people type them, and what joins the lists to a batch of flags."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.adapters import chains
from outreach.adapters.address_lists import shipped_allowed
from outreach.adapters.lookup import DuckLookup
from outreach.domain.chains import Address, Chain, Fault
from outreach.engine.destinations import Destinations
from outreach.store.database import Store


def read_address(text: str, chain: Chain | None = None) -> Address | Fault:
    """An address as somebody typed it; without a chain, the one chain that it is right on.

    Where it is right on several, Bitcoin goes before Bitcoin Cash and Litecoin: its spelling was first.
    """
    if chain is not None:
        return chains.read(chain, text)
    found = chains.read_any(text)
    if found:
        return found[0]
    looks = (chains.read(each, text) for each in Chain)
    said = [fault for fault in looks if isinstance(fault, Fault)]
    return Fault.BAD_CHECKSUM if Fault.BAD_CHECKSUM in said else said[0]


def read_any(text: str) -> tuple[Address, ...]:
    """Every address that this is, on whichever chain."""
    return chains.read_any(text)


def shipped() -> Mapping[Address, str]:
    """What is allowed wherever we run, with the reasons."""
    return shipped_allowed(chains.read)


def destinations(store: Store) -> Destinations:
    """What joins the lists to a batch of flags."""
    return Destinations(store=store, lookup=DuckLookup(), shipped=shipped)
