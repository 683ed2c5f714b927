"""expand: What follows an answer: recovery cases, takeovers that were told of, and why the core did not act.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("episode", sa.String(length=32), nullable=False),
        sa.Column("outreach", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["episode"], ["episodes.id"], name=op.f("fk_cases_episode")),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_cases_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("episode", name=op.f("uq_cases_episode")),
    )
    op.create_index(op.f("ix_cases_person"), "cases", ["person"], unique=False)
    op.create_index(op.f("ix_cases_outreach"), "cases", ["outreach"], unique=False)
    op.create_table(
        "takeovers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("outreach", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_takeovers_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeovers")),
        sa.UniqueConstraint("outreach", name=op.f("uq_takeovers_outreach")),
    )
    op.create_index(op.f("ix_takeovers_person"), "takeovers", ["person"], unique=False)
    op.add_column("core_calls", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("core_calls", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("core_calls", sa.Column("trouble", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("core_calls", "trouble")
    op.drop_column("core_calls", "reminded_at")
    op.drop_column("core_calls", "opened_at")
    op.drop_table("takeovers")
    op.drop_table("cases")
