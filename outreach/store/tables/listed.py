"""Listed addresses: who said what of which address, what is allowed, and whom people pay."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)

from outreach.store.tables.base import identity, moment, table, word
from outreach.store.types import Hash, Id, Json

Name = String(128)
"""A feed's or a source's name."""

Spelled = String(128)
"""An address."""

listed = table(
    "listed",  # one row for whatever a source says of an address through a feed; removals stay as rows
    identity(),
    Column("feed", Name, nullable=False),
    Column("source", Name, nullable=False),
    word("chain"),
    Column("address", Spelled, nullable=False),
    Column("also", Spelled, nullable=False, server_default=""),  # another spelling that people use
    Column("categories", Text, nullable=False, server_default=""),  # with bars between
    Column("confidence", SmallInteger),
    moment("first_seen", optional=True),
    moment("last_seen", optional=True),
    moment("told_at", optional=True),  # when it was last said to be bad
    moment("removed_at", optional=True),  # when it was last said to be bad no more
    moment("expires_at", optional=True),
    word("actor"),
    moment("at"),
    UniqueConstraint("feed", "source", "chain", "address"),
    Index("ix_listed_address", "address", "chain"),
    Index("ix_listed_source", "source"),
)

listed_feeds = table(
    "listed_feeds",
    Column("name", Name, primary_key=True),
    moment("complete_at", optional=True),  # the newest list that was complete: what it lacks is not listed
    Column("position", Text, nullable=False, server_default=""),  # what of it was read, in the feed's words
    moment("looked_at", optional=True),
    moment("failing_since", optional=True),
    Column("reason", Text, nullable=False, server_default=""),
)

listed_imports = table(
    "listed_imports",
    identity(),
    Column("feed", Name, nullable=False, index=True),
    word("state"),  # done | held | accepted | rejected
    Column("read", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("refreshed", Integer, nullable=False),
    Column("same", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("counts", Json, nullable=False),  # rejected by reason, taken by chain
    Column("offenders", Json, nullable=False),  # what recent transfers it would match
    moment("complete_at", optional=True),
    Column("position", Text, nullable=False, server_default=""),
    word("actor"),
    moment("at"),
    word("answered_by", optional=True),
    moment("answered_at", optional=True),
    CheckConstraint("read = new + refreshed + same + removed + held + rejected", name="every_row_counted"),
)

listed_waiting = table(
    "listed_waiting",  # the rows of a held import, as it read them
    Column("import", Id, ForeignKey("listed_imports.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("source", Name, nullable=False),
    word("chain"),
    Column("address", Spelled, nullable=False),
    Column("also", Spelled, nullable=False),
    Column("categories", Text, nullable=False),
    Column("confidence", SmallInteger),
    moment("first_seen", optional=True),
    moment("last_seen", optional=True),
    moment("told_at", optional=True),
    moment("removed_at", optional=True),
    moment("expires_at", optional=True),
)

withdrawn = table(
    "withdrawn",  # sources and feeds that are not believed any more
    Column("name", Name, primary_key=True),
    Column("reason", Text, nullable=False, server_default=""),
    word("actor"),
    moment("at"),
)

allowed = table(
    "allowed",  # wins over whatever any list says
    word("chain", key=True),
    Column("address", Spelled, primary_key=True),
    Column("also", Spelled, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    word("actor"),
    moment("at"),
)

listings = table(
    "listings",  # append-only: an address became listed; ended when nothing carries it any more
    Column("n", BigInteger, primary_key=True, autoincrement=False),  # rises in the order of commits
    word("chain"),
    Column("address", Spelled, nullable=False),
    moment("at"),
    moment("ended_at", optional=True),
    Index("ix_listings_address", "address", "chain"),
)

lists_edition = table(
    "lists_edition",  # one row: whoever changes a list takes it first, and whoever reads one knows it is old
    word("name", key=True),
    Column("n", BigInteger, nullable=False),
)

suggestions = table(
    "suggestions",  # addresses that somebody reported: not listed until a person says so
    identity(),
    word("chain"),
    Column("address", Spelled, nullable=False),
    Column("also", Spelled, nullable=False, server_default=""),
    Column("categories", Text, nullable=False, server_default=""),
    word("origin"),  # report | colleague
    Column("report", Id, nullable=False, server_default=""),
    Column("person", Id, index=True),
    word("state"),  # waiting | accepted | rejected
    word("actor"),
    moment("at"),
    word("answered_by", optional=True),
    moment("answered_at", optional=True),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("chain", "address", "origin", "report"),
)

payees = table(
    "payees",  # whom somebody was flagged paying, as keyed hashes only
    identity(),
    Column("person", Id, nullable=False),
    word("chain"),
    Column("address", Hash, nullable=False),
    Column("ends", Hash, nullable=False),  # of what a twin would share with it
    moment("first_at"),
    moment("last_at"),
    UniqueConstraint("person", "chain", "address"),
    Index("ix_payees_address", "address"),
    Index("ix_payees_last_at", "last_at"),
)
