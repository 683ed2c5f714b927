"""What the ledger knows of somebody's losses: cases, answers, reports, and the lessons they were sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from outreach.store.database import Tx
from outreach.store.intake import HANDED_OVER, chunks
from outreach.store.tables import acknowledgments, cases, episodes, messages, outreaches, reports

LESSONS = "education"
"""The pattern of lessons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One person's: by the keyed hash of a beneficiary the last case and answer; the last report and lesson.

    `lost_to` has the beneficiaries of every loss that we know of.
    """

    cases: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, datetime] = field(default_factory=dict)
    lost_to: set[str] = field(default_factory=set)
    open_cases: int = 0
    reported_at: datetime | None = None
    lesson_at: datetime | None = None


@dataclass(slots=True)
class _Growing:
    cases: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, datetime] = field(default_factory=dict)
    lost_to: set[str] = field(default_factory=set)
    open_cases: int = 0
    reported_at: datetime | None = None
    lesson_at: datetime | None = None

    def done(self) -> Past:
        return Past(
            cases=self.cases,
            answers=self.answers,
            lost_to=self.lost_to,
            open_cases=self.open_cases,
            reported_at=self.reported_at,
            lesson_at=self.lesson_at,
        )


def losses_of(tx: Tx, persons: Collection[str]) -> dict[str, Past]:
    """By person, for those of whom there is something."""
    found: dict[str, _Growing] = defaultdict(_Growing)
    for chunk in chunks(persons):
        _add_cases(tx, chunk, found)
        _add_answers(tx, chunk, found)
        _add_reports(tx, chunk, found)
        _add_lessons(tx, chunk, found)
    return {person: growing.done() for person, growing in found.items()}


def _add_cases(tx: Tx, persons: list[str], found: dict[str, _Growing]) -> None:
    c, e = cases.c, episodes.c
    query = (
        select(c.person, e.beneficiary, e.id, c.opened_at, c.closed_at)
        .join(episodes, e.id == c.episode)
        .where(c.person.in_(persons))
        .order_by(c.opened_at)
    )
    for person, beneficiary, episode, opened_at, closed_at in tx.connection.execute(query):
        one = found[person]
        one.cases[beneficiary] = opened_at
        one.lost_to.add(beneficiary or episode)
        one.open_cases += closed_at is None


def _add_answers(tx: Tx, persons: list[str], found: dict[str, _Growing]) -> None:
    a, e = acknowledgments.c, episodes.c
    query = (
        select(a.person, e.beneficiary, e.id, a.answer, a.at)
        .join(outreaches, outreaches.c.id == a.outreach)
        .join(episodes, e.id == outreaches.c.episode)
        .where(a.person.in_(persons))
        .order_by(a.at)
    )
    for person, beneficiary, episode, answer, at in tx.connection.execute(query):
        one = found[person]
        one.answers[beneficiary] = at
        if answer == "already_sent":
            one.lost_to.add(beneficiary or episode)


def _add_reports(tx: Tx, persons: list[str], found: dict[str, _Growing]) -> None:
    r = reports.c
    query = select(r.person, func.max(r.at)).where(r.person.in_(persons)).group_by(r.person)
    for person, at in tx.connection.execute(query):
        found[person].reported_at = at


def _add_lessons(tx: Tx, persons: list[str], found: dict[str, _Growing]) -> None:
    m = messages.c
    query = (
        select(m.person, func.max(m.created_at))
        .join(outreaches, outreaches.c.id == m.outreach)
        .where(m.person.in_(persons), outreaches.c.pattern == LESSONS, m.status.in_(HANDED_OVER))
        .group_by(m.person)
    )
    for person, at in tx.connection.execute(query):
        found[person].lesson_at = at
