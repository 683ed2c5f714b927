"""What people report, their pictures, and whom no machine may write to any more."""

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
from outreach.store.types import Exact, Hash, Id

reports = table(
    "reports",
    identity(),
    person(),
    Column("reference", String(6), nullable=False, unique=True),
    Column("form", Hash, nullable=False, unique=True),  # the form it was sent with: sent twice, it is one
    word("via"),  # page | link | app
    word("locale"),
    word("happened"),
    word("money_left"),  # yes | no | unsure
    word("moment"),  # hour | day | three_days | longer | unknown
    Column("amount", Exact),
    word("currency", optional=True),
    word("chain", optional=True),
    Column("details_enc", LargeBinary, nullable=False),
    Column("recovery_case", Id, index=True),  # where money has left
    word("state"),  # open | closed
    moment("at"),
    moment("due_at"),
    word("outcome", optional=True),
    Column("closed_by", Text),
    moment("closed_at", optional=True),
    Index("ix_reports_state", "state", "due_at"),
    Index("ix_reports_at", "at"),
)

report_files = table(
    "report_files",  # a picture: the file is sealed with a key of its own, and that key is sealed here
    identity(),
    person(),
    Column("report", Id, ForeignKey("reports.id"), nullable=False, index=True),
    Column("n", SmallInteger, nullable=False),
    word("kind"),  # png | jpeg | webp
    Column("size", Integer, nullable=False),
    Column("sha256", Hash, nullable=False),  # of the picture as it is kept, without what a camera wrote in it
    Column("original_sha256", Hash, nullable=False),  # of the file as it came
    Column("name", String(32), nullable=False, unique=True),
    Column("key_enc", LargeBinary, nullable=False),
    moment("at"),
    UniqueConstraint("report", "n"),
)

welfare = table(
    "welfare",  # words of self-harm: nothing automatic until a person lets it go on
    identity(),
    person(),
    word("source"),  # reply | report | questionnaire
    moment("at"),
    Column("lifted_by", Text),
    Column("reason_enc", LargeBinary),
    moment("lifted_at", optional=True),
    Index(
        "uq_welfare_standing",
        "person",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)
