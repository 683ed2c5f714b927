"""expand: Listed addresses, what is allowed, what is suggested, and whom people pay.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.String(32)
HASH = sa.String(64)
WORD = sa.String(64)
NAME = sa.String(128)
ADDRESS = sa.String(128)
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def said() -> list[sa.Column]:
    return [
        sa.Column("confidence", sa.SmallInteger(), nullable=True),
        sa.Column("first_seen", MOMENT, nullable=True),
        sa.Column("last_seen", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "listed",
        sa.Column("id", ID, nullable=False),
        sa.Column("feed", NAME, nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("chain", WORD, nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("also", ADDRESS, server_default="", nullable=False),
        sa.Column("categories", sa.Text(), server_default="", nullable=False),
        *said(),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed")),
        sa.UniqueConstraint(
            "feed", "source", "chain", "address", name=op.f("uq_listed_feed_source_chain_address")
        ),
    )
    op.create_index("ix_listed_address", "listed", ["address", "chain"])
    op.create_index("ix_listed_source", "listed", ["source"])
    op.create_table(
        "listed_feeds",
        sa.Column("name", NAME, nullable=False),
        sa.Column("complete_at", MOMENT, nullable=True),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_listed_feeds")),
    )
    counted = ("read", "new", "refreshed", "same", "removed", "held", "rejected")
    op.create_table(
        "listed_imports",
        sa.Column("id", ID, nullable=False),
        sa.Column("feed", NAME, nullable=False),
        sa.Column("state", WORD, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counted),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("offenders", JSON, nullable=False),
        sa.Column("complete_at", MOMENT, nullable=True),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered_by", WORD, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "read = new + refreshed + same + removed + held + rejected",
            name=op.f("ck_listed_imports_every_row_counted"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_imports")),
    )
    op.create_index("ix_listed_imports_feed", "listed_imports", ["feed"])
    op.create_table(
        "listed_waiting",
        sa.Column("import", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("chain", WORD, nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("also", ADDRESS, nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        *said(),
        sa.ForeignKeyConstraint(["import"], ["listed_imports.id"], name=op.f("fk_listed_waiting_import")),
        sa.PrimaryKeyConstraint("import", "n", name=op.f("pk_listed_waiting")),
    )
    op.create_table(
        "withdrawn",
        sa.Column("name", NAME, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_withdrawn")),
    )
    op.create_table(
        "allowed",
        sa.Column("chain", WORD, nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("also", ADDRESS, server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("chain", "address", name=op.f("pk_allowed")),
    )
    op.create_table(
        "listings",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chain", WORD, nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_listings")),
    )
    op.create_index("ix_listings_address", "listings", ["address", "chain"])
    op.create_table(
        "lists_edition",
        sa.Column("name", WORD, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lists_edition")),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", ID, nullable=False),
        sa.Column("chain", WORD, nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("also", ADDRESS, server_default="", nullable=False),
        sa.Column("categories", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", WORD, nullable=False),
        sa.Column("report", ID, server_default="", nullable=False),
        sa.Column("person", ID, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered_by", WORD, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
        sa.UniqueConstraint(
            "chain", "address", "origin", "report", name=op.f("uq_suggestions_chain_address_origin_report")
        ),
    )
    op.create_index("ix_suggestions_person", "suggestions", ["person"])
    op.create_table(
        "payees",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("chain", WORD, nullable=False),
        sa.Column("address", HASH, nullable=False),
        sa.Column("ends", HASH, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payees")),
        sa.UniqueConstraint("person", "chain", "address", name=op.f("uq_payees_person_chain_address")),
    )
    op.create_index("ix_payees_address", "payees", ["address"])
    op.create_index("ix_payees_last_at", "payees", ["last_at"])


def downgrade() -> None:
    for name in (
        "payees",
        "suggestions",
        "lists_edition",
        "listings",
        "allowed",
        "withdrawn",
        "listed_waiting",
        "listed_imports",
        "listed_feeds",
        "listed",
    ):
        op.drop_table(name)
