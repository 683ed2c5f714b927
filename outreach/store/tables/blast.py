"""What bounds the blast of a rule: words on approvals, what rules match as a rule, and ramps."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, SmallInteger, Text, UniqueConstraint

from outreach.store.tables.base import identity, moment, table, word
from outreach.store.types import Hash, Id, Instant

assents = table(
    "assents",  # append-only: one person's word on one approval, once
    identity(),
    Column("approval", Id, ForeignKey("approvals.id"), nullable=False),
    word("actor"),
    word("verdict"),  # approved | rejected
    Column("reason", Text, nullable=False, server_default=""),
    moment("at"),
    UniqueConstraint("approval", "actor"),
)

matched = table(
    "matched",  # how many people each rule wanted to warn in a day, and let go in five minutes
    word("pattern", key=True),
    word("rule", key=True),
    word("span", key=True),  # day | five_minutes
    Column("slot", Instant, primary_key=True),
    Column("people", Integer, nullable=False),
    Column("approved", Integer, nullable=False, server_default="0"),  # what the day had come to when approved
)

ramps = table(
    "ramps",  # how far each rule's newest version has come
    word("pattern", key=True),
    word("rule", key=True),
    Column("version", Hash, nullable=False),
    Column("step", SmallInteger, nullable=False),
    word("state"),  # running | stopped | done
    moment("started_at"),
    moment("stepped_at"),
    Column("reason", Text, nullable=False, server_default=""),
)
