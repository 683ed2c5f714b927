"""What has become known of people: their own answers, and what their episodes turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, func, literal, or_, select, type_coerce, union_all

from outreach.store.database import Tx
from outreach.store.tables import acknowledgments, episodes, outreaches, pulls, reckonings
from outreach.store.types import Instant

SCAM, LOST, LEGITIMATE = "scam", "lost", "legitimate"
"""Names of labels: confirmed by a list or an analyst; money went to it, at that moment; a false alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One thing that became known: of whom, about which pattern, when. `name`: an answer, or one of ours."""

    name: str
    person: str
    pattern: str
    at: datetime


def labels(tx: Tx, since: datetime, until: datetime) -> list[Label]:
    """Answers and outcomes of these days, each once a person, pattern and name: the earliest."""
    a = acknowledgments.c
    answered = (
        select(a.answer, a.person, outreaches.c.pattern, a.at)
        .join(outreaches, outreaches.c.id == a.outreach)
        .where(a.at >= since, a.at <= until)
    )
    found: dict[tuple[str, str, str], datetime] = {}
    for query in (answered, _turned_out(since, until)):
        for name, person, pattern, at in tx.connection.execute(query):
            key = (name, person, pattern)
            found[key] = min(at, found.get(key, at))
    return [
        Label(name=name, person=person, pattern=pattern, at=at)
        for (name, person, pattern), at in found.items()
    ]


def _turned_out(since: datetime, until: datetime) -> CompoundSelect[Any]:
    """What episodes that were opened in these days turned out to be; the user's word alone confirms none."""
    r, e = reckonings.c, episodes.c
    at = func.coalesce(r.lost_at, r.left_at, e.last_flag_at)
    opened = (e.opened_at >= since, e.opened_at <= until)
    kinds = (
        (SCAM, at, r.is_scam.is_(True)),
        (LOST, r.lost_at, r.lost_at.is_not(None)),
        (LEGITIMATE, at, r.false_alarm.is_(True) & or_(r.is_scam.is_(None), r.is_scam.is_(False))),
    )
    return union_all(
        *(
            select(literal(name), e.person, e.pattern, type_coerce(when, Instant))
            .join(reckonings, r.episode == e.id)
            .where(*opened, which)
            for name, when, which in kinds
        )
    )


def runs_of_pulls(tx: Tx, since: datetime) -> dict[str, tuple[str, datetime]]:
    """Every pull since then: its id, the run that it belongs to, and when it was decided."""
    p = pulls.c
    rows = tx.connection.execute(select(p.id, p.run, p.at).where(p.at >= since))
    return {id: (run, at) for id, run, at in rows}
