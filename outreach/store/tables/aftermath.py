"""What follows an answer: recovery cases, and takeovers that people told us of."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Exact, Hash, Id, Word

cases = table(
    "cases",  # money has left: one an episode
    identity(),
    person(),
    Column("episode", Id, ForeignKey("episodes.id"), nullable=False, unique=True),
    Column("outreach", Id, ForeignKey("outreaches.id"), index=True),
    word("source"),  # already_sent | left_before_the_hold | report | confirmed_loss | silent_loss
    word("state"),  # open | closed
    moment("opened_at"),
    moment("closed_at", optional=True),
    Column("stage", Word, nullable=False, server_default="opened"),  # see domain/recovery_case.py
    Column("reported_by", Word, nullable=False, server_default="user"),
    moment("left_at", optional=True),
    Column("narrative_enc", LargeBinary),
    word("owner", optional=True),
    Column("rung", SmallInteger, nullable=False, server_default="0"),  # marks of the clock behind it
    moment("due_at", optional=True),  # the next mark; empty: none is left
    moment("late_since", optional=True),  # a mark went by unmet, and still is
    Index("ix_cases_clock", "state", "due_at"),
)

case_transfers = table(
    "case_transfers",  # what left, and where to
    identity(),
    person(),
    Column("case", Id, ForeignKey("cases.id"), nullable=False),
    Column("identity", Hash, nullable=False),  # the same one, told again, is one row
    Column("transfer_ref", Text),
    Column("place_enc", LargeBinary, nullable=False),  # chain and address, or account, as JSON
    Column("amount", Exact),
    word("currency", optional=True),
    moment("sent_at", optional=True),
    moment("at"),
    UniqueConstraint("case", "identity"),
)

case_steps = table(
    "case_steps",  # append-only: everything that was done to a case, and by whom
    identity(),
    person(),
    Column("case", Id, ForeignKey("cases.id"), nullable=False),
    Column("n", SmallInteger, nullable=False),
    word("act"),
    word("role"),
    word("actor"),
    word("was"),
    word("stage"),
    Column("note_enc", LargeBinary, nullable=False),
    Column("fact", Hash),  # what opened it again: never the same twice
    Column("warning", Id, ForeignKey("outreaches.id")),  # what closed it: the warning about the next scam
    moment("at"),
    UniqueConstraint("case", "n"),
    UniqueConstraint("case", "fact"),
    CheckConstraint("act <> 'close' OR warning IS NOT NULL", name="closed_with_the_warning"),
)

case_freezes = table(
    "case_freezes",  # a firm is asked once about a transfer; the core system is one of them
    identity(),
    person(),
    Column("case", Id, ForeignKey("cases.id"), nullable=False),
    Column("transfer", Id, ForeignKey("case_transfers.id"), nullable=False),
    word("firm"),
    word("way"),  # core | webhook | by_hand
    word("state"),  # due | asked | refused | dead | unsent (a message that a person has yet to send)
    Column("tries", SmallInteger, nullable=False),
    moment("due_at"),
    moment("opened_at"),
    moment("asked_at", optional=True),
    word("trouble", optional=True),
    moment("answer_by", optional=True),
    moment("reminded_at", optional=True),
    word("answer", optional=True),  # accepted | partial | refused
    moment("answered_at", optional=True),
    Column("amount", Exact),
    word("currency", optional=True),
    UniqueConstraint("case", "firm", "transfer"),
    Index("ix_case_freezes_due", "state", "due_at"),
)

case_amounts = table(
    "case_amounts",  # append-only: what came back, each currency by itself
    identity(),
    person(),
    Column("case", Id, ForeignKey("cases.id"), nullable=False),
    Column("identity", Hash, nullable=False),  # the same one, recorded twice, is one row
    word("kind"),  # refunded | recovered | corrected (taken off again)
    Column("amount", Exact, nullable=False),
    word("currency"),
    word("source"),
    word("actor"),
    moment("at"),
    UniqueConstraint("case", "identity"),
)

takeovers = table(
    "takeovers",  # "this was not me": contacts that came since are nobody's proven own
    identity(),
    person(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False, unique=True),
    moment("at"),
)
