"""What was claimed and decided: flags, episodes, decisions, outreaches, bars. Person ids only."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Exact, Hash, Id, Json

flags = table(
    "flags",
    identity(),
    person(),
    Column("pull", Id, ForeignKey("pulls.id"), nullable=False, index=True),
    word("feed"),
    Column("identity", Hash, nullable=False),
    word("pattern"),
    Column("beneficiary", Hash, nullable=False, server_default=""),
    Column("score", Exact, nullable=False),
    Column("score_model", Text),
    moment("flagged_at"),
    UniqueConstraint("feed", "identity"),
)

episodes = table(
    "episodes",
    identity(),
    person(),
    word("pattern"),
    Column("beneficiary", Hash, nullable=False, server_default=""),
    Column("severity_rank", SmallInteger, nullable=False),  # of what it was warned about; -1: not yet
    Column("transfer_ref", Text),
    Column("money_moved", Boolean, nullable=False),
    moment("opened_at"),
    moment("last_flag_at"),
    moment("closed_at", optional=True),
    Index(
        "uq_episodes_open",
        "person",
        "pattern",
        "beneficiary",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_episodes_beneficiary", "beneficiary"),  # who was flagged paying what became listed
)

decisions = table(
    "decisions",
    identity(),
    person(),
    Column("flag", Id, ForeignKey("flags.id"), nullable=False, index=True),
    Column("episode", Id, ForeignKey("episodes.id"), index=True),
    Column("run", Id, ForeignKey("runs.id"), nullable=False, index=True),
    word("pattern"),
    word("rule"),
    word("verdict"),
    word("reason"),
    Column("because", Text, nullable=False, server_default=""),
    Column("shadow", Boolean, nullable=False),
    Column("rule_set_sha256", Hash, nullable=False),
    Column("facts", Json, nullable=False),
    Column("score", Exact),
    word("arm", optional=True),
    Column("band", Exact),
    Column("registration", Hash),
    Column("cut_off", Exact),  # the rule's, and its urgency, as they were then
    Column("urgency_rank", SmallInteger),
    moment("at"),
    UniqueConstraint("flag", "rule", "shadow"),
    Index(
        "ix_decisions_registration",
        "registration",
        sqlite_where=text("registration IS NOT NULL"),
        postgresql_where=text("registration IS NOT NULL"),
    ),
)

outreaches = table(
    "outreaches",
    identity(),
    person(),
    Column("episode", Id, ForeignKey("episodes.id"), nullable=False, index=True),
    Column("decision", Id, ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("run", Id, ForeignKey("runs.id"), nullable=False, index=True),
    word("pattern"),
    word("rule"),
    Column("severity_rank", SmallInteger, nullable=False),
    Column("urgency_rank", SmallInteger, nullable=False),
    Column("ladder", Text, nullable=False),  # frozen: a rule edit never touches a climb under way
    word("in_doubt"),
    word("state"),  # pending | ramp | held | climbing | settling | closed
    Column("step", SmallInteger, nullable=False),
    Column("sent", SmallInteger, nullable=False),
    moment("opened_at"),
    moment("due_at"),
    moment("expires_at", optional=True),
    moment("lease_until", optional=True),
    word("lease_holder", optional=True),
    moment("closed_at", optional=True),
    word("close_reason", optional=True),
    Column("approval", Id),  # held: what it waits for
    Index(
        "uq_outreaches_open",
        "episode",
        unique=True,
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    Index("ix_outreaches_due", "state", "urgency_rank", "due_at"),
    Index("ix_outreaches_ending", "state", "urgency_rank", "expires_at"),  # what cannot wait its turn
    Index("ix_outreaches_closed", "closed_at"),  # what ended today, and how much of it too late
)

bars = table(
    "bars",  # every step that was not sent, or sent in spite of something, with its reason
    identity(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False, index=True),
    Column("step", SmallInteger, nullable=False),
    word("channel"),
    word("verdict"),  # barred | held | overridden
    word("reason"),
    moment("until", optional=True),
    moment("at"),
)
