"""What is told of money, as it stands: the newest telling of each source's own id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from outreach.domain.outcomes.told import By, Kind, Told
from outreach.store.database import Tx
from outreach.store.tables import episodes, outcome_facts, outcome_spellings

F = outcome_facts.c
S = outcome_spellings.c

MOST = 5_000
"""Tellings that one look at what is new goes through."""


def standing(tx: Tx, persons: Collection[str]) -> dict[str, list[Told]]:
    """All that stands about these people, oldest first; withdrawn tellings are left out.

    `beneficiary` is hashed as the person's own flags spell the address, where they name it.
    """
    found: dict[str, list[Told]] = {person: [] for person in persons}
    rows = tx.connection.execute(_standing(tx.among(F.person, persons))).all()
    spelled = _as_flagged(tx, {row.person for row in rows})
    for row in rows:
        found[row.person].append(_told(row, spelled.get((row.person, row.beneficiary), row.beneficiary)))
    return found


def about(tx: Tx, beneficiaries: Collection[str]) -> dict[str, list[Told]]:
    """All that stands about these beneficiaries, whoever pays them, oldest first.

    They are asked for as flags hash them: any spelling of an address finds what was told of it.
    """
    places = _places(tx, beneficiaries)
    asked = defaultdict(list)
    for beneficiary in beneficiaries:
        asked[places.get(beneficiary, beneficiary)].append(beneficiary)
    found: dict[str, list[Told]] = {beneficiary: [] for beneficiary in beneficiaries}
    is_any = F.person.is_(None) & (F.user_hmac == "") & (F.beneficiary != "")
    for row in tx.connection.execute(_standing(is_any & tx.among(F.beneficiary, asked))):
        for beneficiary in asked[row.beneficiary]:
            found[beneficiary].append(_told(row, beneficiary))
    return found


def touched_since(tx: Tx, mark: str, limit: int = MOST) -> tuple[set[str], set[str], str]:
    """Whom new tellings are about, which beneficiaries (as flags may hash them), and where to go on.

    The mark only ever rises, in the order of commits; "" is the beginning. Whoever was told to have paid a
    beneficiary that is touched is touched, and so is whoever a corrected telling was about before.
    """
    query = select(F.seq, F.identity, F.n, F.person, F.user_hmac, F.beneficiary)
    rows = tx.connection.execute(query.where(F.seq > int(mark or 0)).order_by(F.seq).limit(limit)).all()
    if not rows:
        return set(), set(), mark
    again = [row.identity for row in rows if row.n > 1]
    of_all = [row for row in rows if row.person is None and not row.user_hmac]
    before = tx.connection.execute(select(F.person, F.beneficiary).where(tx.among(F.identity, again))).all()
    places = {row.beneficiary for row in (*of_all, *(b for b in before if b.person is None))} - {""}
    spellings = _spellings(tx, places)
    persons = {row.person for row in (*rows, *before)} | _paid(tx, spellings)
    return persons - {None}, spellings, str(rows[-1].seq)


def newest(tx: Tx) -> str:
    """The mark behind everything that was told."""
    last = tx.connection.execute(select(F.seq).order_by(F.seq.desc()).limit(1)).scalar()
    return str(last or "")


def unpriced(tx: Tx) -> dict[str, int]:
    """How many amounts that stand nobody has priced in the firm's outcome currency, by their currency."""
    lacks = F.amount.is_not(None) & F.rate.is_(None)
    rows = _standing(lacks).with_only_columns(F.currency, func.count()).order_by(None).group_by(F.currency)
    return {currency: count for currency, count in sorted(tx.connection.execute(rows).all())}


def _standing(which: ColumnElement[bool]) -> Select[Any]:
    later = outcome_facts.alias("later")
    newer = select(later.c.id).where(later.c.identity == F.identity, later.c.n == F.n + 1)
    query = select(outcome_facts).where(which, F.kind != Kind.WITHDRAWN.value, ~newer.exists())
    return query.order_by(F.at, F.seq)


def _told(row: Row[Any], beneficiary: str) -> Told:
    return Told(
        id=row.id,
        feed=row.feed,
        kind=Kind(row.kind),
        at=row.at,
        told_at=row.told_at,
        person=row.person,
        transfer=row.transfer,
        beneficiary=beneficiary,
        rail=row.rail or "",
        amount=row.amount,
        currency=row.currency,
        rate=row.rate,
        rate_source=row.rate_source,
        by=By(row.by),
        n=row.n,
    )


def _as_flagged(tx: Tx, persons: Iterable[str]) -> Mapping[tuple[str, str], str]:
    """Person and place → the place as the person's flags spell it."""
    e = episodes.c
    query = select(e.person, S.place, e.beneficiary).join(
        outcome_spellings, outcome_spellings.c.spelling == e.beneficiary
    )
    rows = tx.connection.execute(query.where(tx.among(e.person, persons)).order_by(e.opened_at))
    return {(person, place): spelling for person, place, spelling in rows}


def _places(tx: Tx, spellings: Collection[str]) -> Mapping[str, str]:
    query = select(S.spelling, S.place).where(tx.among(S.spelling, spellings))
    return {spelling: place for spelling, place in tx.connection.execute(query)}


def _spellings(tx: Tx, places: Collection[str]) -> set[str]:
    query = select(S.spelling).where(tx.among(S.place, places))
    return {*places, *tx.connection.execute(query).scalars()}


def _paid(tx: Tx, places: Collection[str]) -> set[str]:
    query = select(F.person).where(tx.among(F.beneficiary, places), F.person.is_not(None)).distinct()
    return set(tx.connection.execute(query).scalars())


def last_told(tx: Tx) -> datetime | None:
    """When anything was last told; None where nothing ever was."""
    query = select(F.told_at).order_by(F.seq.desc()).limit(1)
    found: datetime | None = tx.connection.execute(query).scalar()
    return found
