"""expand: Fewer writes a message.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_attempts_provider_ref", table_name="attempts")  # nobody ever looked there
    op.drop_index("ix_attempts_open", table_name="attempts")
    is_open = sa.text("finished_at IS NULL")
    op.create_index(
        "ix_attempts_open", "attempts", ["lease_until"], sqlite_where=is_open, postgresql_where=is_open
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_open", table_name="attempts")
    op.create_index("ix_attempts_open", "attempts", ["finished_at", "lease_until"])
    op.create_index("ix_attempts_provider_ref", "attempts", ["provider_ref"])
