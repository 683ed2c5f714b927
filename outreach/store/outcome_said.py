"""What was said in episodes, and what came back: read for many episodes at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from outreach.domain.answer import Grade
from outreach.domain.delivery import Status
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.tables import (
    acknowledgments,
    attempts,
    bars,
    consents,
    evidence,
    messages,
    outreaches,
    receipts,
)
from outreach.store.year import TAKEN

HUMAN = (Grade.HUMAN_OPENED.value, Grade.ANSWERED.value)
"""Signs that a person saw it; machines open links, too."""

FATIGUE = timedelta(days=30)
"""An opt-out so soon after a message is put down to it."""


@dataclass(slots=True, kw_only=True)
class Sent:
    """A message that was handed over, and when it was first delivered and seen."""

    id: str
    outreach: str
    channel: str
    template: str
    locale: str
    at: datetime
    delivered_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Said:
    """Of one episode: its messages in the order they were handed over, the first answer, and why nothing was
    sent where nothing was."""

    sent: list[Sent] = field(default_factory=list)
    answered_at: datetime | None = None
    answer: str | None = None
    bar: str | None = None
    opted_out: bool = False

    @property
    def seen_at(self) -> datetime | None:
        """The first sign of a human, an answer too."""
        signs = [one.seen_at for one in self.sent if one.seen_at]
        return min([*signs, *([self.answered_at] if self.answered_at else [])], default=None)

    @property
    def shown(self) -> Sent | None:
        """The first message that was seen, else the last that was handed over."""
        seen = [one for one in self.sent if one.seen_at]
        by_sight = min(seen, key=lambda one: (one.seen_at or one.at, one.id), default=None)
        return by_sight or (self.sent[-1] if self.sent else None)

    @property
    def delivered_at(self) -> datetime | None:
        """When the first of them was on the handset or in the mailbox."""
        return min((one.delivered_at for one in self.sent if one.delivered_at), default=None)


def said_in(tx: Tx, episodes: Collection[str]) -> dict[str, Said]:
    """Of these episodes, those that an outreach was opened in."""
    o = outreaches.c
    query = select(o.id, o.episode, o.state, o.close_reason).where(tx.among(o.episode, episodes))
    opened = tx.connection.execute(query.order_by(o.opened_at, o.id)).all()
    episode_of = {row.id: row.episode for row in opened}
    told = {episode: Said() for episode in episode_of.values()}
    persons: dict[str, str] = {}
    for one, person in _sent(tx, list(episode_of)):
        told[episode_of[one.outreach]].sent.append(one)
        persons[episode_of[one.outreach]] = person
    _answer(tx, told, episode_of)
    _opt_outs(tx, told, persons)
    reasons = _bars(tx, [id for id, episode in episode_of.items() if not told[episode].sent])
    for row in opened:
        if not told[row.episode].sent:
            told[row.episode].bar = reasons.get(row.id) or row.close_reason or row.state
    return told


def _sent(tx: Tx, ids: Collection[str]) -> list[tuple[Sent, str]]:
    """Messages that were handed over, in that order, each with its person."""
    m = messages.c
    columns = (m.id, m.outreach, m.person, m.channel, m.template, m.locale, m.created_at, m.status)
    rows = tx.connection.execute(select(*columns, m.status_at).where(tx.among(m.outreach, ids))).all()
    handed = _handed(tx, [row.id for row in rows])
    signs = _signs(tx, [row.id for row in rows])
    arrived = _arrived(tx, [row.id for row in rows])
    found = []
    for row in rows:
        first, seen = signs.get(row.id, (None, None))
        at = handed.get(row.id) or (row.created_at if row.channel == Channel.INBOX else first)
        if at is not None:
            delivered = arrived.get(row.id) or (row.status_at if row.status == Status.DELIVERED else None)
            there = delivered or (row.created_at if row.channel == Channel.INBOX else seen)
            names = ("id", "outreach", "channel", "template", "locale")
            plain = {name: getattr(row, name) for name in names}
            found.append((Sent(**plain, at=at, delivered_at=there, seen_at=seen), row.person))
    return sorted(found, key=lambda pair: (pair[0].at, pair[0].id))


def _handed(tx: Tx, ids: Collection[str]) -> dict[str, datetime]:
    """When a provider first took a message, by message.

    Asked for by itself: joined as a subquery, both databases group all attempts that there ever were.
    """
    a = attempts.c
    taken = case((a.result == "accepted", a.finished_at), (a.settled.in_(TAKEN), a.settled_at), else_=None)
    was = or_(a.result == "accepted", a.settled.in_(TAKEN))
    query = select(a.message, func.min(taken)).where(was, tx.among(a.message, ids)).group_by(a.message)
    return {message: at for message, at in tx.connection.execute(query)}


def _signs(tx: Tx, ids: Collection[str]) -> dict[str, tuple[datetime, datetime | None]]:
    """The first evidence of any grade, and the first of a human, by message."""
    e = evidence.c
    seen = func.min(case((e.grade.in_(HUMAN), e.at), else_=None))
    query = select(e.message, func.min(e.at), seen).where(tx.among(e.message, ids)).group_by(e.message)
    return {message: (first, human) for message, first, human in tx.connection.execute(query)}


def _arrived(tx: Tx, ids: Collection[str]) -> dict[str, datetime]:
    r = receipts.c
    query = select(r.message, func.min(r.at)).where(
        r.status == Status.DELIVERED.value, tx.among(r.message, ids)
    )
    return {message: at for message, at in tx.connection.execute(query.group_by(r.message))}


def _answer(tx: Tx, told: Mapping[str, Said], episode_of: Mapping[str, str]) -> None:
    a = acknowledgments.c
    query = select(a.outreach, a.answer, a.at).where(tx.among(a.outreach, list(episode_of)))
    for row in tx.connection.execute(query.order_by(a.at, a.id)):
        one = told[episode_of[row.outreach]]
        if one.answered_at is None:
            one.answered_at, one.answer = row.at, row.answer


def _bars(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """The last reason why a step of an outreach was not sent."""
    b = bars.c
    query = select(b.outreach, b.reason).where(tx.among(b.outreach, ids), b.verdict != "overridden")
    return {outreach: reason for outreach, reason in tx.connection.execute(query.order_by(b.at, b.id))}


def _opt_outs(tx: Tx, told: Mapping[str, Said], persons: Mapping[str, str]) -> None:
    c = consents.c
    query = select(c.person, c.channel, c.at).where(
        and_(c.granted.is_(False), tx.among(c.person, list(set(persons.values()))))
    )
    ended: dict[str, list[tuple[str, datetime]]] = {}
    for person, channel, at in tx.connection.execute(query):
        ended.setdefault(person, []).append((channel, at))
    for episode, person in persons.items():
        told[episode].opted_out = any(
            channel == one.channel and one.at <= at <= one.at + FATIGUE
            for channel, at in ended.get(person, ())
            for one in told[episode].sent
        )
