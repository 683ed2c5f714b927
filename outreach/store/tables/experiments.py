"""Experiments: what was registered before anybody was assigned, when it was in force, and who waits."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, text

from outreach.store.tables.base import identity, moment, person, table, word
from outreach.store.types import Exact, Hash, Id, Word

registrations = table(
    "registrations",  # never changed; its text stands in texts under the same hash
    Column("sha256", Hash, primary_key=True),
    word("pattern"),
    word("rule"),
    word("design"),
    word("metric"),
    Column("cap", Exact),
    word("window"),
    Column("band", Exact),
    Column("cut_off", Exact),
    Column("below", Exact),
    Column("share", Exact, nullable=False),
    Column("arms", Word, nullable=False),  # comma between them; empty: nobody is assigned
    Column("until", Date),
    word("definition"),
    moment("at"),
)

registration_spans = table(
    "registration_spans",  # from when to when it was in force; one at a time
    identity(),
    Column("registration", Hash, ForeignKey("registrations.sha256"), nullable=False, index=True),
    moment("since"),
    moment("ended_at", optional=True),
    word("reason", optional=True),  # over | changed | gone
    Index(
        "uq_registration_spans_open",
        "registration",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

waits = table(
    "waits",  # a wait list's control: written with its decision, ended where its outreach opens or cannot
    Column("decision", Id, ForeignKey("decisions.id"), primary_key=True),
    person(),
    Column("episode", Id, ForeignKey("episodes.id"), nullable=False),
    Column("registration", Hash, nullable=False),
    moment("due_at"),
    moment("ended_at", optional=True),
    word("end", optional=True),  # opened | or why not
    Index("uq_waits_episode", "episode", "registration", unique=True),
    Index(
        "ix_waits_due",
        "due_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
