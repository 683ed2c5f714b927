"""Twins of addresses that people pay: found in their own history, which is kept as keyed hashes only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from outreach.domain.chains import Chain, chain_like, chain_named, key_of
from outreach.domain.twins import ends_of
from outreach.store.database import Tx
from outreach.store.payees import RENEWED_AFTER, Payee, drop_payees, payees_of, write_payees

TWIN = "look_alike_of_known"


@dataclass(frozen=True, slots=True)
class Paid:
    """A flag's destination as we can read it: keyed hashes of it, and of what a twin would share."""

    chain: str
    address: str
    ends: str


@dataclass(slots=True)
class Known:
    """Whom one person pays, by (chain, address) and by (chain, ends): a business may have thousands."""

    by_address: dict[tuple[str, str], Payee] = field(default_factory=dict)
    by_ends: dict[tuple[str, str], dict[str, Payee]] = field(default_factory=dict)
    chains: Counter[str] = field(default_factory=Counter)

    def add(self, payee: Payee) -> None:
        """Know this payee, or its newest time."""
        self.chains[payee.chain] += (payee.chain, payee.address) not in self.by_address
        self.by_address[payee.chain, payee.address] = payee
        self.by_ends.setdefault((payee.chain, payee.ends), {})[payee.address] = payee


def paid_at(where: str | None, chain: str | None, hashed: Callable[[str], str]) -> Paid | None:
    """The destination as a chain's address; None for a bank account, and for a chain that we do not know."""
    if not where:
        return None
    key = key_of(where)
    found: Chain | None = chain_named(chain) if chain else chain_like(key)
    ends = ends_of(found, key) if found else None
    return Paid(str(found), hashed(key), hashed(ends)) if ends is not None else None


def with_twins(
    tx: Tx, table: pa.Table, persons: Sequence[str], paid: Sequence[Paid | None], now: datetime
) -> pa.Table:
    """Say which destinations are twins of one that the person pays, and remember whom they pay now."""
    rows = [(n, persons[n], each) for n, each in enumerate(paid) if each is not None]
    if not rows:
        return table
    known: dict[str, Known] = defaultdict(Known)
    for payee in payees_of(tx, {person for _, person, _ in rows}):
        known[payee.person].add(payee)
    states = table["transfer_state"].to_pylist() if "transfer_state" in table.column_names else []
    found: dict[int, bool | None] = {}
    fresh: dict[tuple[str, str], Payee] = {}
    gone: set[tuple[str, str, str]] = set()
    for n, person, each in rows:
        found[n] = _is_twin(each, known[person])
        if states and states[n] == "cancelled":
            gone.add((person, each.chain, each.address))
        elif fresh_one := _now_paid(person, each, known[person], now):
            known[person].add(fresh_one)
            fresh[person, each.address] = fresh_one
    write_payees(tx, list(fresh.values()))
    drop_payees(tx, gone)
    return _told(table, found)


def _is_twin(paid: Paid, known: Known) -> bool | None:
    """Whether somebody they paid before it looks like it; None where they never paid anybody on its chain."""
    own = known.by_address.get((paid.chain, paid.address))
    if known.chains[paid.chain] <= (own is not None):
        return None
    alike = known.by_ends.get((paid.chain, paid.ends), {})
    others = (payee for address, payee in alike.items() if address != paid.address)
    return any(own is None or payee.first_at < own.first_at for payee in others)


def _now_paid(person: str, paid: Paid, known: Known, now: datetime) -> Payee | None:
    """What is to be remembered of it; None where enough is."""
    before = known.by_address.get((paid.chain, paid.address))
    if before is not None and now - before.last_at < RENEWED_AFTER:
        return None
    first = before.first_at if before is not None else now
    return Payee(person, paid.chain, paid.address, paid.ends, first, now)


def _told(table: pa.Table, found: Mapping[int, bool | None]) -> pa.Table:
    if TWIN not in table.column_names:
        return table
    said = table[TWIN].to_pylist()
    told = [found.get(n) if found.get(n) or word is None else word for n, word in enumerate(said)]
    place = table.schema.get_field_index(TWIN)
    return table.set_column(place, TWIN, pa.array(told, pa.bool_()))
