"""What our own ledger knows of money: answers, reports, recovery cases, and addresses that became listed.

Each is read forward from a cursor. Rows of one moment may be committed out of order, so the first look of a
round goes back a little; what was told before is nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from outreach.domain.loss import Lost
from outreach.domain.outcomes.confirmed import BY_FEED, UNNAMED
from outreach.domain.outcomes.confirmed import OWN as OWN_NAMES
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind
from outreach.domain.reporting import Left, Moment
from outreach.store.cases import identity_of
from outreach.store.database import Tx
from outreach.store.listings import listed_since
from outreach.store.lists import standing
from outreach.store.outcome_back import money_back
from outreach.store.outcome_rates import transfer_hash
from outreach.store.tables import (
    acknowledgments,
    allowed,
    case_transfers,
    cases,
    episodes,
    listed,
    listings,
    outcome_facts,
    outreaches,
    reports,
)

PAGE = 1_000
OVERLAP = timedelta(minutes=10)
"""Longer than any transaction here takes from making an id to its commit."""

_ANSWERED = {
    "it_is_mine": Kind.LEGITIMATE,
    "not_me": Kind.SCAM,
    "already_sent": Kind.LOSS,
}
"""What an answer tells of money. The others ask for something."""

_TOLD_BY = {"user": By.USER, "agent": By.AGENT, "core": By.CORE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was found behind a cursor, and where to go on; `is_full`: there may be more."""

    source: str
    sayings: Sequence[Saying] = field(repr=False)
    cursor: str
    is_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """From where to read on. `is_first` of a round: a little is read again."""

    cursor: str
    is_first: bool
    now: datetime

    @property
    def id(self) -> str:
        """The id behind which to read: ids begin with their time in milliseconds."""
        if not self.is_first or not self.cursor:
            return self.cursor
        back = int(self.cursor[:12], 16) - OVERLAP // timedelta(milliseconds=1)
        return f"{max(back, 0):012x}"


def answers(tx: Tx, look: Look) -> Page:
    """What people's own answers say of their money."""
    a, e = acknowledgments.c, episodes.c
    query = (
        select(a.id, a.person, a.answer, a.at, e.beneficiary, e.transfer_ref)
        .join(outreaches, outreaches.c.id == a.outreach)
        .join(episodes, e.id == outreaches.c.episode)
    )
    rows = _page(tx, query, a.id, look)
    sayings = [
        Saying(
            kind=_ANSWERED[row.answer],
            at=row.at,
            source_id=row.id,
            person=row.person,
            transfer_ref=row.transfer_ref or "",
            place=row.beneficiary,
            by=By.USER,
        )
        for row in rows
        if row.answer in _ANSWERED
    ]
    return _told("own/answers", sayings, rows, look)


def reported(tx: Tx, look: Look) -> Page:
    """What people reported as lost, where no recovery case tells of it already."""
    r = reports.c
    columns = (r.id, r.person, r.at, r.moment, r.amount, r.currency, r.money_left, r.recovery_case)
    rows = _page(tx, select(*columns), r.id, look)
    sayings = [
        Saying(
            kind=Kind.LOSS,
            at=Moment(row.moment).at(row.at) or row.at,
            source_id=row.id,
            person=row.person,
            amount=row.amount,
            currency=row.currency,
            by=By.USER,
        )
        for row in rows
        if row.money_left == Left.YES and row.recovery_case is None
    ]
    return _told("own/reports", sayings, rows, look)


def losses(tx: Tx, look: Look) -> Page:
    """What recovery cases say has left, transfer by transfer."""
    t, c, e = case_transfers.c, cases.c, episodes.c
    moments = (t.sent_at, c.left_at, c.opened_at)
    columns = (
        t.id,
        t.case,
        t.identity,
        t.person,
        t.transfer_ref,
        t.place_enc,
        t.amount,
        t.currency,
        *moments,
    )
    query = (
        select(*columns, c.reported_by, e.beneficiary)
        .join(cases, c.id == t.case)
        .join(episodes, e.id == c.episode)
    )
    rows = _page(tx, query, t.id, look)
    told = _told_by_others(tx, {row.person for row in rows})
    ours = [row for row in rows if not _is_among(tx, row, told.get(row.person, ()))]
    return _told("own/losses", [_loss(tx, row) for row in ours], rows, look)


def _told_by_others(tx: Tx, persons: Collection[str]) -> dict[str, set[str]]:
    """Of each person the transfers that others told of as lost or made; "" where they named none."""
    f = outcome_facts.c
    left = f.kind.in_((Kind.LOSS.value, Kind.MADE.value)) & ~f.feed.startswith(OWN_NAMES, autoescape=True)
    query = select(f.person, f.transfer).where(tx.among(f.person, persons), left).distinct()
    found: dict[str, set[str]] = {}
    for person, transfer in tx.connection.execute(query):
        found.setdefault(person, set()).add(transfer)
    return found


