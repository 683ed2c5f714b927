"""The ledger of outcomes' own running: what each episode last came to, and how far its sources were read."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, Text

from outreach.store.tables.base import moment, person, table, word
from outreach.store.types import Exact, Id, Json

reckonings = table(
    "reckonings",  # one an episode: what is no entry of the ledger, as last reckoned; made anew at every look
    Column("episode", Id, ForeignKey("episodes.id"), primary_key=True),
    person(),
    moment("due_at", optional=True),  # the next look; empty: nothing more can come
    moment("looked_at", optional=True),  # empty: never yet
    Column("matured", SmallInteger, nullable=False, server_default="0"),  # how many of the windows
    word("definition", optional=True),
    word("currency", optional=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("first_attempt_at", optional=True),
    moment("left_at", optional=True),
    moment("abandoned_at", optional=True),
    Column("is_scam", Boolean),
    Column("said_scam", Boolean),
    Column("false_alarm", Boolean),
    Column("contradicted", Boolean),
    Column("lost_24h", Exact),  # each empty: too soon
    Column("lost_72h", Exact),
    Column("lost_14d", Exact),
    Column("lost_90d", Exact),
    moment("lost_at", optional=True),
    word("owner", optional=True),
    Column("beside", Json),
    Column("cost", Exact),
    word("locale", optional=True),  # frozen at the first look, as the country is: a profile changes
    word("country", optional=True),
    Index("ix_reckonings_due", "due_at"),
)

reckoning_marks = table(
    "reckoning_marks",  # how far each source was read for episodes that must be looked at again
    word("source", key=True),
    Column("mark", Text, nullable=False),  # from here it is read again
    Column("newest", Text, nullable=False),  # from here, once what was late has had its time
    moment("at"),  # when the newest was taken
)
