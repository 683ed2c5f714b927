"""What the ledger of outcomes claims of a year's warned episodes, level by level: what has matured of it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from outreach.domain.outcomes.level import WHOLE, WINDOWS, Level, State, named
from outreach.domain.year import NO_WARNINGS, Claimed, Window
from outreach.store.database import Tx
from outreach.store.tables import episodes, outcomes, outreaches, reckonings

STRICTEST = named(WINDOWS[-1])
"""Of P2 and P3 the window that leaves the least."""

COUNTED = (Level.P0, Level.P1, Level.P2, Level.P3, Level.R)
"""Levels of episodes; P4 is of designs."""

AT_ONCE = 10_000


def claimed(tx: Tx, window: Window) -> tuple[Claimed, ...]:
    """Every level in every currency that was counted in; none where nothing of the year was reckoned.

    Of every episode for which a warning was begun, whether or not it was handed over.
    """
    e, r = episodes.c, reckonings.c
    ours = and_(e.opened_at >= window.since, e.opened_at < window.until, _is_warned())
    whole = episodes.join(reckonings, r.episode == e.id)
    currencies = (
        select(r.currency, func.count().filter(r.matured < len(WINDOWS)))
        .select_from(whole)
        .where(ours, r.looked_at.is_not(None))
        .group_by(r.currency)
    )
    still = {currency: int(count) for currency, count in tx.connection.execute(currencies)}
    sums, people, waiting = _summed(tx, ours)
    return tuple(
        Claimed(
            level=level.value,
            currency=currency,
            amount=sums[level.value, currency],
            people=len(people[level.value, currency]),
            open=still[currency] if level in {Level.P2, Level.P3} else waiting[level.value, currency],
        )
        for currency in sorted(still)
        for level in COUNTED
    )


def _is_warned() -> ColumnElement[bool]:
    o = outreaches.c
    return exists().where(o.episode == episodes.c.id, o.pattern.not_in(NO_WARNINGS))


Key = tuple[str, str]
"""Level and currency."""


def _summed(
    tx: Tx, ours: ColumnElement[bool]
) -> tuple[dict[Key, Decimal], dict[Key, set[str]], dict[Key, int]]:
    """What has matured by level and currency, whose it is, and how many episodes are still open.

    Summed here: SQLite's own sums are floats.
    """
    o, e, later = outcomes.c, episodes.c, outcomes.alias("later")
    newer = exists().where(
        later.c.episode == o.episode, later.c.level == o.level, later.c.window == o.window, later.c.n > o.n
    )
    query = (
        select(o.level, o.currency, o.amount, o.state, e.person)
        .join(episodes, e.id == o.episode)
        .where(ours, or_(o.window == WHOLE, o.window == STRICTEST), ~newer)
    )
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    people: dict[Key, set[str]] = defaultdict(set)
    waiting: dict[Key, int] = defaultdict(int)
    rows: Any = tx.connection.execute(query.execution_options(yield_per=AT_ONCE))
    for level, currency, amount, state, person in rows:
        if state == State.PROVISIONAL:
            waiting[level, currency] += 1
        elif amount:
            sums[level, currency] += amount
            people[level, currency].add(person)
    return sums, people, waiting
