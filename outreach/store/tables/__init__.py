"""The schema: Alembic's target, whole from the first migration.

Stored words are literal strings and rows never leave the store.
"""

from outreach.store.tables.aftermath import cases, takeovers
from outreach.store.tables.base import metadata
from outreach.store.tables.clients import clients, guesses
from outreach.store.tables.delivery import (
    acknowledgments,
    attempts,
    calls,
    core_calls,
    evidence,
    messages,
    outcomes,
    receipts,
    silences,
    tasks,
)
from outreach.store.tables.ledger import bars, decisions, episodes, flags, outreaches
from outreach.store.tables.personal import consents, contact_points, notes, people, profiles, suppressions
from outreach.store.tables.privacy import forgotten, legal_holds, sealing_keys
from outreach.store.tables.replies import replies
from outreach.store.tables.running import (
    approvals,
    audit,
    halts,
    processes,
    pulls,
    quarantine,
    runs,
    texts,
    ticks,
)
from outreach.store.tables.traffic import buckets, hearings, lanes, tallies
from outreach.store.tables.watch import looks

__all__ = [
    "acknowledgments",
    "approvals",
    "attempts",
    "audit",
    "bars",
    "buckets",
    "calls",
    "cases",
    "clients",
    "consents",
    "contact_points",
    "core_calls",
    "decisions",
    "episodes",
    "evidence",
    "flags",
    "forgotten",
    "guesses",
    "halts",
    "hearings",
    "lanes",
    "legal_holds",
    "looks",
    "messages",
    "metadata",
    "notes",
    "outcomes",
    "outreaches",
    "people",
    "processes",
    "profiles",
    "pulls",
    "quarantine",
    "receipts",
    "replies",
    "runs",
    "sealing_keys",
    "silences",
    "suppressions",
    "takeovers",
    "tallies",
    "tasks",
    "texts",
    "ticks",
]
