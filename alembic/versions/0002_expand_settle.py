"""expand: Attempts say how a doubt was settled; processes say that they live.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(sa.Column("safe_at", sa.DateTime(timezone=True), nullable=True))
        attempts.add_column(sa.Column("settled", sa.String(length=64), nullable=True))
        attempts.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_attempts_in_doubt",
        "attempts",
        ["safe_at"],
        unique=False,
        sqlite_where=sa.text("safe_at IS NOT NULL AND settled IS NULL"),
        postgresql_where=sa.text("safe_at IS NOT NULL AND settled IS NULL"),
    )
    op.create_table(
        "processes",
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_processes")),
    )


def downgrade() -> None:
    op.drop_table("processes")
    op.drop_index("ix_attempts_in_doubt", table_name="attempts")
    with op.batch_alter_table("attempts") as attempts:
        attempts.drop_column("settled_at")
        attempts.drop_column("settled")
        attempts.drop_column("safe_at")
