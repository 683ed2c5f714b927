"""expand: Allowances, tallies and breakers that all processes share.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lanes",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("steered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breaker", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trips", sa.SmallInteger(), nullable=False),
        sa.Column("probes", sa.SmallInteger(), nullable=False),
        sa.Column("passed", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "provider", name=op.f("pk_lanes")),
    )
    op.create_table(
        "buckets",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("routine_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("soon_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("critical_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_buckets")),
    )
    op.create_table(
        "hearings",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("millis", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "provider", "slot", name=op.f("pk_hearings")),
    )
    op.create_table(
        "tallies",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", "slot", name=op.f("pk_tallies")),
    )


def downgrade() -> None:
    for name in ("tallies", "hearings", "buckets", "lanes"):
        op.drop_table(name)
