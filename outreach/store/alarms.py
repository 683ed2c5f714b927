"""Counts of answers by rule, for the share of false alarms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from outreach.domain.alarms import Alarms
from outreach.store.database import Tx
from outreach.store.tables import acknowledgments, outreaches


def alarms(tx: Tx, since: datetime) -> list[Alarms]:
    """Every rule that warned somebody in an outreach opened since then, by pattern and name."""
    a, o = acknowledgments.c, outreaches.c
    query = (
        select(
            o.pattern,
            o.rule,
            func.count().filter((o.sent > 0) | a.id.is_not(None)).label("warned"),
            func.count(a.id).label("answered"),
            func.count(a.id).filter(a.answer == "it_is_mine").label("mine"),
        )
        .outerjoin(acknowledgments, a.outreach == o.id)
        .where(o.opened_at >= since)
        .group_by(o.pattern, o.rule)
        .order_by(o.pattern, o.rule)
    )
    return [
        Alarms(pattern=row.pattern, rule=row.rule, warned=row.warned, answered=row.answered, mine=row.mine)
        for row in tx.connection.execute(query)
    ]
