"""What is said of an import and of one address."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from outreach.cli.console import out, two_columns
from outreach.domain.chains import FAULTS, Address, Fault
from outreach.engine.lists import Taken
from outreach.store.allowed import all_allowed
from outreach.store.entries import Provenance, provenance
from outreach.wiring.addresses import shipped
from outreach.wiring.house import House

SHORT = 12


def tell_import(taken: Sequence[Taken], style: str) -> None:
    """What became of every row, by reason and chain; whom a held one would hit."""
    figures: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for each in taken:
        figures.update(each.one.figures)
        counts.update(each.one.counts)
    if style == "json":
        click.echo(json.dumps([_plain(each) for each in taken], indent=2))
        return
    names = ("new", "refreshed", "same", "removed", "held", "rejected")
    out.print(two_columns("Rows", {"read": figures["read"], **{name: figures[name] for name in names}}))
    chains = {k.removeprefix("chain."): n for k, n in sorted(counts.items()) if k.startswith("chain.")}
    if chains:
        out.print(two_columns("Taken, by chain", chains))
    reasons = {_reason(name): n for name, n in counts.most_common() if name.startswith("rejected.")}
    if reasons:
        out.print(two_columns("Rejected, by reason", reasons))
    began, ended = sum(each.began for each in taken), sum(each.ended for each in taken)
    out.print(f"{began:,} addresses are newly listed; {ended:,} are not any more.")
    for each in taken:
        if each.one.state == "held":
            tell_held(each.one)


def tell_held(one: Any) -> None:
    """An import that waits, the entries that it would hit most, and what to do."""
    short = one.id[-SHORT:]
    if gone := one.counts.get("gone", 0):
        lacks = f"{one.feed} lacks {gone:,} of the {one.counts['listed']:,} addresses that it lists"
        out.print(f"Held: {lacks}: was it cut short?", markup=False)
    else:
        _tell_offenders(one)
    out.print(f"All of it: outreach addresses accept {short}; nothing: outreach addresses reject {short}")


def _tell_offenders(one: Any) -> None:
    transfers, matched = one.counts.get("transfers", 0), one.counts.get("matched", 0)
    hits = f"{one.feed} would match {matched:,} of the latest {transfers:,} transfers"
    out.print(f"Held: {hits}. Most of them go to:", markup=False)
    for each in one.offenders[:10]:
        out.print(f"  {each['transfers']:>8,}  {each['chain']} {each['address']}", markup=False)
    out.print("What is wrong: outreach addresses allow ADDRESS --reason …")


def _reason(name: str) -> str:
    fault = Fault(name.removeprefix("rejected."))
    return f"{fault.value}: {FAULTS[fault]}"


def _plain(taken: Taken) -> dict[str, Any]:
    one = taken.one
    return {
        "id": one.id,
        "source": one.feed,
        "state": one.state,
        **one.figures,
        "counts": dict(sorted(one.counts.items())),
        "newly_listed": taken.began,
        "listed_no_more": taken.ended,
        "offenders": list(one.offenders),
    }


def said_of(house: House, address: Address) -> dict[str, Any]:
    """All that is known of an address, for people (`lines`) and for programs."""
    with house.store.read() as tx:
        rows = provenance(tx, address, house.clock())
        known = {(a.address.chain, a.address.text): a.reason for a in all_allowed(tx)}
    known |= {(a.chain, a.text): reason for a, reason in shipped().items()}
    reason = known.get((address.chain, address.text))
    standing = [row for row in rows if row.is_standing]
    told = {
        "chain": address.chain.value,
        "address": address.text,
        "listed": bool(standing) and reason is None,
        "allowed": reason,
        "sources": [_row(row) for row in rows],
    }
    return {**told, "lines": list(_lines(told, rows))}


def _row(row: Provenance) -> dict[str, Any]:
    told = row.told
    return {
        "list": row.feed,
        "source": row.source,
        "standing": row.is_standing,
        "categories": list(told.categories),
        "confidence": told.confidence,
        "first_seen": told.first_seen.isoformat() if told.first_seen else None,
        "last_seen": told.last_seen.isoformat() if told.last_seen else None,
        "expires_at": told.expires_at.isoformat() if told.expires_at else None,
        "removed_at": told.removed_at.isoformat() if told.removed_at else None,
        "added_by": row.actor,
        "added_at": row.at.isoformat(),
    }


def _lines(told: dict[str, Any], rows: Sequence[Provenance]) -> list[str]:
    word = "listed" if told["listed"] else "not listed"
    lines = [f"{told['chain']} {told['address']}: {word}"]
    if told["allowed"] is not None:
        lines.append(f"  allowed, whatever lists say: {told['allowed']}")
    for row in rows:
        first, last = row.told.first_seen, row.told.last_seen
        seen = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first else "-"
        words = ", ".join(row.told.categories) or "no category"
        ends = "" if row.is_standing else " (does not stand any more)"
        sure = f", confidence {row.told.confidence}" if row.told.confidence is not None else ""
        through = f" in {row.feed}" if row.feed != row.source else ""
        lines.append(f"  {row.source}{through}: {words}{sure}; seen {seen}; added by {row.actor}{ends}")
    return lines
