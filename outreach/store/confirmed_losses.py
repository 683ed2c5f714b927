"""What confirmed losses are asked about: whom new tellings may have made one of, and where each belongs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from outreach.domain.loss import Lost
from outreach.domain.outcomes.confirmed import Confirmed
from outreach.domain.outcomes.told import Kind
from outreach.store.cases import identity_of
from outreach.store.database import Tx
from outreach.store.outcome_rates import transfer_hash
from outreach.store.tables import case_transfers, cases, decisions, episodes, outcome_facts, people

F = outcome_facts.c
_SAYS_SCAM = (Kind.LOSS.value, Kind.SCAM.value)
_LEFT = (*_SAYS_SCAM, Kind.MADE.value)


def touched(tx: Tx, mark: str, limit: int) -> tuple[set[str], str, bool]:
    """Of whom new tellings may have confirmed a loss, where to read on, and whether there is more.

    They are held until this transaction ends: nobody is forgotten halfway.
    """
    query = select(F.seq, F.person, F.kind).where(F.seq > int(mark or 0)).order_by(F.seq).limit(limit)
    rows = tx.connection.execute(query).all()
    if not rows:
        return set(), mark, False
    moved = {row.person for row in rows if row.person is not None and row.kind in _LEFT}
    said = select(F.person).where(tx.among(F.person, moved), F.kind.in_(_SAYS_SCAM)).distinct()
    losing = set(tx.connection.execute(said).scalars())
    known = (
        select(people.c.id).where(tx.among(people.c.id, losing)).with_for_update(read=True, key_share=True)
    )
    return set(tx.connection.execute(known).scalars()), str(rows[-1].seq), len(rows) == limit


@dataclass(frozen=True, slots=True)
class Belongs:
    """An episode that losses may belong to."""

    episode: str
    pattern: str
    beneficiary: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Of some people: the episodes and the words of their flags by transfer, the newest episode by
    beneficiary, the episode of the newest case by beneficiary, and what their cases say has left."""

    flagged: Mapping[tuple[str, str], tuple[Belongs, Lost]] = field(repr=False)
    here: Mapping[tuple[str, str], Belongs] = field(repr=False)
    with_case: Mapping[tuple[str, str], Belongs] = field(repr=False)
    left: Mapping[str, list[Lost]] = field(repr=False)
    in_cases: Collection[tuple[str, str]] = field(repr=False)


def whereabouts(tx: Tx, losses: Collection[Confirmed]) -> Whereabouts:
    """Everything that says where these losses belong."""
    persons = {loss.person for loss in losses}
    here, with_case = _episodes(tx, persons)
    left, in_cases = _left(tx, losses)
    flagged = _flagged(tx, persons, {(loss.person, loss.transfer) for loss in losses if loss.transfer})
    return Whereabouts(flagged=flagged, here=here, with_case=with_case, left=left, in_cases=in_cases)


Places = dict[tuple[str, str], Belongs]


def _episodes(tx: Tx, persons: Collection[str]) -> tuple[Places, Places]:
    e = episodes.c
    query = (
        select(e.person, e.beneficiary, e.id, e.pattern, cases.c.id.label("case"))
        .outerjoin(cases, cases.c.episode == e.id)
        .where(tx.among(e.person, persons), e.beneficiary != "")
        .order_by(e.opened_at, e.id)
    )
    here: Places = {}
    with_case: Places = {}
    for row in tx.connection.execute(query):
        place, one = (row.person, row.beneficiary), Belongs(row.id, row.pattern, row.beneficiary)
        here[place] = one
        if row.case is not None:
            with_case[place] = one
    return here, with_case


def _left(tx: Tx, losses: Collection[Confirmed]) -> tuple[dict[str, list[Lost]], set[tuple[str, str]]]:
    """What has left by episode, and which of these losses are among it."""
    t = case_transfers.c
    asked: dict[str, set[str]] = {}
    for loss in losses:
        asked.setdefault(loss.person, set()).add(loss.transfer)
    query = (
        select(t.person, t.case, t.identity, t.transfer_ref, t.amount, t.currency, cases.c.episode)
        .join(cases, cases.c.id == t.case)
        .where(tx.among(t.person, asked))
    )
    found: dict[str, list[Lost]] = {}
    named: set[tuple[str, str]] = set()
    for row in tx.connection.execute(query):
        key = _known_as(tx, row, asked[row.person] - {""})
        ref = row.transfer_ref or key
        lost = Lost(transfer_ref=ref or None, amount=row.amount, currency=row.currency)
        found.setdefault(row.episode, []).append(lost)
        named.add((row.person, transfer_hash(tx, row.transfer_ref) if row.transfer_ref else key))
    return found, {one for one in named if one[1]}


def _known_as(tx: Tx, row: Any, keys: Collection[str]) -> str:
    """Which of these a transfer joined its case as; "" for none."""
    same = (key for key in keys if row.identity == identity_of(tx, row.case, Lost(key=key)))
    return next(same, "")


def _flagged(
    tx: Tx, persons: Collection[str], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Belongs, Lost]]:
    """By person and transfer the newest episode that was flagged for it, and what the flag said of it."""
    if not wanted:
        return {}
    d, e = decisions.c, episodes.c
    query = (
        select(d.person, d.facts, e.id, e.pattern, e.beneficiary)
        .join(episodes, e.id == d.episode)
        .where(tx.among(d.person, persons))
        .order_by(d.at, d.id)
    )
    found: dict[tuple[str, str], tuple[Belongs, Lost]] = {}
    for row in tx.connection.execute(query.execution_options(yield_per=1_000)):
        key = (row.person, transfer_hash(tx, str(row.facts.get("transfer_ref") or "")))
        if key in wanted:
            found[key] = (Belongs(row.id, row.pattern, row.beneficiary), _lost(row.facts))
    return found


def _lost(facts: Mapping[str, Any]) -> Lost:
    return Lost(
        place=str(facts.get("beneficiary") or ""),
        amount=_number(facts.get("amount")),
        currency=facts.get("currency"),
        transfer_ref=str(facts["transfer_ref"]),
    )


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
