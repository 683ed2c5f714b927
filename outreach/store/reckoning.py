"""What the ledger's job goes by: which episodes are due, how far its sources were read, and what it found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, exists, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from outreach.domain.outcomes.attribution import Reckoned
from outreach.domain.outcomes.level import CURVE, DEFINITION, named
from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.outcome_facts import touched_since
from outreach.store.tables import (
    acknowledgments,
    calls,
    decisions,
    episodes,
    evidence,
    hold_words,
    messages,
    people,
    profiles,
    questionings,
    reckoning_marks,
    reckonings,
)

PAGE = 5_000
"""Rows of a source that one look goes through."""

LATE = timedelta(minutes=2)
"""A row may become visible so long after its id was made: it is looked for again until then."""

FACTS = "facts"

_R = reckonings.c

_SOURCES: Mapping[str, tuple[Any, Column[Any], Column[Any]]] = {
    table.name: (table, table.c.id, table.c.person)
    for table in (decisions, episodes, acknowledgments, hold_words, calls, questionings)
} | {"evidence": (evidence.join(messages), evidence.c.id, messages.c.person)}
"""Where something new may change what an episode comes to: a table, its rising key, and whose row it is."""


def touch(tx: Tx, now: datetime) -> tuple[int, bool]:
    """Make whatever somebody said, told or did since the last look due; how many people, and is there more.

    Two processes look one after the other; done again, it costs a look.
    """
    found, more = set[str](), False
    for name, (source, key, person) in _SOURCES.items():
        mark = hold_mark(tx, name, now)
        query = select(key, person).select_from(source).where(key > mark.mark).order_by(key).limit(PAGE)
        rows = tx.connection.execute(query).all()
        found |= {row[1] for row in rows}
        more |= len(rows) == PAGE
        _go_on(tx, name, mark, [row[0] for row in rows], now)
    facts = hold_mark(tx, FACTS, now)
    told, places, mark = touched_since(tx, facts.mark, PAGE)
    set_mark(tx, FACTS, mark, mark, now)
    more |= mark != facts.mark
    payers = select(episodes.c.person).where(tx.among(episodes.c.beneficiary, places))
    found |= told | set(tx.connection.execute(payers).scalars())
    _make_due(tx, found, now)
    return len(found), more


def sweep(tx: Tx, now: datetime) -> int:
    """Make due every episode that no look ever found, however it was missed; how many."""
    e = episodes.c
    never = ~exists().where(_R.episode == e.id)
    # By the database alone: after an upgrade these are all episodes of years.
    rows = select(e.id, e.person, literal(now, _R.due_at.type)).where(never)
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    into = insert(reckonings).from_select(["episode", "person", "due_at"], rows).on_conflict_do_nothing()
    return int(tx.connection.execute(into).rowcount)


def _make_due(tx: Tx, persons: Collection[str], now: datetime) -> None:
    e = episodes.c
    rows = tx.connection.execute(select(e.id, e.person).where(tx.among(e.person, persons))).all()
    tx.insert_missing(reckonings, [_fresh(row.id, row.person, now) for row in rows])
    waits = or_(_R.due_at.is_(None), _R.due_at > now)
    tx.connection.execute(update(reckonings).where(tx.among(_R.person, persons), waits).values(due_at=now))


def _fresh(episode: str, person: str, now: datetime) -> dict[str, Any]:
    return {"episode": episode, "person": person, "due_at": now}


def hold_mark(tx: Tx, source: str, now: datetime) -> Any:
    """How far this source was read, held until this transaction ends."""
    m = reckoning_marks.c
    tx.insert_new(reckoning_marks, [{"source": source, "mark": "", "newest": "", "at": now}])
    return tx.connection.execute(select(reckoning_marks).where(m.source == source).with_for_update()).one()


def _go_on(tx: Tx, source: str, before: Any, keys: Sequence[str], now: datetime) -> None:
    """Read on behind what has had its time to become visible; a full page is behind us at once."""
    last = keys[-1] if keys else before.newest
    if len(keys) == PAGE:
        set_mark(tx, source, last, last, now)
    elif now - before.at >= LATE and (before.mark, before.newest) != (before.newest, last):
        set_mark(tx, source, before.newest, last, now)


def set_mark(tx: Tx, source: str, mark: str, newest: str, now: datetime) -> None:
    """Read this source from there on; its mark is held."""
    values = {"mark": mark, "newest": newest, "at": now}
    tx.connection.execute(update(reckoning_marks).where(reckoning_marks.c.source == source).values(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An episode that is due, held until this transaction ends; `matured` as it was found before."""

    episode: str
    person: str
    matured: int
    cost: Decimal | None
    locale: str | None
    country: str | None


def take_due(tx: Tx, now: datetime, at_most: int) -> list[Due]:
    """Episodes that are due, those that have waited longest first, without those another process has."""
    columns = (_R.episode, _R.person, _R.matured, _R.cost, _R.locale, _R.country)
    query = select(*columns).where(_R.due_at <= now).order_by(_R.due_at, _R.episode).limit(at_most)
    rows = tx.connection.execute(query.with_for_update(skip_locked=True)).all()
    return [Due(**row._mapping) for row in rows]


def put_off(tx: Tx, ids: Collection[str], until: datetime | None) -> None:
    """Look at these no sooner; None: only when something new is told of them."""
    tx.connection.execute(update(reckonings).where(tx.among(_R.episode, ids)).values(due_at=until))


Place = tuple[str | None, str | None]
"""Locale and country."""


def places(tx: Tx, persons: Collection[str]) -> dict[str, Place]:
    """Where people are now, as their profiles say."""
    p = profiles.c
    query = select(p.person, p.locale, p.country).join(people, people.c.id == p.person)
    rows = tx.connection.execute(query.where(tx.among(p.person, persons)))
    return {person: (locale, country) for person, locale, country in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look at an episode came to."""

    due: Due
    reckoned: Reckoned
    cost: Decimal | None
    place: Place


_SAME = (
    "attempts", "first_attempt_at", "left_at", "abandoned_at", "is_scam", "said_scam", "false_alarm",
    "contradicted", "lost_at",
)  # fmt: skip
_LOST = tuple(f"lost_{named(window)}" for window in CURVE)
_WRITTEN = (
    *_SAME, *_LOST, "due_at", "looked_at", "matured", "definition", "currency", "owner", "beside", "cost",
    "locale", "country",
)  # fmt: skip
_LOOKED = (
    update(reckonings)
    .where(_R.episode == of(_R.episode, "key"))
    .values({name: of(_R[name], f"new_{name}") for name in _WRITTEN})
)


def write(tx: Tx, found: Iterable[Finding], currency: str, now: datetime) -> None:
    """Keep what these looks came to, in the place of the looks before."""
    tx.each(_LOOKED, [_row(one, currency, now) for one in found])


def _row(one: Finding, currency: str, now: datetime) -> dict[str, Any]:
    found = one.reckoned
    row = {name: getattr(found, name) for name in _SAME}
    row |= dict(zip(_LOST, found.lost, strict=True))
    row |= {
        "due_at": found.due_at,
        "looked_at": now,
        "matured": max(found.matured, one.due.matured),  # what was told once is not unknown again
        "definition": DEFINITION,
        "currency": currency,
        "owner": found.owner and found.owner.value,
        "beside": [also.value for also in found.beside],
        "cost": one.cost,
        "locale": one.place[0],
        "country": one.place[1],
    }
    return {"key": one.due.episode, **{f"new_{name}": row[name] for name in _WRITTEN}}
