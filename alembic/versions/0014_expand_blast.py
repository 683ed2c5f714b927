"""expand: Words on approvals, what rules match as a rule, and ramps.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.String(32)
HASH = sa.String(64)
WORD = sa.String(64)
MOMENT = sa.DateTime(timezone=True)

ITS_APPROVAL = """
UPDATE outreaches SET approval = (
    SELECT max(a.id) FROM approvals AS a
    WHERE a.run = outreaches.run AND a.pattern = outreaches.pattern AND a.rule = outreaches.rule
    AND a.state = 'asked'
) WHERE state = 'held'
"""


def upgrade() -> None:
    op.add_column("outreaches", sa.Column("approval", ID, nullable=True))
    op.execute(ITS_APPROVAL)
    op.add_column("approvals", sa.Column("kinds", sa.Text(), server_default="", nullable=False))
    op.add_column("halts", sa.Column("lifted_by", WORD, nullable=True))
    op.create_table(
        "assents",
        sa.Column("id", ID, nullable=False),
        sa.Column("approval", ID, nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["approval"], ["approvals.id"], name=op.f("fk_assents_approval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assents")),
        sa.UniqueConstraint("approval", "actor", name=op.f("uq_assents_approval_actor")),
    )
    op.create_table(
        "matched",
        sa.Column("pattern", WORD, nullable=False),
        sa.Column("rule", WORD, nullable=False),
        sa.Column("span", WORD, nullable=False),
        sa.Column("slot", MOMENT, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("pattern", "rule", "span", "slot", name=op.f("pk_matched")),
    )
    op.create_table(
        "ramps",
        sa.Column("pattern", WORD, nullable=False),
        sa.Column("rule", WORD, nullable=False),
        sa.Column("version", HASH, nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("stepped_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("pattern", "rule", name=op.f("pk_ramps")),
    )


def downgrade() -> None:
    op.execute("UPDATE outreaches SET state = 'held' WHERE state = 'ramp'")
    op.drop_table("ramps")
    op.drop_table("matched")
    op.drop_table("assents")
    op.drop_column("halts", "lifted_by")
    op.drop_column("approvals", "kinds")
    op.drop_column("outreaches", "approval")
