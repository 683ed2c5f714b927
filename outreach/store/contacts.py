"""How people may be reached: written when somebody is to be warned, read when a step is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from outreach.domain.profile import Profile
from outreach.domain.scale import Channel
from outreach.store.asked import among
from outreach.store.consents import Word, standing, write_words
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import contact_points, profiles, suppressions

CONFIRMED_EVERY = timedelta(days=1)
"""How old the last word on a contact must be for another to be written down: feeds repeat themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a feed says of how a person may be reached; None and absent mean that it does not say."""

    person: str
    locale: str | None = None
    zone: str | None = None
    country: str | None = None
    code: str | None = field(default=None, repr=False)
    contacts: Mapping[Channel, str] = field(default_factory=dict, repr=False)
    consents: Mapping[Channel, bool] = field(default_factory=dict)
    consent_text: str | None = None  # the hash of the text that these words of consent are about


def write_reaches(tx: Tx, reaches: Sequence[Reach], source: str, now: datetime) -> None:
    """Keep what a feed says of these people: a changed contact ends the old one, silence erases nothing.

    Of several about one person the last word counts, on each thing that it says a word about.
    """
    latest: dict[str, Reach] = {}
    for reach in reaches:
        latest[reach.person] = _after(latest.get(reach.person), reach)
    _write_profiles(tx, latest, source, now)
    _write_contacts(tx, latest, source, now)
    words = [Word(p, c, yes, r.consent_text) for p, r in latest.items() for c, yes in r.consents.items()]
    write_words(tx, words, source, now)


def _after(first: Reach | None, then: Reach) -> Reach:
    if first is None:
        return then
    return Reach(
        person=then.person,
        locale=then.locale or first.locale,
        zone=then.zone or first.zone,
        country=then.country or first.country,
        code=then.code or first.code,
        contacts={**first.contacts, **then.contacts},
        consents={**first.consents, **then.consents},
        consent_text=then.consent_text if then.consents else first.consent_text,
    )


def _write_profiles(tx: Tx, reaches: Mapping[str, Reach], source: str, now: datetime) -> None:
    there = {row.person: row for row in _rows(tx, profiles, profiles.c.person, reaches)}
    fresh, changed = [], []
    for person, reach in reaches.items():
        old = there.get(person)
        row: dict[str, Any] = {
            "locale": reach.locale or (old.locale if old else None),
            "zone": reach.zone or (old.zone if old else None),
            "country": reach.country or (old.country if old else None),
            "code_enc": tx.vault.seal(reach.code) if reach.code else (old.code_enc if old else None),
            "source": source,
            "updated_at": now,
        }
        if old is None:
            fresh.append({"person": person, **row})
        else:
            changed.append({"which": person, **row})
    tx.insert(profiles, fresh)
    if changed:
        tx.connection.execute(update(profiles).where(profiles.c.person == bindparam("which")), changed)


def _write_contacts(tx: Tx, reaches: Mapping[str, Reach], source: str, now: datetime) -> None:
    there = {
        (row.person, row.channel): row
        for row in _rows(tx, contact_points, contact_points.c.person, reaches)
        if row.valid_to is None
    }
    ended, named, fresh = [], [], []
    for person, reach in reaches.items():
        for channel, value in reach.contacts.items():
            value_hmac = tx.vault.fingerprint(value)
            old = there.get((person, channel.value))
            if old is not None and old.value_hmac == value_hmac:
                named += [old.id] if now - (old.seen_at or old.valid_from) >= CONFIRMED_EVERY else []
                continue
            if old is not None:
                ended.append(old.id)
            fresh.append(
                {
                    "id": tx.new_id(),
                    "person": person,
                    "channel": channel.value,
                    "value_enc": tx.vault.seal(value),
                    "value_hmac": value_hmac,
                    "valid_from": now,
                    "valid_to": None,
                    "source": source,
                    "seen_at": None,
                }
            )
    for chunk in chunks(named):
        tx.connection.execute(
            update(contact_points).where(contact_points.c.id.in_(chunk)).values(seen_at=now)
        )
    for chunk in chunks(ended):
        tx.connection.execute(
            update(contact_points).where(contact_points.c.id.in_(chunk)).values(valid_to=now)
        )
    tx.insert(contact_points, fresh)


def _rows(tx: Tx, table: Any, column: Any, persons: Iterable[str]) -> list[Any]:
    return list(tx.connection.execute(select(table).where(tx.among(column, persons))).all())


_p, _c, _s = profiles.c, contact_points.c, suppressions.c
_HOMES = select(_p.person, _p.locale, _p.zone, _p.country, _p.code_enc).where(among(_p.person, "persons"))
_CURRENT = select(_c.person, _c.channel, _c.value_enc, _c.value_hmac, _c.valid_from, _c.seen_at).where(
    among(_c.person, "persons"), _c.valid_to.is_(None)
)
_DEAD = select(_s.value_hmac, _s.channel).where(among(_s.value_hmac, "hashes"), _s.lifted_at.is_(None))
NOWHERE = (None, None, None, None)


def profiles_of(tx: Tx, persons: Iterable[str], default_locale: str) -> dict[str, Profile]:
    """The profile of each of these people as it stands now; the locale falls back to the firm's."""
    wanted = list(dict.fromkeys(persons))
    contacts, seen, suppressed = _contacts_of(tx, wanted)
    said = standing(tx, wanted)
    rows = {person: home for person, *home in tx.rows(_HOMES, persons=wanted)}
    found = {}
    for person in wanted:
        locale, zone, country, code = rows.get(person, NOWHERE)
        found[person] = Profile(
            person=person,
            locale=locale or default_locale,
            zone=zone,
            country=country,
            contacts=contacts[person],
            consents=said[person].security,
            education=said[person].education,
            exempt=said[person].exempt,
            suppressed=frozenset(suppressed[person]),
            seen=seen[person],
            code=tx.vault.open_if_can(code) if code else None,
        )
    return found


