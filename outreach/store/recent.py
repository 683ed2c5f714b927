"""What people were sent lately, read once for a whole round."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from outreach.domain.delivery import Status
from outreach.domain.recent import Recent, Told, Weight
from outreach.domain.scale import Channel
from outreach.store.asked import among
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


_m, _o = messages.c, outreaches.c
_TOLD = (
    select(_m.person, _m.outreach, _m.status, _m.created_at, _m.channel, _m.template)
    .add_columns(_o.urgency_rank, _o.severity_rank, _o.episode)
    .join(outreaches, _o.id == _m.outreach)
    .where(among(_m.person, "persons"), _m.created_at > bindparam("since"))
    .where(_m.channel != Channel.CALL.value, *(_m.status != never for never in NEVER_SENT))
    .order_by(_m.created_at)
)
# Looked up by person and sorted out here: asked for the state too, SQLite reads every open outreach.
_THEIRS = select(_o.person, _o.state).where(among(_o.person, "persons"))


def told_since(tx: Tx, persons: Iterable[str], since: datetime) -> Lately:
    """Every message written to these people since then that reached them, or may yet. Calls are left out:
    a colleague makes them."""
    told: dict[str, list[tuple[str, str, Told]]] = defaultdict(list)
    rows = tx.rows(_TOLD, persons=list(set(persons)), since=since)
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
    rows = tx.rows(_THEIRS, persons=list(set(persons)))
    found = Counter(person for person, state in rows if state in OPEN)
    return {person for person, open_outreaches in found.items() if open_outreaches > 1}


def one_by_one(tx: Tx, persons: Iterable[str]) -> None:
    """Let no other process write to these people before this transaction ends; SQLite has one writer."""
    query = select(people.c.id).where(tx.among(people.c.id, set(persons))).order_by(people.c.id)
    tx.connection.execute(query.with_for_update()).all()
