"""Versions, and the engine's own running: runs, pulls, ticks, halts, approvals, audit."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint

from outreach.store.tables.base import identity, moment, table, word
from outreach.store.types import Hash, Id, Instant, Json, Word

texts = table(
    "texts",
    Column("sha256", Hash, primary_key=True),
    word("kind"),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    moment("first_used_at"),
)

runs = table(
    "runs",
    identity(),
    moment("started_at"),
    moment("finished_at", optional=True),
    moment("beat_at", optional=True),  # a run that has not beaten for a while is dead
    Column("rulebook_sha256", Hash, nullable=False),
    Column("counts", Json, nullable=False),
    word("state"),  # running | finished | failed
)

pulls = table(
    "pulls",
    identity(),
    Column("run", Id, ForeignKey("runs.id"), nullable=False, index=True),
    word("feed"),
    Column("n", Integer, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("archive", Text),
    moment("at"),
    UniqueConstraint("feed", "n"),  # two daemons on one feed: the second commit loses, whole
    CheckConstraint("lines = read + quarantined", name="every_line_counted"),
)

quarantine = table(
    "quarantine",
    identity(),
    Column("pull", Id, ForeignKey("pulls.id"), nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("line", Integer, nullable=False),
    word("reason"),
    Column("column", Word, nullable=False, server_default=""),
    Column("text_enc", LargeBinary, nullable=False),
    moment("at"),
)

ticks = table(
    "ticks",
    word("job", key=True),
    Column("due_at", Instant, primary_key=True),
    word("holder"),
    moment("taken_at"),
)

processes = table(
    "processes",  # who is alive: a row is beaten every few seconds, and old ones are swept
    word("holder", key=True),
    word("role"),  # daemon | web | run
    word("version"),
    moment("started_at"),
    moment("beat_at"),
)

halts = table(
    "halts",
    identity(),
    word("scope"),  # all | pattern | channel
    word("object"),
    Column("reason", Text, nullable=False),
    word("actor"),
    moment("at"),
    moment("lifted_at", optional=True),
    word("lifted_by", optional=True),
)

approvals = table(
    "approvals",
    identity(),
    Column("run", Id, ForeignKey("runs.id"), nullable=False, index=True),
    word("pattern"),
    word("rule"),
    Column("reason", Text, nullable=False),
    Column("users", Integer, nullable=False),
    word("state"),  # asked | approved | rejected | expired
    word("actor", optional=True),
    moment("asked_at"),
    moment("answered_at", optional=True),
    Column("kinds", Text, nullable=False, server_default=""),  # what was passed, with blanks between
)

audit = table(
    "audit",
    identity(),
    word("actor"),
    word("act"),
    Column("object", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    moment("at"),
)
