"""expand: What a claim finds by an index, however many are due.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_outreaches_ending", "outreaches", ["state", "urgency_rank", "expires_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_outreaches_ending", table_name="outreaches")
