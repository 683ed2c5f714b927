"""What was said and answered: messages, attempts, receipts, answers, outcomes, tasks, core calls."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Exact, Hash, Id, Json, Word

messages = table(
    "messages",
    identity(),
    person(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("reference", String(6), nullable=False, unique=True),
    word("channel"),
    word("locale"),
    Column("template", Text, nullable=False),
    Column("template_sha256", Hash, nullable=False),
    Column("to_hmac", Hash, nullable=False, index=True),
    Column("to_enc", LargeBinary, nullable=False),
    Column("body_enc", LargeBinary, nullable=False),
    word("status"),
    moment("status_at"),
    moment("created_at"),
    moment("next_attempt_at", optional=True),
    UniqueConstraint("outreach", "step"),
    Index("ix_messages_newest", "created_at", "id"),  # support's list, newest first
)

attempts = table(
    "attempts",
    identity(),
    Column("message", Id, ForeignKey("messages.id"), nullable=False),
    Column("n", SmallInteger, nullable=False),
    word("provider"),
    moment("started_at"),
    moment("lease_until"),
    moment("finished_at", optional=True),
    word("result", optional=True),  # accepted | refused | unavailable | unknown
    Column("reason", Text),
    Column("provider_ref", Text),
    moment("safe_at", optional=True),  # in doubt: from here on the provider's "no" counts
    word("settled", optional=True),  # asked | receipt | late | not_taken | repeated | held_for_human | left
    moment("settled_at", optional=True),
    UniqueConstraint("message", "n"),
    Index(  # no more than is looked for: each costs a write an attempt
        "ix_attempts_open",
        "lease_until",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    Index(
        "ix_attempts_in_doubt",
        "safe_at",
        sqlite_where=text("safe_at IS NOT NULL AND settled IS NULL"),
        postgresql_where=text("safe_at IS NOT NULL AND settled IS NULL"),
    ),
)

receipts = table(
    "receipts",
    identity(),
    word("provider"),
    Column("event_id", String(128), nullable=False),  # the provider's own word for it
    Column("message", Id, index=True),
    Column("provider_ref", Text),
    word("status"),
    Column("detail", Json),
    moment("at"),
    moment("received_at"),
    UniqueConstraint("provider", "event_id"),
)

evidence = table(
    "evidence",
    identity(),
    Column("message", Id, ForeignKey("messages.id"), nullable=False, index=True),
    word("grade"),
    word("source"),
    moment("at"),
)

acknowledgments = table(
    "acknowledgments",
    identity(),
    person(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False, unique=True),
    Column("message", Id, index=True),
    word("answer"),
    word("via"),
    moment("at"),
)

outcomes = table(
    "outcomes",  # append-only: the highest `n` of an episode, level and window stands
    identity(),
    Column("episode", Id, ForeignKey("episodes.id"), nullable=False, index=True),
    word("level"),
    Column("amount", Exact),
    word("currency", optional=True),
    word("window"),
    word("method"),
    word("definition"),
    word("state"),  # provisional | matured | restated
    Column("restates", Id, ForeignKey("outcomes.id")),
    Column("reason", Text, nullable=False, server_default=""),
    Column("rate", Exact),
    word("rate_source", optional=True),
    moment("at"),
    Column("n", Integer, nullable=False, server_default="1"),
    word("owner", optional=True),  # whose the saving is: one
    Column("beside", Json),  # what else was done about the same money
    Column("told", Json),  # ids of the tellings it rests on
    Index("uq_outcomes_entry", "episode", "level", "window", "n", unique=True),
)

tasks = table(
    "tasks",
    identity(),
    person(),
    word("kind"),
    Column("outreach", Id, ForeignKey("outreaches.id"), index=True),
    Column("step", SmallInteger),
    Column("text_enc", LargeBinary, nullable=False),
    moment("due_at"),
    word("owner", optional=True),
    word("state"),  # open | taken | done | dropped
    moment("opened_at"),
    moment("closed_at", optional=True),
    moment("taken_at", optional=True),
    moment("lease_until", optional=True),  # taken: whoever took it has it until then
    moment("not_before", optional=True),  # a call: not sooner; empty until its hours were looked at
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    word("outcome", optional=True),
    UniqueConstraint("kind", "outreach", "step"),
    Index("ix_tasks_state", "state", "due_at"),
)

calls = table(
    "calls",  # append-only: one try to reach a person by phone, and what came of it
    identity(),
    person(),
    Column("task", Id, ForeignKey("tasks.id"), nullable=False),
    Column("n", SmallInteger, nullable=False),
    word("actor"),
    word("outcome"),
    moment("at"),
    moment("next_at", optional=True),
    Column("message", Id),  # what an answer belongs to
    moment("answered_at", optional=True),  # when the person's answer was kept
    UniqueConstraint("task", "n"),
)

silences = table(
    "silences",  # somebody could not talk: nothing is sent to them before then
    Column("person", Id, primary_key=True),
    moment("until"),
    moment("at"),
)

core_calls = table(
    "core_calls",
    identity(),
    person(),
    word("act"),  # hold | release | freeze
    Column("episode", Id, ForeignKey("episodes.id"), index=True),
    Column("transfer_ref", Text),
    Column("reason", Text, nullable=False),
    word("state"),  # due | asked | confirmed | refused | dead | late | withdrawn
    Column("tries", SmallInteger, nullable=False),
    moment("due_at"),
    moment("asked_at", optional=True),
    moment("answered_at", optional=True),
    moment("opened_at", optional=True),
    moment("reminded_at", optional=True),  # a person was told that nothing followed
    word("trouble", optional=True),  # why it was not heard, the last time
    Column("cause", Word, nullable=False, server_default=""),  # of a hold that no person asked for
    Column("seconds", Integer),  # how long a hold is asked for; empty: until somebody decides
    UniqueConstraint("act", "episode", "transfer_ref", "cause"),
)
