"""Who waits under an approval: counted, and a few of them to say their messages as an example."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from outreach.store.database import Tx
from outreach.store.tables import contact_points, outreaches, profiles


def counted(tx: Tx, approval: str) -> Mapping[str, Mapping[str, int]]:
    """How many by locale, by country, and by channel on which they can be reached (one may be on several)."""
    o = outreaches.c
    held = (o.approval == approval) & (o.state == "held")
    joined = outreaches.outerjoin(profiles, profiles.c.person == o.person)
    found: dict[str, dict[str, int]] = {}
    for name in ("locale", "country"):
        word = func.coalesce(profiles.c[name], "unknown")
        query = select(word, func.count()).select_from(joined).where(held).group_by(word)
        found[name] = dict(sorted((str(key), int(n)) for key, n in tx.connection.execute(query)))
    c = contact_points.c
    reached = outreaches.join(contact_points, (c.person == o.person) & c.valid_to.is_(None))
    query = (
        select(c.channel, func.count(o.person.distinct()))
        .select_from(reached)
        .where(held)
        .group_by(c.channel)
    )
    found["channel"] = dict(sorted((str(key), int(n)) for key, n in tx.connection.execute(query)))
    return found


def some(tx: Tx, approval: str, most: int) -> list[str]:
    """The ids of some outreaches that wait under it: those that expire first."""
    o = outreaches.c
    query = select(o.id).where(o.approval == approval, o.state == "held").order_by(o.expires_at, o.id)
    return list(tx.connection.execute(query.limit(most)).scalars())
