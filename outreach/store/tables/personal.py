"""What is personal: encrypted, and deleted to forget a person."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, text

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Hash, Id, Word

people = table(
    "people",
    identity(),
    Column("user_ref_hmac", Hash, nullable=False, unique=True),
    Column("user_ref_enc", LargeBinary, nullable=False),
    moment("created_at"),
)

profiles = table(
    "profiles",
    Column("person", Id, primary_key=True),
    Column("locale", Word),
    Column("zone", Word),
    Column("country", String(2)),
    Column("code_enc", LargeBinary),
    word("source"),
    moment("updated_at"),
)

contact_points = table(
    "contact_points",
    identity(),
    person(),
    word("channel"),
    Column("value_enc", LargeBinary, nullable=False),
    Column("value_hmac", Hash, nullable=False, index=True),
    moment("valid_from"),
    moment("valid_to", optional=True),  # kept, because after a takeover the older one is the right one
    word("source"),
    moment("seen_at", optional=True),  # last named again by a feed; empty: not since `valid_from`
    Index(
        "uq_contact_points_current",
        "person",
        "channel",
        unique=True,
        sqlite_where=text("valid_to IS NULL"),
        postgresql_where=text("valid_to IS NULL"),
    ),
)

consents = table(
    "consents",
    identity(),
    person(),
    word("channel"),
    word("program"),
    word("basis"),
    Column("granted", Boolean, nullable=False),
    moment("at"),
    word("source"),
    Column("actor", Word, nullable=False, server_default=""),
    Column("text_sha256", Hash),
    Index("ix_consents_latest", "person", "channel", "program", "at"),
)

suppressions = table(
    "suppressions",
    identity(),
    Column("value_hmac", Hash, nullable=False),
    word("channel"),
    word("reason"),
    moment("at"),
    moment("lifted_at", optional=True),
    Index(
        "uq_suppressions_standing",
        "value_hmac",
        "channel",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)

notes = table(
    "notes",
    identity(),
    person(),
    word("actor"),
    Column("text_enc", LargeBinary, nullable=False),
    moment("at"),
)
