"""What follows an answer: recovery cases, and takeovers that people told us of."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Id

cases = table(
    "cases",  # money has left: one an episode
    identity(),
    person(),
    Column("episode", Id, ForeignKey("episodes.id"), nullable=False, unique=True),
    Column("outreach", Id, ForeignKey("outreaches.id"), index=True),
    word("source"),  # already_sent | left_before_the_hold
    word("state"),  # open | closed
    moment("opened_at"),
    moment("closed_at", optional=True),
)

takeovers = table(
    "takeovers",  # "this was not me": contacts that came since are nobody's proven own
    identity(),
    person(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False, unique=True),
    moment("at"),
)
