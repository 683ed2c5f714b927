"""Contacts as they were before a takeover: nobody writes to the thief's own number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from outreach.domain.profile import Profile
from outreach.domain.scale import Channel
from outreach.domain.takeover import Takeover
from outreach.store.contacts import dead_addresses
from outreach.store.database import Tx
from outreach.store.tables import contact_points

Points = Mapping[str, Mapping[str, list[Any]]]


def before_takeover(tx: Tx, taken: Mapping[str, tuple[Profile, Takeover]]) -> dict[str, Profile]:
    """These profiles, by any key, with the contacts that were known before each takeover.

    Where the facts say that a contact was changed, one that is not known to be older is left out, and its
    channel stands in `too_new`; else the current one stays where no older one is known.
    """
    points = _points(tx, {profile.person for profile, _ in taken.values()})
    chosen = {key: _chosen(points[profile.person], over) for key, (profile, over) in taken.items()}
    dead = dead_addresses(tx, {point.value_hmac for found in chosen.values() for point in found.values()})
    return {
        key: replace(
            profile,
            contacts={c: told for c, p in chosen[key].items() if (told := tx.vault.open_if_can(p.value_enc))},
            seen={channel: point.seen_at or point.valid_from for channel, point in chosen[key].items()},
            suppressed=frozenset(c for c, p in chosen[key].items() if (p.value_hmac, c.value) in dead),
            too_new=frozenset(profile.contacts.keys() - chosen[key].keys()),
        )
        for key, (profile, _) in taken.items()
    }


def _points(tx: Tx, persons: set[str]) -> Points:
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    query = select(contact_points).where(tx.among(contact_points.c.person, persons))
    for row in tx.connection.execute(query.order_by(contact_points.c.valid_from)):
        found[row.person][row.channel].append(row)
    return found


def _chosen(by_channel: Mapping[str, list[Any]], over: Takeover) -> dict[Channel, Any]:
    chosen: dict[Channel, Any] = {}
    for channel, points in by_channel.items():
        older = [point for point in points if point.valid_from < over.since]
        if found := older[-1:] or _else(points, over):
            chosen[Channel(channel)] = found[0]
    return chosen


def _else(points: list[Any], over: Takeover) -> list[Any]:
    """What is written to where nothing is known from before: the oldest from before it was told, or the
    current one."""
    if over.is_changed:
        return []
    if over.told_at is not None:
        return [point for point in points if point.valid_from < over.told_at][:1]
    return [point for point in points if point.valid_to is None]
