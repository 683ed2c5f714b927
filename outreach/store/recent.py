"""What people were sent lately, read once for a whole round."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from outreach.domain.delivery import Status
from outreach.domain.recent import Recent, Told, Weight
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.tables import messages, outreaches, people

NEVER_SENT = (Status.REFUSED.value, Status.CANCELLED.value, Status.UNDELIVERED.value)
"""A message that reached nobody tires nobody."""

OPEN = frozenset({"climbing", "settling"})
ON_ITS_WAY = frozenset({Status.QUEUED.value, Status.RETRYING.value})


@dataclass(frozen=True, slots=True)
class Lately:
    """What people were sent since a moment, by person: (outreach, status, what was told), oldest first."""

    told: Mapping[str, Sequence[tuple[str, str, Told]]]

    def of(self, person: str, outreach: str, weight: Weight | None = None, episode: str = "") -> Recent:
        """It as one outreach sees it; its own message that is still to be tried again does not count."""
        told = self.told.get(person, ())
        own = tuple(t for of, status, t in told if of == outreach and status not in ON_ITS_WAY)
        others = tuple(t for of, _, t in told if of != outreach)
        return Recent(own, others, weight, episode)


def told_since(tx: Tx, persons: Iterable[str], since: datetime) -> Lately:
    """Every message written to these people since then that reached them, or may yet. Calls are left out:
    a colleague makes them."""
    told: dict[str, list[tuple[str, str, Told]]] = defaultdict(list)
    m, o = messages.c, outreaches.c
    query = (
        select(m.person, m.outreach, m.status, m.created_at, m.channel, m.template)
        .add_columns(o.urgency_rank, o.severity_rank, o.episode)
        .join(outreaches, o.id == m.outreach)
        .where(tx.among(m.person, set(persons)), m.created_at > since, m.status.not_in(NEVER_SENT))
        .where(m.channel != Channel.CALL.value)
        .order_by(m.created_at)
    )
    rows = tx.connection.execute(query)
    for person, outreach, status, at, channel, template, urgency, severity, episode in rows:
        words = Told(
            at=at,
            channel=Channel(channel),
            template=template.partition(".")[0],  # <pattern>/<name>.<locale>.j2
            urgency_rank=urgency,
            severity_rank=severity,
            episode=episode,
        )
        told[person].append((outreach, status, words))
    return Lately(told)


def crowded(tx: Tx, persons: Iterable[str]) -> set[str]:
    """Those of these people whom more than one open outreach would write to."""
    # Looked up by person and sorted out here: asked for the state too, SQLite reads every open outreach.
    query = select(outreaches.c.person, outreaches.c.state)
    rows = tx.connection.execute(query.where(tx.among(outreaches.c.person, set(persons))))
    found = Counter(person for person, state in rows if state in OPEN)
    return {person for person, open_outreaches in found.items() if open_outreaches > 1}


def one_by_one(tx: Tx, persons: Iterable[str]) -> None:
    """Let no other process write to these people before this transaction ends; SQLite has one writer."""
    query = select(people.c.id).where(tx.among(people.c.id, set(persons))).order_by(people.c.id)
    tx.connection.execute(query.with_for_update()).all()
