"""What silence is told by: when each feed was looked at, and what came of it."""

from __future__ import annotations

from sqlalchemy import Column, Text

from outreach.store.tables.base import moment, table, word

looks = table(
    "looks",  # one row a feed, written over at every look
    word("feed", key=True),
    moment("first_at"),
    moment("looked_at"),
    moment("brought_at", optional=True),  # the last look that brought a flag nobody had seen
    moment("failing_since", optional=True),  # the first of the looks that have failed ever since
    Column("reason", Text, nullable=False, server_default=""),
)
