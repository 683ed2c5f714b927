"""The safety net: the core's words on holds, attempts repeated under one, and what people were asked."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, SmallInteger, Text, UniqueConstraint

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Hash, Id

hold_words = table(
    "hold_words",  # append-only: each time the core's word on a hold changed
    identity(),
    person(),
    Column("episode", Id, ForeignKey("episodes.id"), nullable=False),
    Column("transfer_ref", Text),
    Column("n", SmallInteger, nullable=False),
    Column("is_held", Boolean, nullable=False),
    moment("until"),  # the end that was confirmed last
    moment("as_of", optional=True),
    moment("at"),
    UniqueConstraint("episode", "transfer_ref", "n"),
    Index("ix_hold_words_until", "is_held", "until"),
)

repeats = table(
    "repeats",  # one an attempt: another try while a hold stood, and what it made us do
    identity(),
    person(),
    Column("outreach", Id, index=True),  # the climb that was hurried; none where only a task was opened
    Column("flag", Id, ForeignKey("flags.id"), nullable=False, index=True),
    Column("attempt", Hash, nullable=False),  # a hash of person and transfer
    word("what"),  # hurried | task
    moment("at"),
    UniqueConstraint("person", "attempt"),
)

questionings = table(
    "questionings",  # one an outreach: which questions, in which version, and how they ended
    identity(),
    person(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False, unique=True),
    word("name"),
    Column("sha256", Hash, nullable=False),
    moment("opened_at"),
    moment("ended_at", optional=True),
    word("outcome", optional=True),  # release | stop | person
)

question_answers = table(
    "question_answers",  # the first answer to each question stands
    identity(),
    person(),
    Column("outreach", Id, ForeignKey("outreaches.id"), nullable=False),
    Column("n", SmallInteger, nullable=False),
    word("question"),
    word("answer"),
    Column("text_enc", LargeBinary),  # free words
    moment("at"),
    UniqueConstraint("outreach", "question"),
)
