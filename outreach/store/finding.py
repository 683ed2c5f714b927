"""Finding a person by whatever somebody at the desk has: our ids, the firm's, a phone number, a mailbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from outreach.domain.contact import spellings
from outreach.domain.message import CROCKFORD, REFERENCE_LENGTH, read_reference
from outreach.errors import StoreError
from outreach.store.database import Store, Tx
from outreach.store.tables import contact_points, messages, outreaches, people, reports

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Found:
    """A person, and what they were found by, in words."""

    person: str
    by: str


def find(tx: Tx, typed: str) -> list[Found]:
    """Who this is: the first of these that fits anybody, and everybody it fits (a phone can be shared).

    User reference, person id, current or past address, message reference in any spelling.
    """
    text = typed.strip()
    fingerprints = [tx.vault.fingerprint(form) for form in spellings(text)]
    references = {tx.vault.fingerprint(form) for form in (typed, text)}
    ways: list[tuple[str, Select[Any]]] = [
        ("user reference", select(people.c.id).where(people.c.user_ref_hmac.in_(references))),
        *_by_id(text.lower().replace("-", "")),
        ("address", select(contact_points.c.person).where(contact_points.c.value_hmac.in_(fingerprints))),
        ("address", select(messages.c.person).where(messages.c.to_hmac.in_(fingerprints))),
        *_by_reference(text),
    ]
    for by, query in ways:
        if persons := sorted(tx.connection.execute(query.distinct()).scalars()):
            return [Found(person, by) for person in persons]
    return []


def _by_id(text: str) -> list[tuple[str, Select[Any]]]:
    if not _ID.fullmatch(text):
        return []
    # A forgotten person has no row in `people` any more, but still a story.
    return [
        ("person id", select(people.c.id).where(people.c.id == text)),
        ("person id", select(outreaches.c.person).where(outreaches.c.person == text)),
    ]


def _by_reference(text: str) -> list[tuple[str, Select[Any]]]:
    reference = read_reference(text)
    if not is_reference(reference):
        return []
    return [
        ("message reference", select(messages.c.person).where(messages.c.reference == reference)),
        ("report reference", select(reports.c.person).where(reports.c.reference == reference)),
    ]


def is_reference(text: str) -> bool:
    """Whether this has the shape of a message reference."""
    return len(text) == REFERENCE_LENGTH and all(c in CROCKFORD for c in text)


def require_same_keys(store: Store) -> None:
    """Refuse keys that people here were not stored under: nobody would be known again, all warned anew."""
    with store.read() as tx:
        one = tx.connection.execute(select(people.c.user_ref_hmac, people.c.user_ref_enc).limit(1)).first()
        if one is not None and tx.vault.fingerprint(tx.vault.open(one.user_ref_enc)) != one.user_ref_hmac:
            raise StoreError(
                "OUTREACH_HASH_KEY is not the one that the people in this database were stored under: "
                "put the former key back"
            )
