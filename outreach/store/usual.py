"""What rules match as a rule: their people by day and by five minutes, and what a day has spent.

Whoever reads and adds takes the turn first, so that all processes' runs are counted one after another.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, text, update

from outreach.domain.limits import Spent
from outreach.store.database import Tx
from outreach.store.tables import matched, messages, outreaches, tallies

DAY, FIVE_MINUTES = "day", "five_minutes"
HOUR = timedelta(hours=1)
DAYS_KEPT = timedelta(days=100)
TURN = 0x6F757472
"""Which lock of the database's makes runs end one after another."""

Rule = tuple[str, str]
"""Pattern and rule id."""


def take_turn(tx: Tx) -> None:
    """Until this transaction ends no other run's end counts; SQLite has one writer anyhow."""
    if not tx.is_alone:
        tx.connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})


def add_day(tx: Tx, rule: Rule, day: datetime, people: int) -> tuple[int, int]:
    """Count these people into a rule's day; what the day comes to now, and had come to when approved."""
    which = _add(tx, rule, DAY, day, people)
    row = tx.connection.execute(select(matched.c.people, matched.c.approved).where(which)).one()
    return int(row.people), int(row.approved)


def add_let_go(tx: Tx, rule: Rule, now: datetime, people: int) -> None:
    """Count people who were let go without anybody's word; drop what no hour needs any more."""
    _add(tx, rule, FIVE_MINUTES, _slot(now), people)
    old = (matched.c.span == FIVE_MINUTES) & (matched.c.slot < now - 2 * HOUR)
    ancient = (matched.c.span == DAY) & (matched.c.slot < now - DAYS_KEPT)
    tx.connection.execute(delete(matched).where(old | ancient))


def let_go_since(tx: Tx, rule: Rule, now: datetime) -> int:
    """Who was let go in the last hour, to the five minutes: rather a few more than fewer."""
    m = matched.c
    which = (m.pattern == rule[0]) & (m.rule == rule[1]) & (m.span == FIVE_MINUTES)
    query = select(func.coalesce(func.sum(m.people), 0)).where(which, m.slot > _slot(now) - HOUR)
    return int(tx.connection.execute(query).scalar_one())


def days_before(tx: Tx, rule: Rule, today: datetime, days: int) -> list[int]:
    """What each day before this one came to, since the rule was first seen; a silent day is 0."""
    m = matched.c
    which = (m.pattern == rule[0]) & (m.rule == rule[1]) & (m.span == DAY) & (m.slot < today)
    since = today - timedelta(days=days, hours=12)
    query = select(m.slot, m.people).where(which, m.slot > since).order_by(m.slot)
    rows = tx.connection.execute(query).all()
    if not rows:
        return []
    before = tx.connection.execute(select(func.min(m.slot)).where(which)).scalar_one()
    length = min(days, round((today - before) / timedelta(days=1)))
    return [int(people) for _, people in rows] + [0] * max(0, length - len(rows))


def approve_today(tx: Tx, pattern: str, rule: str) -> None:
    """A person has seen what the rule's newest day has come to, and said yes."""
    m = matched.c
    which = (m.pattern == pattern) & (m.rule == rule) & (m.span == DAY)
    newest = select(func.max(m.slot)).where(which).scalar_subquery()
    tx.connection.execute(update(matched).where(which, m.slot == newest).values(approved=m.people))


def spent(tx: Tx, day: datetime, now: datetime, currency: str, dearest: int) -> tuple[Spent, int]:
    """What the day has spent, with those let go who have got nothing yet; and what one person costs, about.

    Messages count from `day`, the firm's; money by the spend tally, whose days are UTC's (docs/why.md).
    """
    written = select(func.count()).where(messages.c.created_at >= day)
    o = outreaches.c
    sure = select(func.count()).where(o.state == "climbing", o.sent == 0)
    out, waiting = (int(tx.connection.execute(query).scalar_one()) for query in (written, sure))
    begun = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    purse = select(tallies.c.total).where(tallies.c.key == f"spend/{currency}/day", tallies.c.slot == begun)
    money = int(tx.connection.execute(purse).scalar_one_or_none() or 0)
    each = money // out if out >= ENOUGH_TO_TELL and money else dearest
    return Spent(out + waiting, money + waiting * each), each


ENOUGH_TO_TELL = 100
"""So many messages of a day tell what one costs; before, the dearest price is taken."""


def _slot(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)


def _add(tx: Tx, rule: Rule, span: str, slot: datetime, people: int) -> ColumnElement[bool]:
    row = {"pattern": rule[0], "rule": rule[1], "span": span, "slot": slot, "people": 0, "approved": 0}
    tx.insert_new(matched, [row])
    m = matched.c
    which = and_(m.pattern == rule[0], m.rule == rule[1], m.span == span, m.slot == slot)
    tx.connection.execute(update(matched).where(which).values(people=m.people + people))
    return which
