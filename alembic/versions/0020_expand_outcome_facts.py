"""expand: outcome facts.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Id = sa.String(32)
Hash = sa.String(64)
Word = sa.String(64)
Name = sa.String(128)
Instant = sa.DateTime(timezone=True)
Fine = sa.Text().with_variant(sa.Numeric(38, 18), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outcome_facts",
        sa.Column("id", Id, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("person", Id),
        sa.Column("user_hmac", Hash, nullable=False, server_default=""),
        sa.Column("feed", Name, nullable=False),
        sa.Column("identity", Hash, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("content", Hash, nullable=False),
        sa.Column("kind", Word, nullable=False),
        sa.Column("transfer", Hash, nullable=False, server_default=""),
        sa.Column("beneficiary", Hash, nullable=False, server_default=""),
        sa.Column("rail", Word),
        sa.Column("amount", Fine),
        sa.Column("currency", Word),
        sa.Column("rate", Fine),
        sa.Column("rate_source", Word),
        sa.Column("by", Word, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("told_at", Instant, nullable=False),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("identity", "n"),
    )
    op.create_index("ix_outcome_facts_person", "outcome_facts", ["person"])
    op.create_index("ix_outcome_facts_beneficiary", "outcome_facts", ["beneficiary"])
    unknown = sa.text("user_hmac <> ''")
    op.create_index(
        "ix_outcome_facts_unknown",
        "outcome_facts",
        ["user_hmac"],
        sqlite_where=unknown,
        postgresql_where=unknown,
    )
    op.create_table(
        "outcome_spellings",
        sa.Column("spelling", Hash, primary_key=True),
        sa.Column("place", Hash, nullable=False),
    )
    op.create_index("ix_outcome_spellings_place", "outcome_spellings", ["place"])
    op.create_table(
        "outcome_pulls",
        sa.Column("id", Id, primary_key=True),
        sa.Column("feed", Name, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("lines", "new", "corrected", "repeated", "quarantined")
        ),
        sa.Column("at", Instant, nullable=False),
        sa.UniqueConstraint("feed", "n"),
        sa.CheckConstraint(
            "lines = new + corrected + repeated + quarantined",
            name=op.f("ck_outcome_pulls_every_line_counted"),
        ),
    )
    op.create_table(
        "outcome_unread",
        sa.Column("id", Id, primary_key=True),
        sa.Column("pull", Id, sa.ForeignKey("outcome_pulls.id"), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("reason", Word, nullable=False),
        sa.Column("column", sa.String(64), nullable=False, server_default=""),
        sa.Column("text_enc", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_outcome_unread_pull", "outcome_unread", ["pull"])
    op.create_table(
        "outcome_edition",
        sa.Column("name", Word, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for name in (
        "outcome_edition",
        "outcome_unread",
        "outcome_pulls",
        "outcome_spellings",
        "outcome_facts",
    ):
        op.drop_table(name)
