"""The year in figures: what happened from one moment to another, counted from rows that stay as they are.

Statuses, which change, are not read: a year that is over gives the same figures whenever it is asked, but for
what was prevented, which late facts restate.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all

from outreach.domain.lookback import PATTERN as SILENT_LOSS
from outreach.domain.year import NO_WARNINGS, CaseWay, Counted, ListedOn, Money, Tier, Window
from outreach.store.database import Tx
from outreach.store.tables import (
    acknowledgments,
    attempts,
    calls,
    case_amounts,
    case_steps,
    cases,
    core_calls,
    listings,
    messages,
    outreaches,
    questionings,
    tasks,
)
from outreach.store.year_claimed import claimed

TAKEN = ("asked", "receipt", "late", "told")
"""How a doubt ended where the provider did have the message."""

OVER = ("settled", "closed")


def counted(tx: Tx, window: Window) -> Counted:
    """Everything that the figures of this time are made of."""
    warning = outreaches.c.pattern.not_in(NO_WARNINGS)
    mine, answered = _said_mine(tx, window, warning)
    return Counted(
        tiers=_tiers(tx, window, warning),
        after_loss=sum(_tiers(tx, window, outreaches.c.pattern == SILENT_LOSS).values()),
        cases=_cases(tx, window),
        money=_money(tx, window),
        listed=_listed(tx, window),
        answered=answered,
        said_mine=mine,
        claimed=claimed(tx, window),
    )


def _within(column: ColumnElement[Any], window: Window) -> ColumnElement[bool]:
    return and_(column >= window.since, column < window.until)


def _tiers(tx: Tx, window: Window, which: ColumnElement[bool]) -> dict[Tier, int]:
    """People by the furthest that a warning went with them."""
    ways = union_all(
        _sent(window, which), _kept_here(window, which), _questioned(window, which), _called(window, which)
    ).subquery()
    furthest = select(ways.c.person, func.max(ways.c.tier).label("tier")).group_by(ways.c.person).subquery()
    query = select(furthest.c.tier, func.count()).group_by(furthest.c.tier)
    found = {Tier(tier): int(count) for tier, count in tx.connection.execute(query)}
    return {tier: found.get(tier, 0) for tier in Tier}


def _person(column: ColumnElement[str], tier: Tier) -> Any:
    return select(column.label("person"), literal(int(tier)).label("tier"))


def _sent(window: Window, which: ColumnElement[bool]) -> Any:
    a, m = attempts.c, messages.c
    taken = and_(a.result == "accepted", _within(a.finished_at, window))
    found_later = and_(a.settled.in_(TAKEN), _within(a.settled_at, window))
    whole = messages.join(attempts, a.message == m.id).join(outreaches, outreaches.c.id == m.outreach)
    return (
        _person(m.person, Tier.AUTOMATIC)
        .select_from(whole)
        .where(which, m.channel != "call", or_(taken, found_later))
    )


def _kept_here(window: Window, which: ColumnElement[bool]) -> Any:
    m = messages.c
    whole = messages.join(outreaches, outreaches.c.id == m.outreach)
    inbox = and_(m.channel == "inbox", _within(m.created_at, window))
    return _person(m.person, Tier.AUTOMATIC).select_from(whole).where(which, inbox)


def _questioned(window: Window, which: ColumnElement[bool]) -> Any:
    q = questionings.c
    whole = questionings.join(outreaches, outreaches.c.id == q.outreach)
    return _person(q.person, Tier.QUESTIONNAIRE).select_from(whole).where(which, _within(q.opened_at, window))


def _called(window: Window, which: ColumnElement[bool]) -> Any:
    c, t = calls.c, tasks.c
    whole = calls.join(tasks, t.id == c.task).join(outreaches, outreaches.c.id == t.outreach)
    reached = and_(t.kind == "call", c.outcome.startswith("reached_", autoescape=True), _within(c.at, window))
    return _person(c.person, Tier.CALL).select_from(whole).where(which, reached)


def _said_mine(tx: Tx, window: Window, which: ColumnElement[bool]) -> tuple[int, int]:
    """People who said "it is mine" and did not take it back before the end, and people who answered."""
    a = acknowledgments.c
    whole = acknowledgments.join(outreaches, outreaches.c.id == a.outreach)
    people = select(func.count(a.person.distinct())).select_from(whole).where(which, _within(a.at, window))
    mine = people.where(a.answer == "it_is_mine", ~_taken_back(window))
    return int(tx.connection.execute(mine).scalar_one()), int(tx.connection.execute(people).scalar_one())


def _taken_back(window: Window) -> ColumnElement[bool]:
    said, c, t = acknowledgments.c.at, core_calls.c, tasks.c
    asked = select(c.id).where(
        c.episode == outreaches.c.episode,
        c.act.in_(("hold", "freeze")),
        c.cause == "",
        c.opened_at >= said,
        c.opened_at < window.until,
    )
    helped = select(t.id).where(
        t.outreach == outreaches.c.id,
        t.kind.in_(("help", "recovery", "takeover")),
        t.opened_at >= said,
        t.opened_at < window.until,
    )
    return or_(asked.exists(), helped.exists())


def _cases(tx: Tx, window: Window) -> tuple[CaseWay, ...]:
    """Cases opened in this time, each with the steps that ended it or opened it again before the end."""
    c, s = cases.c, case_steps.c
    turns = and_(s.case == c.id, s.at < window.until, or_(s.stage.in_(OVER), s.was.in_(OVER)))
    query = (
        select(c.id, c.person, c.opened_at, s.at, s.stage)
        .select_from(cases.outerjoin(case_steps, turns))
        .where(_within(c.opened_at, window))
        .order_by(c.id, s.n)
    )
    opened: dict[str, tuple[str, datetime]] = {}
    turned: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    for id, person, opened_at, at, stage in tx.connection.execute(query):
        opened[id] = (person, opened_at)
        if at is not None:
            turned[id].append((at, stage in OVER))
    return tuple(
        CaseWay(person=person, opened_at=at, turns=tuple(turned[id])) for id, (person, at) in opened.items()
    )


def _money(tx: Tx, window: Window) -> tuple[Money, ...]:
    """Every sum recorded in this time; added up by whoever reads them: SQLite's own sums are floats."""
    c = case_amounts.c
    query = select(c.person, c.kind, c.currency, c.amount).where(_within(c.at, window)).order_by(c.id)
    return tuple(
        Money(person=person, kind=kind, currency=currency, amount=amount)
        for person, kind, currency, amount in tx.connection.execute(query)
    )


def _listed(tx: Tx, window: Window) -> tuple[ListedOn, ...]:
    """By chain: distinct addresses that became listed in this time, those of them still listed at its end,
    and all that were listed then."""
    c = listings.c
    stands = and_(c.at < window.until, or_(c.ended_at.is_(None), c.ended_at >= window.until))
    fresh, ours = _within(c.at, window), func.count(c.address.distinct())
    query = (
        select(
            c.chain,
            ours.filter(fresh),
            ours.filter(and_(fresh, stands)),
            ours.filter(stands),
        )
        .where(c.at < window.until)
        .group_by(c.chain)
        .order_by(c.chain)
    )
    return tuple(
        ListedOn(chain=chain, new=int(new), still=int(still), standing=int(standing))
        for chain, new, still, standing in tx.connection.execute(query)
    )
