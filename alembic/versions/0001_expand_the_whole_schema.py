"""expand: The whole schema, so that no later capability rebuilds a table.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_latest", "consents", ["person", "channel", "program", "at"], unique=False)
    op.create_index(op.f("ix_consents_person"), "consents", ["person"], unique=False)
    op.create_table(
        "contact_points",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("value_enc", sa.LargeBinary(), nullable=False),
        sa.Column("value_hmac", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
    )
    op.create_index(op.f("ix_contact_points_person"), "contact_points", ["person"], unique=False)
    op.create_index(op.f("ix_contact_points_value_hmac"), "contact_points", ["value_hmac"], unique=False)
    op.create_index(
        "uq_contact_points_current",
        "contact_points",
        ["person", "channel"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "episodes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.Column("beneficiary", sa.String(length=64), server_default="", nullable=False),
        sa.Column("severity_rank", sa.SmallInteger(), nullable=False),
        sa.Column("transfer_ref", sa.Text(), nullable=True),
        sa.Column("money_moved", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_flag_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
    )
    op.create_index(op.f("ix_episodes_person"), "episodes", ["person"], unique=False)
    op.create_index(
        "uq_episodes_open",
        "episodes",
        ["person", "pattern", "beneficiary"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "halts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halts")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_person"), "notes", ["person"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_ref_hmac", sa.String(length=64), nullable=False),
        sa.Column("user_ref_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("user_ref_hmac", name=op.f("uq_people_user_ref_hmac")),
    )
    op.create_table(
        "profiles",
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=64), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("code_enc", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_profiles")),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=128), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_receipts_provider_event_id")),
    )
    op.create_index(op.f("ix_receipts_message"), "receipts", ["message"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rulebook_sha256", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("value_hmac", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index(
        "uq_suppressions_standing",
        "suppressions",
        ["value_hmac", "channel"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_texts")),
    )
    op.create_table(
        "ticks",
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "due_at", name=op.f("pk_ticks")),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_approvals_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_run"), "approvals", ["run"], unique=False)
    op.create_table(
        "core_calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("episode", sa.String(length=32), nullable=True),
        sa.Column("transfer_ref", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["episode"], ["episodes.id"], name=op.f("fk_core_calls_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_calls")),
        sa.UniqueConstraint(
            "act", "episode", "transfer_ref", name=op.f("uq_core_calls_act_episode_transfer_ref")
        ),
    )
    op.create_index(op.f("ix_core_calls_episode"), "core_calls", ["episode"], unique=False)
    op.create_index(op.f("ix_core_calls_person"), "core_calls", ["person"], unique=False)
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("episode", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Text().with_variant(sa.Numeric(38, 8), "postgresql"), nullable=True),
        sa.Column("currency", sa.String(length=64), nullable=True),
        sa.Column("window", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("restates", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("rate", sa.Text().with_variant(sa.Numeric(38, 8), "postgresql"), nullable=True),
        sa.Column("rate_source", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["episode"], ["episodes.id"], name=op.f("fk_outcomes_episode")),
        sa.ForeignKeyConstraint(["restates"], ["outcomes.id"], name=op.f("fk_outcomes_restates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_episode"), "outcomes", ["episode"], unique=False)
    op.create_table(
        "pulls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("archive", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lines = read + quarantined", name=op.f("ck_pulls_every_line_counted")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_pulls_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulls")),
        sa.UniqueConstraint("feed", "n", name=op.f("uq_pulls_feed_n")),
    )
    op.create_index(op.f("ix_pulls_run"), "pulls", ["run"], unique=False)
    op.create_table(
        "flags",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("pull", sa.String(length=32), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.Column("beneficiary", sa.String(length=64), server_default="", nullable=False),
        sa.Column("score", sa.Text().with_variant(sa.Numeric(38, 8), "postgresql"), nullable=False),
        sa.Column("score_model", sa.Text(), nullable=True),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pull"], ["pulls.id"], name=op.f("fk_flags_pull")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("feed", "identity", name=op.f("uq_flags_feed_identity")),
    )
    op.create_index(op.f("ix_flags_person"), "flags", ["person"], unique=False)
    op.create_index(op.f("ix_flags_pull"), "flags", ["pull"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("pull", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("column", sa.String(length=64), server_default="", nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pull"], ["pulls.id"], name=op.f("fk_quarantine_pull")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_pull"), "quarantine", ["pull"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("flag", sa.String(length=32), nullable=False),
        sa.Column("episode", sa.String(length=32), nullable=True),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("rule_set_sha256", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("score", sa.Text().with_variant(sa.Numeric(38, 8), "postgresql"), nullable=True),
        sa.Column("arm", sa.String(length=64), nullable=True),
        sa.Column("band", sa.Text().with_variant(sa.Numeric(38, 8), "postgresql"), nullable=True),
        sa.Column("registration", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["episode"], ["episodes.id"], name=op.f("fk_decisions_episode")),
        sa.ForeignKeyConstraint(["flag"], ["flags.id"], name=op.f("fk_decisions_flag")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_decisions_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("flag", "rule", "shadow", name=op.f("uq_decisions_flag_rule_shadow")),
    )
    op.create_index(op.f("ix_decisions_episode"), "decisions", ["episode"], unique=False)
    op.create_index(op.f("ix_decisions_flag"), "decisions", ["flag"], unique=False)
    op.create_index(op.f("ix_decisions_person"), "decisions", ["person"], unique=False)
    op.create_index(op.f("ix_decisions_run"), "decisions", ["run"], unique=False)
    op.create_table(
        "outreaches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("episode", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("severity_rank", sa.SmallInteger(), nullable=False),
        sa.Column("urgency_rank", sa.SmallInteger(), nullable=False),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("in_doubt", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("sent", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_outreaches_decision")),
        sa.ForeignKeyConstraint(["episode"], ["episodes.id"], name=op.f("fk_outreaches_episode")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_outreaches_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreaches")),
        sa.UniqueConstraint("decision", name=op.f("uq_outreaches_decision")),
    )
    op.create_index("ix_outreaches_due", "outreaches", ["state", "urgency_rank", "due_at"], unique=False)
    op.create_index(op.f("ix_outreaches_episode"), "outreaches", ["episode"], unique=False)
    op.create_index(op.f("ix_outreaches_person"), "outreaches", ["person"], unique=False)
    op.create_index(op.f("ix_outreaches_run"), "outreaches", ["run"], unique=False)
    op.create_index(
        "uq_outreaches_open",
        "outreaches",
        ["episode"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "acknowledgments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("outreach", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.Column("via", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_acknowledgments_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgments")),
        sa.UniqueConstraint("outreach", name=op.f("uq_acknowledgments_outreach")),
    )
    op.create_index(op.f("ix_acknowledgments_message"), "acknowledgments", ["message"], unique=False)
    op.create_index(op.f("ix_acknowledgments_person"), "acknowledgments", ["person"], unique=False)
    op.create_table(
        "bars",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("outreach", sa.String(length=32), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_bars_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bars")),
    )
    op.create_index(op.f("ix_bars_outreach"), "bars", ["outreach"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("outreach", sa.String(length=32), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.String(length=6), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=64), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_sha256", sa.String(length=64), nullable=False),
        sa.Column("to_hmac", sa.String(length=64), nullable=False),
        sa.Column("to_enc", sa.LargeBinary(), nullable=False),
        sa.Column("body_enc", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_messages_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("outreach", "step", name=op.f("uq_messages_outreach_step")),
        sa.UniqueConstraint("reference", name=op.f("uq_messages_reference")),
    )
    op.create_index("ix_messages_newest", "messages", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_messages_person"), "messages", ["person"], unique=False)
    op.create_index(op.f("ix_messages_to_hmac"), "messages", ["to_hmac"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("outreach", sa.String(length=32), nullable=True),
        sa.Column("step", sa.SmallInteger(), nullable=True),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outreach"], ["outreaches.id"], name=op.f("fk_tasks_outreach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("kind", "outreach", "step", name=op.f("uq_tasks_kind_outreach_step")),
    )
    op.create_index(op.f("ix_tasks_outreach"), "tasks", ["outreach"], unique=False)
    op.create_index(op.f("ix_tasks_person"), "tasks", ["person"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_attempts_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("message", "n", name=op.f("uq_attempts_message_n")),
    )
    op.create_index("ix_attempts_open", "attempts", ["finished_at", "lease_until"], unique=False)
    op.create_index(op.f("ix_attempts_provider_ref"), "attempts", ["provider_ref"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_evidence_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_message"), "evidence", ["message"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_evidence_message"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_attempts_provider_ref"), table_name="attempts")
    op.drop_index("ix_attempts_open", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_tasks_person"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_outreach"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index(op.f("ix_messages_to_hmac"), table_name="messages")
    op.drop_index("ix_messages_newest", table_name="messages")
    op.drop_index(op.f("ix_messages_person"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_bars_outreach"), table_name="bars")
    op.drop_table("bars")
    op.drop_index(op.f("ix_acknowledgments_person"), table_name="acknowledgments")
    op.drop_index(op.f("ix_acknowledgments_message"), table_name="acknowledgments")
    op.drop_table("acknowledgments")
    op.drop_index(
        "uq_outreaches_open",
        table_name="outreaches",
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.drop_index(op.f("ix_outreaches_run"), table_name="outreaches")
    op.drop_index(op.f("ix_outreaches_person"), table_name="outreaches")
    op.drop_index(op.f("ix_outreaches_episode"), table_name="outreaches")
    op.drop_index("ix_outreaches_due", table_name="outreaches")
    op.drop_table("outreaches")
    op.drop_index(op.f("ix_decisions_run"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_person"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_flag"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_episode"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_quarantine_pull"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_index(op.f("ix_flags_pull"), table_name="flags")
    op.drop_index(op.f("ix_flags_person"), table_name="flags")
    op.drop_table("flags")
    op.drop_index(op.f("ix_pulls_run"), table_name="pulls")
    op.drop_table("pulls")
    op.drop_index(op.f("ix_outcomes_episode"), table_name="outcomes")
    op.drop_table("outcomes")
    op.drop_index(op.f("ix_core_calls_person"), table_name="core_calls")
    op.drop_index(op.f("ix_core_calls_episode"), table_name="core_calls")
    op.drop_table("core_calls")
    op.drop_index(op.f("ix_approvals_run"), table_name="approvals")
    op.drop_table("approvals")
    op.drop_table("ticks")
    op.drop_table("texts")
    op.drop_index(
        "uq_suppressions_standing",
        table_name="suppressions",
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("suppressions")
    op.drop_table("runs")
    op.drop_index(op.f("ix_receipts_message"), table_name="receipts")
    op.drop_table("receipts")
    op.drop_table("profiles")
    op.drop_table("people")
    op.drop_index(op.f("ix_notes_person"), table_name="notes")
    op.drop_table("notes")
    op.drop_table("halts")
    op.drop_index(
        "uq_episodes_open",
        table_name="episodes",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_episodes_person"), table_name="episodes")
    op.drop_table("episodes")
    op.drop_index(
        "uq_contact_points_current",
        table_name="contact_points",
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.drop_index(op.f("ix_contact_points_value_hmac"), table_name="contact_points")
    op.drop_index(op.f("ix_contact_points_person"), table_name="contact_points")
    op.drop_table("contact_points")
    op.drop_index(op.f("ix_consents_person"), table_name="consents")
    op.drop_index("ix_consents_latest", table_name="consents")
    op.drop_table("consents")
    op.drop_table("audit")
