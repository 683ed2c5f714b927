"""When addresses became listed: a list that only grows, in the order of commits, for whoever looks back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, func, literal, select, update
from sqlalchemy import Row as DatabaseRow
from sqlalchemy import insert as new

from outreach.domain.chains import Address
from outreach.store.database import Tx
from outreach.store.lists import split, standing
from outreach.store.tables import allowed, listed, listings
from outreach.store.types import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An address became listed; `address` is its identity, and `n` rises in the order of commits.

    `categories` and `confidence` (0 … 100, None: nobody says) are all sources' as they are now.
    """

    n: int
    chain: str
    address: str
    at: datetime
    categories: tuple[str, ...] = ()
    confidence: int | None = None


def listed_since(tx: Tx, after: int, now: datetime, limit: int = 1_000) -> list[News]:
    """What became listed behind `after` and still is, oldest first; `n` of the last one is where to go on.

    Where nothing comes back there is nothing new; allow-listed addresses are never in here.
    """
    while found := _begun(tx, after, limit):
        if news := _still(tx, found, now):
            return news
        after = found[-1].n  # a whole page has expired: what stands behind it is not to wait for it
    return []


def _begun(tx: Tx, after: int, limit: int) -> Sequence[DatabaseRow[int, str, str, datetime]]:
    c = listings.c
    query = select(c.n, c.chain, c.address, c.at).where(c.n > after, c.ended_at.is_(None))
    return tx.connection.execute(query.order_by(c.n).limit(limit)).all()


def _still(tx: Tx, found: Sequence[DatabaseRow[int, str, str, datetime]], now: datetime) -> list[News]:
    said = _said(tx, [address for _, _, address, _ in found], now)
    nobody: tuple[frozenset[str], int | None] = (frozenset(), None)
    return [
        News(
            n=n,
            chain=chain,
            address=address,
            at=at,
            categories=tuple(sorted(said.get((chain, address), nobody)[0])),
            confidence=said.get((chain, address), nobody)[1],
        )
        for n, chain, address, at in found
        if (chain, address) in said  # else it has expired
    ]


def _said(
    tx: Tx, addresses: Sequence[str], now: datetime
) -> dict[tuple[str, str], tuple[frozenset[str], int | None]]:
    row = listed.c
    query = select(row.chain, row.address, row.categories, row.confidence)
    found: dict[tuple[str, str], tuple[frozenset[str], int | None]] = {}
    for chain, address, categories, confidence in tx.connection.execute(
        query.where(tx.among(row.address, addresses), standing(now))
    ):
        before, most = found.get((chain, address), (frozenset[str](), None))
        surest = max((each for each in (most, confidence) if each is not None), default=None)
        found[chain, address] = (before | {*split(categories)}, surest)
    return found


def still_listed(tx: Tx, addresses: Collection[str], now: datetime) -> set[str]:
    """Those of these addresses that are listed now; what is allowed is not."""
    n = listings.c
    is_open = select(n.n).where(
        n.ended_at.is_(None), n.chain == listed.c.chain, n.address == listed.c.address
    )
    query = select(listed.c.address).where(tx.among(listed.c.address, addresses), standing(now))
    return set(tx.connection.execute(query.where(is_open.exists())).scalars())


def follow(tx: Tx, shipped: Collection[Address], now: datetime) -> tuple[int, int]:
    """Bring the list in line with what is listed now: how many began, and how many ended.

    For whoever holds the lists' edition (`lists.take_edition`): that is what keeps `n` in order.
    """
    n, still = listings.c, _bad(tx, shipped, now).subquery()
    is_still = select(still.c.address).where(still.c.chain == n.chain, still.c.address == n.address)
    ended = update(listings).where(n.ended_at.is_(None), ~is_still.exists()).values(ended_at=now)
    over = int(tx.connection.execute(ended).rowcount)
    is_open = select(n.n).where(n.ended_at.is_(None), n.chain == still.c.chain, n.address == still.c.address)
    last = tx.connection.execute(select(func.max(n.n))).scalar() or 0
    place: ColumnElement[int] = func.row_number().over(order_by=(still.c.chain, still.c.address)) + last
    fresh = select(place, still.c.chain, still.c.address, literal(now, Instant())).where(~is_open.exists())
    begun = tx.connection.execute(new(listings).from_select(["n", "chain", "address", "at"], fresh))
    return int(begun.rowcount), over


def _bad(tx: Tx, shipped: Collection[Address], now: datetime) -> Select[Any]:
    """Every address that some source holds to be bad now, without the allowed ones."""
    row = listed.c
    own = select(allowed.c.address).where(allowed.c.chain == row.chain, allowed.c.address == row.address)
    named = row.chain + literal(":", String) + row.address
    known = tx.among(named, [f"{each.chain}:{each.text}" for each in shipped])
    return select(row.chain, row.address).where(standing(now), ~own.exists(), ~known).distinct()
