"""What people wrote back."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, String, UniqueConstraint, text

from outreach.store.tables.base import identity, moment, table, word
from outreach.store.types import Hash, Id

replies = table(
    "replies",
    identity(),
    word("provider"),
    Column("provider_ref", String(64), nullable=False),
    Column("from_hmac", Hash, nullable=False, index=True),
    Column("person", Id, index=True),  # empty: nobody knows whose words these are
    Column("persons", SmallInteger),  # how many it may be from; empty: not kept then
    Column("message", Id),  # what it answers
    Column("text_enc", LargeBinary, nullable=False),
    word("kind"),  # answer | opt_out | opt_in | help | looks_like_opt_out | unclear
    word("answer", optional=True),
    word("scope", optional=True),
    word("confirmed", optional=True),  # what was said in return
    moment("at"),
    moment("answer_due", optional=True),  # an answer that is kept here and not yet taken
    UniqueConstraint("provider", "provider_ref"),
    Index(
        "ix_replies_answer_due",
        "answer_due",
        sqlite_where=text("answer_due IS NOT NULL"),
        postgresql_where=text("answer_due IS NOT NULL"),
    ),
)
