"""What people were warned about before, by episode, with the "it is mine" that still stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from outreach.domain.warned import Warned, about, together
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import acknowledgments, core_calls, decisions, episodes, outreaches, tasks

Key = tuple[str, str, str]


def warned(tx: Tx, persons: Iterable[str], mine_since: datetime) -> dict[Key, Warned]:
    """By person, pattern and beneficiary: open episodes, and whatever was said to be theirs since then."""
    found: dict[Key, list[Warned]] = defaultdict(list)
    a, d, e, o = acknowledgments.c, decisions.c, episodes.c, outreaches.c
    is_mine = and_(a.answer == "it_is_mine", ~_taken_back())
    for chunk in chunks(persons):
        query = (
            select(o.person, o.pattern, e.beneficiary, o.severity_rank, o.state, d.facts, a.at)
            .add_columns(is_mine.label("is_mine"))
            .join(episodes, e.id == o.episode)
            .join(decisions, d.id == o.decision)
            .outerjoin(acknowledgments, a.outreach == o.id)
            .where(o.person.in_(chunk), or_(e.closed_at.is_(None), and_(is_mine, a.at > mine_since)))
        )
        for row in tx.connection.execute(query):
            told = about(
                row.facts,
                row.severity_rank,
                is_open=row.state != "closed",
                mine_at=row.at if row.is_mine else None,
            )
            found[row.person, row.pattern, row.beneficiary].append(told)
    return {key: together(told) for key, told in found.items()}


def _taken_back() -> ColumnElement[bool]:
    """True where somebody who said "it is mine" asked for a stop, for help or the like after all."""
    o, since = outreaches.c, acknowledgments.c.at
    asked = select(core_calls.c.id).where(
        core_calls.c.episode == o.episode,
        core_calls.c.act.in_(("hold", "freeze")),
        core_calls.c.cause == "",  # asked for by the person
        core_calls.c.opened_at >= since,
    )
    helped = select(tasks.c.id).where(
        tasks.c.outreach == o.id,
        tasks.c.kind.in_(("help", "recovery", "takeover")),
        tasks.c.opened_at >= since,
    )
    return or_(asked.exists(), helped.exists())
