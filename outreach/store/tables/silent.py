"""Silent sufferers: which beneficiaries are looked back for, how far a list was read, and how people want to
be reached."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, Text

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Exact, Hash, Id, Json

lookbacks = table(
    "lookbacks",  # a beneficiary that turned bad: looked back for once, and once more for late transfers
    identity(),
    Column("key_hmac", Hash, nullable=False, unique=True),  # turned bad twice: looked back for once
    Column("key_enc", LargeBinary, nullable=False),
    Column("categories", Json, nullable=False),
    Column("confidence", Exact, nullable=False),
    moment("listed_at", optional=True),
    word("source"),  # list | hand
    word("actor"),
    Column("days", Integer, nullable=False),
    Column("looks", SmallInteger, nullable=False),  # how many are still to come
    Column("found", Integer, nullable=False, server_default="0"),
    moment("asked_at"),
    moment("due_at"),
    moment("looked_at", optional=True),
    Index("ix_lookbacks_due", "looks", "due_at"),
)

lookback_marks = table(
    "lookback_marks",  # how far each list of bad beneficiaries was read
    word("source", key=True),
    Column("cursor", Text, nullable=False),
    moment("at"),
)

reach_wishes = table(
    "reach_wishes",  # append-only: how somebody asked to be reached; the newest counts
    identity(),
    person(),
    Column("message", Id, index=True),  # the one it was said to
    word("wish"),  # inbox | email | sms | call | quiet
    moment("at"),
)
