"""Addresses that somebody reported: suggestions, which list nothing until a person says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from outreach.domain.chains import Address, Chain
from outreach.domain.listed import BAR, words_in
from outreach.store.database import Tx
from outreach.store.lists import split
from outreach.store.tables import suggestions


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A reported address. `report` is the id of the report that named it; '' where a colleague did."""

    id: str
    address: Address
    categories: tuple[str, ...]
    origin: str
    report: str
    person: str | None
    state: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What somebody says of an address; the fields are a `Suggestion`'s."""

    address: Address
    categories: Sequence[str] = ()
    origin: str = "report"
    report: str = ""
    person: str | None = None
    actor: str = "report"


def suggest(tx: Tx, said: Suggested, now: datetime) -> str:
    """Put an address before a person for review; the id of its row, the same for the same report."""
    row = {
        "id": tx.new_id(),
        "chain": said.address.chain.value,
        "address": said.address.text,
        "also": said.address.also,
        "categories": BAR.join(words_in(said.categories)),
        "origin": said.origin,
        "report": said.report,
        "person": said.person,
        "state": "waiting",
        "actor": said.actor,
        "at": now,
        "reason": "",
    }
    tx.insert_new(suggestions, [row])
    s = suggestions.c
    which = (s.chain == row["chain"]) & (s.address == row["address"]) & (s.origin == said.origin)
    return str(tx.connection.execute(select(s.id).where(which, s.report == said.report)).scalar_one())


def waiting(tx: Tx, limit: int = 200) -> list[Suggestion]:
    """What waits for review, oldest first."""
    s = suggestions.c
    query = select(suggestions).where(s.state == "waiting").order_by(s.id).limit(limit)
    return [_suggestion(row) for row in tx.connection.execute(query)]


def find_suggestion(tx: Tx, id: str) -> Suggestion | None:
    """The waiting suggestion of this id or of this end of one; None where it is none, or several."""
    s = suggestions.c
    query = select(suggestions).where(s.id.endswith(id, autoescape=True), s.state == "waiting").limit(2)
    rows = tx.connection.execute(query.with_for_update()).all()
    return _suggestion(rows[0]) if len(rows) == 1 else None


def answer(tx: Tx, one: Suggestion, state: str, reason: str, actor: str, now: datetime) -> None:
    """Keep a person's word on an address: every suggestion of it that waits is answered by it."""
    s = suggestions.c
    same = (s.chain == one.address.chain.value) & (s.address == one.address.text) & (s.state == "waiting")
    said = {"state": state, "reason": reason, "answered_by": actor, "answered_at": now}
    tx.connection.execute(update(suggestions).where(same).values(said))


def _suggestion(row: object) -> Suggestion:
    kept = row._asdict()  # type: ignore[attr-defined]  # SQLAlchemy's rows are named tuples
    return Suggestion(
        address=Address(Chain(kept["chain"]), kept["address"], kept["also"]),
        categories=split(kept["categories"]),
        **{name: kept[name] for name in ("id", "origin", "report", "person", "state", "actor", "at")},
    )
