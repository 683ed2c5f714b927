"""expand: What silence is told by: when a feed was looked at, and that a run lives.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_looks")),
    )
    op.add_column("runs", sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outreaches_closed", "outreaches", ["closed_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_outreaches_closed", table_name="outreaches")
    op.drop_column("runs", "beat_at")
    op.drop_table("looks")
