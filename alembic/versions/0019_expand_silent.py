"""expand: silent.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Id = sa.String(32)
Hash = sa.String(64)
Word = sa.String(64)
Instant = sa.DateTime(timezone=True)
Exact = sa.Text().with_variant(sa.Numeric(38, 8), "postgresql")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "lookbacks",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key_hmac", Hash, nullable=False),
        sa.Column("key_enc", sa.LargeBinary, nullable=False),
        sa.Column("categories", Json, nullable=False),
        sa.Column("confidence", Exact, nullable=False),
        sa.Column("listed_at", Instant),
        sa.Column("source", Word, nullable=False),
        sa.Column("actor", Word, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("looks", sa.SmallInteger, nullable=False),
        sa.Column("found", sa.Integer, nullable=False, server_default="0"),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("looked_at", Instant),
        sa.UniqueConstraint("key_hmac"),
    )
    op.create_index("ix_lookbacks_due", "lookbacks", ["looks", "due_at"])
    op.create_table(
        "lookback_marks",
        sa.Column("source", Word, primary_key=True),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "reach_wishes",
        sa.Column("id", Id, primary_key=True),
        sa.Column("person", Id, nullable=False),
        sa.Column("message", Id),
        sa.Column("wish", Word, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_reach_wishes_person", "reach_wishes", ["person"])
    op.create_index("ix_reach_wishes_message", "reach_wishes", ["message"])


def downgrade() -> None:
    op.drop_table("reach_wishes")
    op.drop_table("lookback_marks")
    op.drop_table("lookbacks")
