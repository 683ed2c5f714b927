"""expand: Recovery cases: stage, clock, transfers, steps, freeze requests, amounts.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.String(32)
HASH = sa.String(64)
WORD = sa.String(64)
MOMENT = sa.DateTime(timezone=True)
EXACT = sa.Text().with_variant(sa.Numeric(38, 8), "postgresql")

ON_CASES = ("stage", "reported_by", "left_at", "narrative_enc", "owner", "rung", "due_at", "late_since")


def _of_case(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("case", ID, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f(f"fk_{name}_case")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_person"), name, ["person"])


def upgrade() -> None:
    op.add_column("cases", sa.Column("stage", WORD, server_default="opened", nullable=False))
    op.add_column("cases", sa.Column("reported_by", WORD, server_default="user", nullable=False))
    op.add_column("cases", sa.Column("left_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("narrative_enc", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("owner", WORD, nullable=True))
    op.add_column("cases", sa.Column("rung", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("due_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("late_since", MOMENT, nullable=True))
    op.execute("UPDATE cases SET stage = 'closed' WHERE state = 'closed'")
    op.create_index("ix_cases_clock", "cases", ["state", "due_at"])
    _of_case(
        "case_transfers",
        sa.Column("identity", HASH, nullable=False),
        sa.Column("transfer_ref", sa.Text(), nullable=True),
        sa.Column("place_enc", sa.LargeBinary(), nullable=False),
        sa.Column("amount", EXACT, nullable=True),
        sa.Column("currency", WORD, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("case", "identity", name=op.f("uq_case_transfers_case_identity")),
    )
    _of_case(
        "case_steps",
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("was", WORD, nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("note_enc", sa.LargeBinary(), nullable=False),
        sa.Column("fact", HASH, nullable=True),
        sa.Column("warning", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["warning"], ["outreaches.id"], name=op.f("fk_case_steps_warning")),
        sa.UniqueConstraint("case", "n", name=op.f("uq_case_steps_case_n")),
        sa.UniqueConstraint("case", "fact", name=op.f("uq_case_steps_case_fact")),
        sa.CheckConstraint(
            "act <> 'close' OR warning IS NOT NULL", name=op.f("ck_case_steps_closed_with_the_warning")
        ),
    )
    _of_case(
        "case_freezes",
        sa.Column("transfer", ID, nullable=False),
        sa.Column("firm", WORD, nullable=False),
        sa.Column("way", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("trouble", WORD, nullable=True),
        sa.Column("answer_by", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("answer", WORD, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("amount", EXACT, nullable=True),
        sa.Column("currency", WORD, nullable=True),
        sa.ForeignKeyConstraint(["transfer"], ["case_transfers.id"], name=op.f("fk_case_freezes_transfer")),
        sa.UniqueConstraint("case", "firm", "transfer", name=op.f("uq_case_freezes_case_firm_transfer")),
    )
    op.create_index("ix_case_freezes_due", "case_freezes", ["state", "due_at"])
    _of_case(
        "case_amounts",
        sa.Column("identity", HASH, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("amount", EXACT, nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("case", "identity", name=op.f("uq_case_amounts_case_identity")),
    )


def downgrade() -> None:
    for name in ("case_amounts", "case_freezes", "case_steps", "case_transfers"):
        op.drop_table(name)
    op.drop_index("ix_cases_clock", "cases")
    for column in reversed(ON_CASES):
        op.drop_column("cases", column)
