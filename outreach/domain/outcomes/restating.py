"""Restating: what is appended to the ledger where an episode's outcome is no longer what its entries say.

Nothing that was written is changed. An amount that had matured and is another now is `restated`, with the
reason and the row that it takes the place of; one that was provisional is simply followed by the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from outreach.domain.outcomes.attribution import Entry
from outreach.domain.outcomes.level import DEFINITION, Level, State

Place = tuple[Level, str]
"""A level and a window: of each the newest entry stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The newest entry of a place, as it was written."""

    id: str
    n: int
    amount: Decimal | None
    currency: str | None
    definition: str
    state: State
    owner: str | None
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """An entry to append: its number in its place, its state, and what it restates and why."""

    entry: Entry
    n: int
    state: State
    restates: str | None
    reason: str


def additions(entries: Iterable[Entry], kept: Mapping[Place, Kept], currency: str) -> tuple[Addition, ...]:
    """What must be appended so that the newest of each place says what is so now. Done again, nothing.

    What never claimed anything is not written: no row means nothing claimed.
    """
    found = (_addition(entry, kept.get((entry.level, entry.window)), currency) for entry in entries)
    return tuple(one for one in found if one is not None)


def _addition(entry: Entry, before: Kept | None, currency: str) -> Addition | None:
    notes = ", ".join(entry.notes)
    if before is None:
        if not entry.amount:
            return None
        return Addition(entry=entry, n=1, state=entry.state, restates=None, reason=notes)
    was_open = before.state is State.PROVISIONAL
    if _is_same(entry, before, currency):
        if not was_open or entry.state is State.PROVISIONAL:
            return None
        return Addition(entry=entry, n=before.n + 1, state=entry.state, restates=None, reason=notes)
    return Addition(
        entry=entry,
        n=before.n + 1,
        state=entry.state if was_open else State.RESTATED,
        restates=before.id,
        reason="; ".join(part for part in (_difference(entry, before, currency), notes) if part),
    )


def _is_same(entry: Entry, before: Kept, currency: str) -> bool:
    if entry.amount != before.amount or before.currency != currency or before.definition != DEFINITION:
        return False
    # Whose nothing is, and what stood beside nothing, is no claim.
    return not entry.amount or (entry.owner == before.owner and entry.beside == before.beside)


def _difference(entry: Entry, before: Kept, currency: str) -> str:
    was = "nothing" if before.amount is None else f"{before.amount.normalize():f}"
    parts = [f"was {was} {before.currency or ''}".rstrip()]
    if before.definition != DEFINITION:
        parts.append(f"by definition {before.definition}")
    if entry.owner != before.owner and before.owner:
        parts.append(f"owned by {before.owner}")
    if entry.amount == before.amount and before.currency == currency and entry.beside != before.beside:
        parts.append(f"beside {' '.join(before.beside) or 'nothing'}")
    return " ".join(parts)
