"""expand: What the gate asks of the past: when a contact was last confirmed.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty: nobody has confirmed it since it was first told, so `valid_from` counts.
    op.add_column("contact_points", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("contact_points", "seen_at")
