"""expand: The consent ledger, whole.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REFUSAL = "the consent ledger is append-only: add a row that says what changed"


def upgrade() -> None:
    op.add_column("consents", sa.Column("actor", sa.String(length=64), server_default="", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION consents_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE ON consents "
            "FOR EACH ROW EXECUTE FUNCTION consents_append_only()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER consents_no_{act} BEFORE {act.upper()} ON consents "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER consents_append_only ON consents")
        op.execute("DROP FUNCTION consents_append_only()")
    else:
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER consents_no_{act}")
    op.drop_column("consents", "actor")
