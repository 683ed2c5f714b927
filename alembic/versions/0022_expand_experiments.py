"""expand: experiments.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

Id = sa.String(32)
Hash = sa.String(64)
Word = sa.String(64)
Instant = sa.DateTime(timezone=True)
Exact = sa.Text().with_variant(sa.Numeric(38, 8), "postgresql")


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("sha256", Hash, primary_key=True),
        sa.Column("pattern", Word, nullable=False),
        sa.Column("rule", Word, nullable=False),
        sa.Column("design", Word, nullable=False),
        sa.Column("metric", Word, nullable=False),
        sa.Column("cap", Exact),
        sa.Column("window", Word, nullable=False),
        sa.Column("band", Exact),
        sa.Column("cut_off", Exact),
        sa.Column("below", Exact),
        sa.Column("share", Exact, nullable=False),
        sa.Column("arms", Word, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("definition", Word, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "registration_spans",
        sa.Column("id", Id, primary_key=True),
        sa.Column("registration", Hash, sa.ForeignKey("registrations.sha256"), nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.Column("reason", Word),
    )
    op.create_index("ix_registration_spans_registration", "registration_spans", ["registration"])
    op.create_index(
        "uq_registration_spans_open",
        "registration_spans",
        ["registration"],
        unique=True,
        **_where("ended_at IS NULL"),
    )
    op.create_table(
        "waits",
        sa.Column("decision", Id, sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("person", Id, nullable=False),
        sa.Column("episode", Id, sa.ForeignKey("episodes.id"), nullable=False),
        sa.Column("registration", Hash, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.Column("end", Word),
    )
    op.create_index("ix_waits_person", "waits", ["person"])
    op.create_index("uq_waits_episode", "waits", ["episode", "registration"], unique=True)
    op.create_index("ix_waits_due", "waits", ["due_at"], **_where("ended_at IS NULL"))
    op.create_index(
        "ix_decisions_registration", "decisions", ["registration"], **_where("registration IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_decisions_registration", "decisions")
    for name in ("waits", "registration_spans", "registrations"):
        op.drop_table(name)
