"""expand: safety net.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID, WORD, HASH = sa.String(32), sa.String(64), sa.String(64)
MOMENT = sa.DateTime(timezone=True)
ONCE = ["act", "episode", "transfer_ref"]


def upgrade() -> None:
    # The same act may be asked for more than one cause: a person's stop is not the hold that a rule asked for.
    with op.batch_alter_table("core_calls") as calls:
        calls.add_column(sa.Column("cause", WORD, server_default="", nullable=False))
        calls.add_column(sa.Column("seconds", sa.Integer(), nullable=True))
        calls.drop_constraint(op.f("uq_core_calls_act_episode_transfer_ref"), type_="unique")
        calls.create_unique_constraint(op.f("uq_core_calls_act_episode_transfer_ref_cause"), [*ONCE, "cause"])
    op.create_table(
        "hold_words",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("episode", ID, nullable=False),
        sa.Column("transfer_ref", sa.Text(), nullable=True),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("as_of", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["episode"], ["episodes.id"], name=op.f("fk_hold_words_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_words")),
        sa.UniqueConstraint(
            "episode", "transfer_ref", "n", name=op.f("uq_hold_words_episode_transfer_ref_n")
        ),
    )
    op.create_index("ix_hold_words_until", "hold_words", ["is_held", "until"], unique=False)
    op.create_index(op.f("ix_hold_words_person"), "hold_words", ["person"], unique=False)
    op.create_table(
        "repeats",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("outreach", ID, nullable=True),
        sa.Column("flag", ID, nullable=False),
        sa.Column("attempt", HASH, nullable=False),
        sa.Column("what", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["flag"], ["flags.id"], name=op.f("fk_repeats_flag")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeats")),
        sa.UniqueConstraint("person", "attempt", name=op.f("uq_repeats_person_attempt")),
    )
    for column in ("person", "outreach", "flag"):
        op.create_index(op.f(f"ix_repeats_{column}"), "repeats", [column], unique=False)
    op.create_table(
        "questionings",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("outreach", ID, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_questionings_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionings")),
        sa.UniqueConstraint("outreach", name=op.f("uq_questionings_outreach")),
    )
    op.create_index(op.f("ix_questionings_person"), "questionings", ["person"], unique=False)
    op.create_table(
        "question_answers",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("outreach", ID, nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("question", WORD, nullable=False),
        sa.Column("answer", WORD, nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_question_answers_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answers")),
        sa.UniqueConstraint("outreach", "question", name=op.f("uq_question_answers_outreach_question")),
    )
    op.create_index(op.f("ix_question_answers_person"), "question_answers", ["person"], unique=False)


def downgrade() -> None:
    for table in ("question_answers", "questionings", "repeats", "hold_words"):
        op.drop_table(table)
    with op.batch_alter_table("core_calls") as calls:
        calls.drop_constraint(op.f("uq_core_calls_act_episode_transfer_ref_cause"), type_="unique")
        calls.create_unique_constraint(op.f("uq_core_calls_act_episode_transfer_ref"), ONCE)
        calls.drop_column("seconds")
        calls.drop_column("cause")
