"""The schema: Alembic's target, whole from the first migration.

Stored words are literal strings and rows never leave the store.
"""

from outreach.store.tables.aftermath import (
    case_amounts,
    case_freezes,
    case_steps,
    case_transfers,
    cases,
    takeovers,
)
from outreach.store.tables.base import metadata
from outreach.store.tables.blast import assents, matched, ramps
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
from outreach.store.tables.experiments import registration_spans, registrations, waits
from outreach.store.tables.ledger import bars, decisions, episodes, flags, outreaches
from outreach.store.tables.listed import (
    allowed,
    listed,
    listed_feeds,
    listed_imports,
    listed_waiting,
    listings,
    lists_edition,
    payees,
    suggestions,
    withdrawn,
)
from outreach.store.tables.outcome_facts import (
    outcome_edition,
    outcome_facts,
    outcome_pulls,
    outcome_spellings,
    outcome_unread,
)
from outreach.store.tables.outcome_ledger import reckoning_marks, reckonings
from outreach.store.tables.personal import consents, contact_points, notes, people, profiles, suppressions
from outreach.store.tables.privacy import forgotten, legal_holds, sealing_keys
from outreach.store.tables.replies import replies
from outreach.store.tables.reports import report_files, reports, welfare
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
from outreach.store.tables.safety import hold_words, question_answers, questionings, repeats
from outreach.store.tables.silent import lookback_marks, lookbacks, reach_wishes
from outreach.store.tables.traffic import buckets, hearings, lanes, tallies
from outreach.store.tables.watch import looks

__all__ = [
    "acknowledgments",
    "allowed",
    "approvals",
    "assents",
    "attempts",
    "audit",
    "bars",
    "buckets",
    "calls",
    "case_amounts",
    "case_freezes",
    "case_steps",
    "case_transfers",
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
    "hold_words",
    "lanes",
    "legal_holds",
    "listed",
    "listed_feeds",
    "listed_imports",
    "listed_waiting",
    "listings",
    "lists_edition",
    "lookback_marks",
    "lookbacks",
    "looks",
    "matched",
    "messages",
    "metadata",
    "notes",
    "outcome_edition",
    "outcome_facts",
    "outcome_pulls",
    "outcome_spellings",
    "outcome_unread",
    "outcomes",
    "outreaches",
    "payees",
    "people",
    "processes",
    "profiles",
    "pulls",
    "quarantine",
    "question_answers",
    "questionings",
    "ramps",
    "reach_wishes",
    "receipts",
    "reckoning_marks",
    "reckonings",
    "registration_spans",
    "registrations",
    "repeats",
    "replies",
    "report_files",
    "reports",
    "runs",
    "sealing_keys",
    "silences",
    "suggestions",
    "suppressions",
    "takeovers",
    "tallies",
    "tasks",
    "texts",
    "ticks",
    "waits",
    "welfare",
    "withdrawn",
]
