"""expand: outcome ledger.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

Id = sa.String(32)
Word = sa.String(64)
Instant = sa.DateTime(timezone=True)
Exact = sa.Text().with_variant(sa.Numeric(38, 8), "postgresql")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("outcomes", sa.Column("n", sa.Integer, nullable=False, server_default="1"))
    op.add_column("outcomes", sa.Column("owner", Word))
    op.add_column("outcomes", sa.Column("beside", Json))
    op.add_column("outcomes", sa.Column("told", Json))
    op.create_index("uq_outcomes_entry", "outcomes", ["episode", "level", "window", "n"], unique=True)
    op.create_index("ix_episodes_beneficiary", "episodes", ["beneficiary"])
    op.add_column("decisions", sa.Column("cut_off", Exact))
    op.add_column("decisions", sa.Column("urgency_rank", sa.SmallInteger))
    op.create_table(
        "reckonings",
        sa.Column("episode", Id, sa.ForeignKey("episodes.id"), primary_key=True),
        sa.Column("person", Id, nullable=False),
        sa.Column("due_at", Instant),
        sa.Column("looked_at", Instant),
        sa.Column("matured", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("definition", Word),
        sa.Column("currency", Word),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("first_attempt_at", Instant),
        sa.Column("left_at", Instant),
        sa.Column("abandoned_at", Instant),
        sa.Column("is_scam", sa.Boolean),
        sa.Column("said_scam", sa.Boolean),
        sa.Column("false_alarm", sa.Boolean),
        sa.Column("contradicted", sa.Boolean),
        sa.Column("lost_24h", Exact),
        sa.Column("lost_72h", Exact),
        sa.Column("lost_14d", Exact),
        sa.Column("lost_90d", Exact),
        sa.Column("lost_at", Instant),
        sa.Column("owner", Word),
        sa.Column("beside", Json),
        sa.Column("cost", Exact),
        sa.Column("locale", Word),
        sa.Column("country", Word),
    )
    op.create_index("ix_reckonings_person", "reckonings", ["person"])
    op.create_index("ix_reckonings_due", "reckonings", ["due_at"])
    op.create_table(
        "reckoning_marks",
        sa.Column("source", Word, primary_key=True),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("newest", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("reckoning_marks")
    op.drop_table("reckonings")
    op.drop_column("decisions", "urgency_rank")
    op.drop_column("decisions", "cut_off")
    op.drop_index("ix_episodes_beneficiary", "episodes")
    op.drop_index("uq_outcomes_entry", "outcomes")
    for name in ("told", "beside", "owner", "n"):
        op.drop_column("outcomes", name)
