"""Imports of lists: every row of each counted, and the rows of those that wait for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from outreach.domain.chains import Address, Chain
from outreach.domain.listed import Told
from outreach.store.database import Tx
from outreach.store.lists import columns_of, split
from outreach.store.tables import listed_imports, listed_waiting

_COUNTED = ("read", "new", "refreshed", "same", "removed", "held", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a source says of an address in one line of a list."""

    line: int
    source: str
    address: Address
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import: `figures` by what became of its rows, `counts` by reason and chain, and whom it hits.

    `offenders`: entries with how many recent transfers each matches. State: done, held, accepted, rejected.
    """

    id: str
    feed: str
    state: str
    figures: Mapping[str, int]
    counts: Mapping[str, int]
    offenders: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    complete_at: datetime | None = None
    position: str = ""
    actor: str
    at: datetime
    answered_by: str | None = None
    answered_at: datetime | None = None


def write_import(tx: Tx, one: Import, waiting: Sequence[Waiting] = ()) -> None:
    """Keep an import; the rows that wait with one that is held."""
    row = {
        "id": one.id,
        "feed": one.feed,
        "state": one.state,
        **{name: one.figures.get(name, 0) for name in _COUNTED},
        "counts": dict(one.counts),
        "offenders": list(one.offenders),
        "complete_at": one.complete_at,
        "position": one.position,
        "actor": one.actor,
        "at": one.at,
    }
    tx.connection.execute(listed_imports.insert(), [row])
    tx.insert(
        listed_waiting,
        [
            {
                "import": one.id,
                "n": n,
                "line": each.line,
                "source": each.source,
                "chain": each.address.chain.value,
                "address": each.address.text,
                "also": each.address.also,
                **columns_of(each.told),
            }
            for n, each in enumerate(waiting)
        ],
    )


def imports(tx: Tx, *, state: str | None = None, of: str | None = None, limit: int = 50) -> list[Import]:
    """The newest imports, or those in one state, or of one feed."""
    query = select(listed_imports).order_by(listed_imports.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(listed_imports.c.state == state)
    if of is not None:
        query = query.where(listed_imports.c.feed == of)
    return [_import(row) for row in tx.connection.execute(query).mappings()]


def find_import(tx: Tx, id: str, *, lock: bool = False) -> Import | None:
    """The import of this id, or of this end of one; None where it is none, or several."""
    query = select(listed_imports).where(listed_imports.c.id.endswith(id, autoescape=True)).limit(2)
    rows = tx.connection.execute(query.with_for_update() if lock else query).mappings().all()
    return _import(rows[0]) if len(rows) == 1 else None


def _import(row: Mapping[Any, Any]) -> Import:
    kept = {name: value for name, value in row.items() if name not in _COUNTED}
    return Import(**kept, figures={name: row[name] for name in _COUNTED})


_WAITING = (
    select(
        *(
            listed_waiting.c[name]
            for name in (
                "line",
                "source",
                "chain",
                "address",
                "also",
                "told_at",
                "removed_at",
                "first_seen",
                "last_seen",
                "categories",
                "confidence",
                "expires_at",
            )
        )
    )
    .where(listed_waiting.c["import"] == bindparam("id"))
    .order_by(listed_waiting.c.n)
)


def waiting_rows(tx: Tx, id: str) -> list[Waiting]:
    """The rows that wait with a held import."""
    found = []
    for line, source, chain, address, also, *told in tx.rows(_WAITING, id=id):
        told_at, removed_at, first, last, categories, confidence, expires = told
        said = Told(told_at, removed_at, first, last, split(categories), confidence, expires)
        whose = Address(Chain(chain), address, also)
        found.append(Waiting(line=line, source=source, address=whose, told=said))
    return found


def answer_import(
    tx: Tx, one: Import, state: str, figures: Mapping[str, int], actor: str, now: datetime
) -> None:
    """Keep what became of a held import; nothing of it waits any more."""
    said = {"state": state, "answered_by": actor, "answered_at": now}
    values = {**said, "counts": dict(one.counts), **{name: figures.get(name, 0) for name in _COUNTED}}
    tx.connection.execute(update(listed_imports).where(listed_imports.c.id == one.id).values(values))
    tx.connection.execute(delete(listed_waiting).where(listed_waiting.c["import"] == one.id))


def renew_offenders(tx: Tx, one: Import, offenders: Sequence[Mapping[str, Any]]) -> None:
    """Keep what a held import would hit as it is now."""
    change = update(listed_imports).where(listed_imports.c.id == one.id)
    tx.connection.execute(change.values(offenders=list(offenders)))
