"""expand: Calls, and what came of them.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


ID = sa.String(32)
WORD = sa.String(64)

ADDED = (
    ("taken_at", sa.DateTime(timezone=True)),
    ("lease_until", sa.DateTime(timezone=True)),
    ("not_before", sa.DateTime(timezone=True)),
    ("outcome", WORD),
)


def upgrade() -> None:
    for name, kind in ADDED:
        op.add_column("tasks", sa.Column(name, kind, nullable=True))
    op.add_column("tasks", sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index("ix_tasks_state", "tasks", ["state", "due_at"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("task", ID, nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task"], ["tasks.id"], name=op.f("fk_calls_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("task", "n", name=op.f("uq_calls_task_n")),
    )
    op.create_index(op.f("ix_calls_person"), "calls", ["person"], unique=False)
    op.create_table(
        "silences",
        sa.Column("person", ID, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_silences")),
    )


def downgrade() -> None:
    op.drop_table("silences")
    op.drop_table("calls")
    op.drop_index("ix_tasks_state", table_name="tasks")
    op.drop_column("tasks", "tries")
    for name, _ in reversed(ADDED):
        op.drop_column("tasks", name)
