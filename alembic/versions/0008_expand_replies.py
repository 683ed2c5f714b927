"""expand: What people write back.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("provider_ref", sa.String(64), nullable=False),
        sa.Column("from_hmac", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=True),
        sa.Column("message", sa.String(length=32), nullable=True),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("scope", sa.String(length=64), nullable=True),
        sa.Column("confirmed", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("provider", "provider_ref", name=op.f("uq_replies_provider_provider_ref")),
    )
    op.create_index(op.f("ix_replies_from_hmac"), "replies", ["from_hmac"], unique=False)
    op.create_index(op.f("ix_replies_person"), "replies", ["person"], unique=False)
    op.create_index(
        "ix_replies_answer_due",
        "replies",
        ["answer_due"],
        unique=False,
        sqlite_where=sa.text("answer_due IS NOT NULL"),
        postgresql_where=sa.text("answer_due IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_replies_answer_due", table_name="replies")
    op.drop_index(op.f("ix_replies_person"), table_name="replies")
    op.drop_index(op.f("ix_replies_from_hmac"), table_name="replies")
    op.drop_table("replies")
