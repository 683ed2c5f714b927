"""Lessons: whose time has come, and what became of those that were sent."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from outreach.domain.lesson import FEED, Lessons, Past
from outreach.store.database import Tx
from outreach.store.tables import (
    acknowledgments,
    cases,
    consents,
    decisions,
    episodes,
    evidence,
    flags,
    messages,
    outreaches,
    people,
    reports,
    tasks,
    welfare,
)


def over(tx: Tx, lessons: Lessons, about: Collection[str], now: datetime) -> Generator[Past, None, None]:
    """Episodes that were warned about and are over, of patterns that have a tip (`about`), the newest of each
    person, of whoever has nothing open; the newest first, streamed.

    Left out: an open climb, case, report, task or welfare stop, a flag since, a lesson too lately.
    """
    e = episodes.c
    query = (
        select(e.person, e.id, e.pattern, e.last_flag_at)
        .join(people, people.c.id == e.person)
        .where(e.severity_rank >= 0, e.pattern != FEED, e.pattern.in_(about))
        .where(e.last_flag_at <= now - lessons.after, e.last_flag_at > now - lessons.oldest)
        .where(*_nothing_open(e.person), ~_lately(e.person, lessons, now))
        .order_by(e.last_flag_at.desc(), e.id)
    )
    told: set[str] = set()
    with tx.connection.execute(query.execution_options(yield_per=STREAMED)) as rows:
        for person, id, pattern, at in rows:
            if person not in told:
                told.add(person)
                yield Past(person=person, episode=id, pattern=pattern, last_flag_at=at)


STREAMED = 1_000
"""Rows in memory at once, however many episodes are over."""


def _nothing_open(person: ColumnElement[str]) -> Iterator[ColumnElement[bool]]:
    yield ~_has(outreaches, person, outreaches.c.state != "closed")
    yield ~_has(cases, person, cases.c.closed_at.is_(None))
    yield ~_has(reports, person, reports.c.closed_at.is_(None))
    yield ~_has(tasks, person, tasks.c.state.in_(("open", "taken")))
    yield ~_has(welfare, person, welfare.c.lifted_at.is_(None))


def _has(table: object, person: ColumnElement[str], which: ColumnElement[bool]) -> ColumnElement[bool]:
    rows = getattr(table, "c")  # noqa: B009  # tables differ, and all have a person
    return select(rows.id).where(rows.person == person, which).exists()


def _lately(person: ColumnElement[str], lessons: Lessons, now: datetime) -> ColumnElement[bool]:
    taught = (flags.c.feed == FEED) & (flags.c.flagged_at > now - lessons.apart)
    again = flags.c.flagged_at > now - min(lessons.after, lessons.apart)
    return select(flags.c.id).where(flags.c.person == person, or_(taught, again)).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What came of the lessons of one pattern in one wording."""

    pattern: str
    wording: str
    sent: int
    delivered: int
    opened: int
    answered: int
    unsubscribed: int


def taught(tx: Tx, since: datetime, until: datetime) -> list[Taught]:
    """By pattern and wording, of the lessons written in this time: sent, delivered, opened by a person,
    answered, and to people who ended education on that channel since then."""
    m, o = messages.c, outreaches.c
    query = (
        select(m.id, m.person, m.channel, m.template, m.status, decisions.c.facts, o.id.label("outreach"))
        .join(outreaches, o.id == m.outreach)
        .join(decisions, decisions.c.id == o.decision)
        .where(o.pattern == FEED, m.created_at >= since, m.created_at < until)
    )
    rows = tx.connection.execute(query).all()
    ids = [row.id for row in rows]
    opened = _those(tx, evidence.c.message, ids, evidence.c.grade.in_(("human_opened", "answered")))
    answered = _those(tx, acknowledgments.c.message, ids)
    left = _left(tx, {row.person for row in rows}, since)
    counts: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.status in {"refused", "cancelled", "queued", "retrying"}:
            continue
        key = (str(row.facts.get("lesson_about", "")), row.template.partition(".")[0])
        signs = (True, row.status == "delivered", row.id in opened, row.id in answered)
        gone = (row.person, row.channel) in left
        counts[key] = [a + b for a, b in zip(counts.get(key, [0] * 5), (*signs, gone), strict=True)]
    return [
        Taught(
            pattern=pattern,
            wording=wording,
            sent=sent,
            delivered=delivered,
            opened=seen,
            answered=said,
            unsubscribed=gone,
        )
        for (pattern, wording), (sent, delivered, seen, said, gone) in sorted(counts.items())
    ]


def _those(tx: Tx, column: ColumnElement[str], ids: list[str], *which: ColumnElement[bool]) -> set[str]:
    return set(tx.connection.execute(select(column).where(tx.among(column, ids), *which)).scalars())


def _left(tx: Tx, persons: set[str], since: datetime) -> set[tuple[str, str]]:
    """Who said no to education since then, and on which channel."""
    c = consents.c
    query = select(c.person, c.channel).where(
        tx.among(c.person, persons), c.granted.is_(False), c.program == FEED, c.at >= since
    )
    return {
        (person, channel) for person, channel in tx.connection.execute(query.group_by(c.person, c.channel))
    }