def _is_among(tx: Tx, row: Any, told: Collection[str]) -> bool:
    """Whether a case has this transfer from those who told of it: our saying so, too, would count it twice,
    or lend our word to what only the user says."""
    if row.transfer_ref:
        return row.reported_by == BY_FEED and transfer_hash(tx, row.transfer_ref) in told
    return any(row.identity == identity_of(tx, row.case, Lost(key=one or UNNAMED)) for one in told)


def _loss(tx: Tx, row: Any) -> Saying:
    chain, place = _where(tx.vault.open_if_can(row.place_enc))
    return Saying(
        kind=Kind.LOSS,
        at=row.sent_at or row.left_at or row.opened_at,
        source_id=row.id,
        person=row.person,
        transfer_ref=row.transfer_ref or "",
        beneficiary=place,
        place="" if place else row.beneficiary,
        rail=chain,
        amount=row.amount,
        currency=row.currency,
        by=_TOLD_BY.get(row.reported_by, By.UNKNOWN),
    )


def _where(text: str | None) -> tuple[str, str]:
    told = json.loads(text) if text else {}
    return str(told.get("chain") or "")[:64], str(told.get("place") or "").strip()


def back(tx: Tx, look: Look) -> Page:
    """What came back in recovery cases: one telling a case and currency, net of what was taken off again."""
    found, last, is_full = money_back(tx, look.id, PAGE)
    sayings = [
        Saying(
            kind=Kind.RECOVERED,
            at=each.at,
            source_id=f"{each.case}/{each.currency}",
            person=each.person,
            place=each.beneficiary,
            amount=max(each.amount, Decimal(0)),
            currency=each.currency,
            by=By.AGENT,
        )
        for each in found
    ]
    return Page(
        source="own/back",
        sayings=sayings,
        cursor=max(last, look.cursor) if not is_full else last,
        is_full=is_full,
    )


def listed_later(tx: Tx, look: Look) -> Page:
    """Addresses that became listed."""
    news = listed_since(tx, int(look.cursor or 0), look.now, PAGE)
    sayings = [
        Saying(
            kind=Kind.LISTED,
            at=one.at,
            source_id=str(one.n),
            beneficiary=one.address,
            rail=one.chain,
            by=By.LISTS,
        )
        for one in news
    ]
    cursor = str(news[-1].n) if news else look.cursor
    return Page(source="own/listed", sayings=sayings, cursor=cursor, is_full=bool(news))


def unlisted(tx: Tx, look: Look) -> Page:
    """Listings that were wrong: nobody stands by them any more. What merely expired was listed still.

    A source that is withdrawn ends all its listings in one moment, so the cursor is that and the number.
    """
    n = listings.c
    moment, _, number = look.cursor.partition("|")
    since = datetime.fromisoformat(moment) if moment else datetime.min.replace(tzinfo=UTC)
    last = int(number or -1)
    if look.is_first and moment:
        since, last = since - OVERLAP, -1
    query = select(n.n, n.ended_at, _is_believed().label("is_believed"))
    behind = or_(n.ended_at > since, (n.ended_at == since) & (n.n > last))
    rows = tx.connection.execute(query.where(behind).order_by(n.ended_at, n.n).limit(PAGE)).all()
    sayings = [
        Saying(kind=Kind.WITHDRAWN, at=row.ended_at, source_id=str(row.n), by=By.LISTS)
        for row in rows
        if not row.is_believed
    ]
    is_full = len(rows) == PAGE
    end = f"{rows[-1].ended_at.isoformat()}|{rows[-1].n:020}" if rows else look.cursor
    cursor = end if is_full else max(end, look.cursor)
    return Page(source="own/listed", sayings=sayings, cursor=cursor, is_full=is_full)


def _is_believed() -> ColumnElement[bool]:
    """That some source would hold a listing's address to be bad, were it only by time."""
    n, said, ours = listings.c, listed.c, allowed.c
    always = datetime.min.replace(tzinfo=UTC)
    of_it = select(said.id).where(said.chain == n.chain, said.address == n.address, standing(always))
    is_allowed = select(ours.address).where(ours.chain == n.chain, ours.address == n.address)
    return of_it.exists() & ~is_allowed.exists()


def _page(tx: Tx, query: Select[Any], id: ColumnElement[str], look: Look) -> Sequence[Any]:
    return tx.connection.execute(query.where(id > look.id).order_by(id).limit(PAGE)).all()


def _told(source: str, sayings: Sequence[Saying], rows: Sequence[Any], look: Look) -> Page:
    is_full = len(rows) == PAGE
    cursor = rows[-1].id if rows else look.cursor
    return Page(
        source=source,
        sayings=sayings,
        cursor=cursor if is_full else max(cursor, look.cursor),
        is_full=is_full,
    )


OWN: Mapping[str, Any] = {
    "own/answers": answers,
    "own/reports": reported,
    "own/losses": losses,
    "own/back": back,
    "own/listed": listed_later,
    "own/unlisted": unlisted,
}
"""Each by the name its cursor is kept under."""
