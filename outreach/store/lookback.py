"""Look-backs: which beneficiaries are due, how far their lists were read, and what is known of the people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from outreach.domain.chains import key_of
from outreach.domain.lookback import FEED, Bounds, Turned
from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import decisions, flags, lookback_marks, lookbacks, people, pulls

BY_LIST = "list"
"""The source of what a list asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A beneficiary to look back for. `by_list`: only as long as a list holds it to be bad."""

    id: str
    turned: Turned = field(repr=False)
    days: int
    by_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Why a beneficiary is looked back for: by a list, or by the hand of `actor`."""

    source: str
    actor: str
    bounds: Bounds


def ask(tx: Tx, turned: Sequence[Turned], asked: Asked, now: datetime) -> int:
    """Look back for these from now on; what was asked for before is left as it is. How many are new."""
    rows = {one.key: _row(tx, one, asked, now) for one in turned}
    return tx.insert_new(lookbacks, list(rows.values()))


def ask_again(tx: Tx, turned: Turned, asked: Asked, now: datetime) -> str:
    """Look back for this one now, whether or not it was asked for before; its id."""
    ask(tx, [turned], asked, now)
    mine = lookbacks.c.key_hmac == tx.vault.fingerprint(turned.key)
    change = update(lookbacks).where(mine).values(looks=1, due_at=now, days=asked.bounds.days)
    tx.connection.execute(change.values(source=asked.source, actor=asked.actor))
    found: str = tx.connection.execute(select(lookbacks.c.id).where(mine)).scalar_one()
    return found


def _row(tx: Tx, one: Turned, asked: Asked, now: datetime) -> dict[str, Any]:
    return {
        "id": tx.new_id(),
        "key_hmac": tx.vault.fingerprint(one.key),
        "key_enc": tx.vault.seal(one.beneficiary.strip()),
        "categories": sorted(one.categories),
        "confidence": one.confidence,
        "listed_at": one.listed_at,
        "source": asked.source,
        "actor": asked.actor,
        "days": asked.bounds.days,
        "looks": asked.bounds.looks,
        "found": 0,
        "asked_at": now,
        "due_at": now,
        "looked_at": None,
    }


def due(tx: Tx, now: datetime, most: int) -> list[Due]:
    """The beneficiaries that are due, the longest waiting first."""
    c = lookbacks.c
    query = select(lookbacks).where(c.looks > 0, c.due_at <= now).order_by(c.due_at, c.id).limit(most)
    return [
        Due(
            id=row.id,
            turned=Turned(
                beneficiary=tx.vault.open(row.key_enc),
                categories=tuple(row.categories),
                confidence=row.confidence,
                listed_at=row.listed_at,
            ),
            days=row.days,
            by_list=row.source == BY_LIST,
        )
        for row in tx.connection.execute(query)
    ]


def put_off(tx: Tx, ids: Sequence[str], until: datetime) -> None:
    """Look back for these not before then."""
    tx.each(_PUT_OFF, [{"row": id, "until": until} for id in ids])


_PUT_OFF = (
    update(lookbacks)
    .where(lookbacks.c.id == of(lookbacks.c.id, "row"))
    .values(due_at=of(lookbacks.c.due_at, "until"))
)


def looked(tx: Tx, found: Mapping[str, int], again_after: timedelta, now: datetime) -> None:
    """These were looked back for, with so many people found; each is due again, or done."""
    c = lookbacks.c
    for id, people_found in found.items():
        change = update(lookbacks).where(c.id == id, c.looks > 0)
        tx.connection.execute(
            change.values(looks=c.looks - 1, due_at=now + again_after, looked_at=now, found=people_found)
        )


def mark(tx: Tx, source: str) -> str | None:
    """How far a list was read."""
    query = select(lookback_marks.c.cursor).where(lookback_marks.c.source == source)
    found: str | None = tx.connection.execute(query).scalar_one_or_none()
    return found


def set_mark(tx: Tx, source: str, cursor: str, now: datetime) -> None:
    """Keep how far a list was read."""
    row = {"source": source, "cursor": cursor, "at": now}
    if not tx.insert_new(lookback_marks, [row]):
        change = update(lookback_marks).where(lookback_marks.c.source == source)
        tx.connection.execute(change.values(cursor=cursor, at=now))


def found_since(tx: Tx, since: datetime) -> int:
    """How many people look-backs brought since then."""
    query = select(func.count()).join(pulls, pulls.c.id == flags.c.pull)
    counted = query.where(flags.c.feed == FEED, pulls.c.at >= since)
    return int(tx.connection.execute(counted).scalar_one())


def refs_of(tx: Tx, persons: Collection[str]) -> dict[str, str]:
    """The firm's own id of each of these people; who was forgotten has none."""
    found: dict[str, str] = {}
    for chunk in chunks(set(persons)):
        query = select(people.c.id, people.c.user_ref_enc).where(people.c.id.in_(chunk))
        found.update({row.id: tx.vault.open(row.user_ref_enc) for row in tx.connection.execute(query)})
    return found


def told_before(tx: Tx, user_refs: Collection[str], since: datetime) -> dict[str, Mapping[str, Any]]:
    """By user reference, the facts of their newest decision since then."""
    by_hash = {tx.vault.fingerprint(ref): ref for ref in user_refs}
    found: dict[str, Mapping[str, Any]] = {}
    for chunk in chunks(by_hash):
        query = (
            select(people.c.user_ref_hmac, decisions.c.facts)
            .join(people, people.c.id == decisions.c.person)
            .where(people.c.user_ref_hmac.in_(chunk), decisions.c.at > since)
            .order_by(decisions.c.at)
        )
        found.update({by_hash[row.user_ref_hmac]: row.facts for row in tx.connection.execute(query)})
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One look-back as it stands."""

    id: str
    beneficiary: str = field(repr=False)
    categories: tuple[str, ...]
    source: str
    actor: str
    days: int
    looks: int
    found: int
    asked_at: datetime
    due_at: datetime
    looked_at: datetime | None


def listed(tx: Tx, most: int, beneficiary: str = "") -> list[Line]:
    """The newest look-backs, or the one for a beneficiary."""
    query = select(lookbacks).order_by(lookbacks.c.asked_at.desc(), lookbacks.c.id.desc()).limit(most)
    if beneficiary:
        query = query.where(lookbacks.c.key_hmac == tx.vault.fingerprint(key_of(beneficiary)))
    names = [name for name in Line.__dataclass_fields__ if name not in {"beneficiary", "categories"}]
    return [
        Line(
            beneficiary=tx.vault.open(row.key_enc),
            categories=tuple(row.categories),
            **{name: getattr(row, name) for name in names},
        )
        for row in tx.connection.execute(query)
    ]