def _contacts_of(
    tx: Tx, persons: Sequence[str]
) -> tuple[dict[str, dict[Channel, str]], dict[str, dict[Channel, datetime]], dict[str, set[Channel]]]:
    """The current addresses of each person, when each was last confirmed, and which are suppressed."""
    current = tx.rows(_CURRENT, persons=persons)
    dead = dead_addresses(tx, {value_hmac for _, _, _, value_hmac, _, _ in current})
    contacts: dict[str, dict[Channel, str]] = defaultdict(dict)
    seen: dict[str, dict[Channel, datetime]] = defaultdict(dict)
    suppressed: dict[str, set[Channel]] = defaultdict(set)
    for person, word, value_enc, value_hmac, valid_from, seen_at in current:
        channel, address = Channel(word), tx.vault.open_if_can(value_enc)
        if address is None:  # one that cannot be opened must not hold up everybody else's
            continue
        contacts[person][channel] = address
        seen[person][channel] = seen_at or valid_from
        if (value_hmac, word) in dead:
            suppressed[person].add(channel)
    return contacts, seen, suppressed


def dead_addresses(tx: Tx, hashes: Iterable[str]) -> set[tuple[str, str]]:
    """Those of these addresses' keyed hashes that nobody may write to, each with the channel."""
    return {(value_hmac, channel) for value_hmac, channel in tx.rows(_DEAD, hashes=list(hashes))}


def suppress(tx: Tx, address: str, channel: Channel, reason: str, now: datetime) -> None:
    """Never write to this address on this channel again, until somebody lifts it."""
    row = {"id": tx.new_id(), "value_hmac": tx.vault.fingerprint(address), "channel": channel.value}
    tx.insert_new(suppressions, [{**row, "reason": reason, "at": now, "lifted_at": None}])
