"""Who was forgotten, who may not be yet, and which keys still seal something."""

from __future__ import annotations

from sqlalchemy import Column, Text

from outreach.store.tables.base import identity, moment, person, table, word

forgotten = table(
    "forgotten",  # the id alone: with its row in `people` gone it names nobody
    identity(),
    moment("at"),
    word("actor"),
    moment("archive_at", optional=True),  # since when the archive names no payee of theirs either
)

legal_holds = table(
    "legal_holds",  # what must be kept for a court or an authority, whoever asks to be forgotten
    identity(),
    person(),
    Column("reason", Text, nullable=False),
    word("actor"),
    moment("at"),
    word("lifted_by", optional=True),
    moment("lifted_at", optional=True),
)

sealing_keys = table(
    "sealing_keys",  # the keys that may seal something here: none of them may go missing
    word("key", key=True),
    moment("first_used_at"),
    moment("retired_at", optional=True),  # nothing was sealed with it any more
)
