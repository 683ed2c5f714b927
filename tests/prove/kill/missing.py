"""What our own ledger says of messages that never came: a loss in a run of an hour must explain itself."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from outreach.store.tables import attempts, bars, messages, outreaches, people
from outreach.wiring.house import open_house
from tests.prove.kill.arena import Arena
from tests.prove.kill.recovering import looking

MOST = 3
"""Stories; one says nearly as much as a hundred."""


def stories(here: Arena) -> list[str]:
    """Of the first few that were lost: where each climb stands, its messages, attempts and bars."""
    lost = sorted(here.missing())[:MOST]
    if not lost:
        return []
    house = open_house(here.workspace)
    try:
        names = [(n, channel, house.store.vault.fingerprint(f"user-{n}")) for n, channel in lost]
    finally:
        house.close()
    with looking(here.workspace) as look:
        return [f"user-{n} by {channel}: {_story(look, name)}" for n, channel, name in names]


def _story(look: Connection, name: str) -> str:
    person = look.execute(select(people.c.id).where(people.c.user_ref_hmac == name)).scalar()
    if person is None:
        return "nobody ever took the flag in"
    o, m, a, b = outreaches.c, messages.c, attempts.c, bars.c
    climbs = select(o.id, o.state, o.close_reason, o.step, o.due_at, o.lease_until, o.opened_at).where(
        o.person == person
    )
    sent = select(m.id, m.channel, m.status, m.created_at).where(m.person == person)
    tries = (
        select(a.message, a.n, a.result, a.lease_until, a.finished_at)
        .join(messages, m.id == a.message)
        .where(m.person == person)
    )
    held = (
        select(b.step, b.verdict, b.reason, b.at)
        .join(outreaches, o.id == b.outreach)
        .where(o.person == person)
    )
    parts = {"climbs": climbs, "messages": sent, "attempts": tries, "bars": held}
    return "; ".join(f"{word}: {_rows(look.execute(query))}" for word, query in parts.items())


def _rows(rows: Iterable[object]) -> str:
    return ", ".join(str(tuple(map(str, row))) for row in rows) or "none"  # type: ignore[call-overload]
