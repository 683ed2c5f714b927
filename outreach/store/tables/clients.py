"""Who may use the inbox API, and what each guessed in vain."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Text

from outreach.store.tables.base import identity, moment, table
from outreach.store.types import Hash, Id, Instant, Word

clients = table(
    "clients",
    identity(),
    Column("name", Word, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # with blanks between
    Column("token_hmac", Hash, nullable=False),
    Column("former_hmac", Hash),  # good for a while after a rotation
    moment("former_until", optional=True),
    moment("created_at"),
    moment("expires_at", optional=True),
    moment("revoked_at", optional=True),
    moment("used_at", optional=True),
)

guesses = table(
    "guesses",  # references that were asked about and are not ours; swept after a slot
    Column("client", Id, ForeignKey("clients.id"), primary_key=True),
    Column("who", Hash, primary_key=True),  # a keyed hash of who asked
    Column("slot", Instant, primary_key=True),
    Column("missed", Integer, nullable=False),
)
