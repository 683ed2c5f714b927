"""expand: How many people a reply may be from; none, where nobody is known by its number.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("replies", sa.Column("persons", sa.SmallInteger()))


def downgrade() -> None:
    op.drop_column("replies", "persons")
