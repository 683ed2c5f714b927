"""expand: reports.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.String(32)
HASH = sa.String(64)
WORD = sa.String(64)
MOMENT = sa.DateTime(timezone=True)
STANDS = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("reference", sa.String(6), nullable=False),
        sa.Column("form", HASH, nullable=False),
        sa.Column("via", WORD, nullable=False),
        sa.Column("locale", WORD, nullable=False),
        sa.Column("happened", WORD, nullable=False),
        sa.Column("money_left", WORD, nullable=False),
        sa.Column("moment", WORD, nullable=False),
        sa.Column("amount", sa.Text().with_variant(sa.Numeric(38, 8), "postgresql"), nullable=True),
        sa.Column("currency", WORD, nullable=True),
        sa.Column("chain", WORD, nullable=True),
        sa.Column("details_enc", sa.LargeBinary(), nullable=False),
        sa.Column("recovery_case", ID, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("reference", name=op.f("uq_reports_reference")),
        sa.UniqueConstraint("form", name=op.f("uq_reports_form")),
    )
    op.create_index(op.f("ix_reports_person"), "reports", ["person"], unique=False)
    op.create_index(op.f("ix_reports_recovery_case"), "reports", ["recovery_case"], unique=False)
    op.create_index("ix_reports_state", "reports", ["state", "due_at"], unique=False)
    op.create_index("ix_reports_at", "reports", ["at"], unique=False)
    op.create_table(
        "report_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("report", ID, nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("original_sha256", HASH, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("key_enc", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_report_files_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_files")),
        sa.UniqueConstraint("name", name=op.f("uq_report_files_name")),
        sa.UniqueConstraint("report", "n", name=op.f("uq_report_files_report_n")),
    )
    op.create_index(op.f("ix_report_files_person"), "report_files", ["person"], unique=False)
    op.create_index(op.f("ix_report_files_report"), "report_files", ["report"], unique=False)
    op.create_table(
        "welfare",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("reason_enc", sa.LargeBinary(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welfare")),
    )
    op.create_index(op.f("ix_welfare_person"), "welfare", ["person"], unique=False)
    op.create_index(
        "uq_welfare_standing",
        "welfare",
        ["person"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    for table in ("welfare", "report_files", "reports"):
        op.drop_table(table)
