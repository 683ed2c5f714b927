"""What others tell of money: every telling, in the order of commits, and the pulls that brought them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)

from outreach.store.tables.base import identity, moment, table, word
from outreach.store.types import Fine, Hash, Id

Name = String(128)
"""A feed's name."""

outcome_facts = table(
    "outcome_facts",  # append-only: the newest telling of one identity stands
    identity(),
    Column("seq", BigInteger, nullable=False, unique=True),  # rises in the order of commits
    Column("person", Id, index=True),  # None: about a beneficiary, or about somebody we do not know yet
    Column("user_hmac", Hash, nullable=False, server_default=""),  # of somebody we do not know yet
    Column("feed", Name, nullable=False),
    Column("identity", Hash, nullable=False),  # keyed hash of the feed and its own id, else of the content
    Column("n", Integer, nullable=False),  # which telling of it, from 1
    Column("content", Hash, nullable=False),  # the same content again is nothing new
    word("kind"),
    Column("transfer", Hash, nullable=False, server_default=""),
    Column("beneficiary", Hash, nullable=False, server_default=""),  # of the address's one spelling
    word("rail", optional=True),
    Column("amount", Fine),
    word("currency", optional=True),
    Column("rate", Fine),  # makes the amount the firm's outcome currency, as it was then
    word("rate_source", optional=True),
    word("by"),
    moment("at"),
    moment("told_at"),
    UniqueConstraint("identity", "n"),
    Index("ix_outcome_facts_beneficiary", "beneficiary"),
    Index(
        "ix_outcome_facts_unknown",
        "user_hmac",
        sqlite_where=text("user_hmac <> ''"),
        postgresql_where=text("user_hmac <> ''"),
    ),
)

outcome_spellings = table(
    "outcome_spellings",  # keyed hashes: every spelling that a flag may have of an address that was told of
    Column("spelling", Hash, primary_key=True),
    Column("place", Hash, nullable=False, index=True),
)

outcome_pulls = table(
    "outcome_pulls",
    identity(),
    Column("feed", Name, nullable=False),
    Column("n", Integer, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    moment("at"),
    UniqueConstraint("feed", "n"),  # two daemons on one feed: the second commit loses, whole
    CheckConstraint("lines = new + corrected + repeated + quarantined", name="every_line_counted"),
)

outcome_unread = table(
    "outcome_unread",  # lines that could not be read: quarantine, until somebody mends them
    identity(),
    Column("pull", Id, ForeignKey("outcome_pulls.id"), nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("line", Integer, nullable=False),
    word("reason"),
    Column("column", String(64), nullable=False, server_default=""),
    Column("text_enc", LargeBinary, nullable=False),
    moment("at"),
)

outcome_edition = table(
    "outcome_edition",  # one row: whoever tells something takes it first, so that `seq` is in order
    word("name", key=True),
    Column("n", BigInteger, nullable=False),
)
