"""A story: all that is kept of one person, as typed records; `history` tells it in words.

Words from the ledger stay plain text here: a history must still open when a newer version wrote a word
that this one does not know. Everything personal stays out of every repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from outreach.domain.message import Content
from outreach.domain.story_cases import CaseRecord
from outreach.domain.story_held import ApprovalRecord, HaltRecord
from outreach.domain.story_net import NetRecords
from outreach.domain.story_outcomes import OutcomeRecord
from outreach.domain.story_reports import ReportRecord, WelfareRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """One address of a person, current or past; `shown` is masked unless it was revealed."""

    channel: str
    shown: str = field(repr=False)
    valid_from: datetime
    valid_to: datetime | None
    source: str
    suppressed: str = ""  # why it is never written to, where it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One word of consent, or of its withdrawal."""

    at: datetime
    channel: str
    granted: bool
    basis: str
    source: str
    program: str = "security"
    actor: str = ""
    text_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRecord:
    """One flag as the ledger keeps it."""

    id: str
    at: datetime
    feed: str
    pattern: str
    score: Decimal
    score_model: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision with the facts it saw."""

    id: str
    at: datetime
    pattern: str
    rule: str
    verdict: str
    reason: str
    because: str
    is_shadow: bool
    rule_set_sha256: str
    facts: Mapping[str, Any] = field(repr=False)
    arm: str | None = None
    registration: str | None = None  # of the experiment that it belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachRecord:
    """One climb. `ladder` is the frozen JSON; `held_because` is set where a run waits for approval."""

    id: str
    pattern: str
    rule: str
    state: str
    ladder: str = field(repr=False)
    step: int
    sent: int
    opened_at: datetime
    due_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    held_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRecord:
    """Why a step was held, barred, or sent in spite of something."""

    at: datetime
    outreach: str
    step: int
    channel: str
    verdict: str
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """One message as it was sent; `to` is masked unless it was revealed."""

    id: str
    at: datetime
    outreach: str
    step: int
    reference: str
    channel: str
    locale: str
    template: str
    template_sha256: str
    status: str
    status_at: datetime
    to: str = field(repr=False)
    content: Content = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try to hand a message to a provider; no result while it is under way, or in doubt."""

    at: datetime
    message: str
    n: int
    provider: str
    finished_at: datetime | None
    result: str | None
    reason: str | None
    provider_ref: str | None
    settled: str | None = None  # how a doubt about it ended
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """A provider's later word on a message."""

    at: datetime
    message: str
    provider: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """A graded sign that a message was seen."""

    at: datetime
    message: str
    grade: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """What the person wrote back by SMS, how it was read, and what was said in return."""

    at: datetime
    message: str | None
    text: str = field(repr=False)
    kind: str
    answer: str | None
    confirmed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """The answer of the person to an outreach."""

    at: datetime
    outreach: str
    message: str | None
    answer: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """Something only a person can do."""

    id: str
    at: datetime
    kind: str
    outreach: str | None
    step: int | None
    text: str = field(repr=False)
    due_at: datetime
    owner: str | None
    state: str
    closed_at: datetime | None
    outcome: str | None = None
    dropped_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChangeRecord:
    """Somebody took a task, gave it back, put it off, ended it, or saw the number in it."""

    at: datetime
    act: str
    actor: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One try to reach the person by phone, and what came of it."""

    at: datetime
    n: int
    actor: str
    outcome: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCallRecord:
    """A request to the core system; only `confirmed` means that it was done."""

    act: str
    transfer_ref: str | None
    reason: str
    state: str
    tries: int
    due_at: datetime
    asked_at: datetime | None
    answered_at: datetime | None
    seconds: int | None = None  # how long a hold was asked for; None: until somebody decides


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecord:
    """What somebody at the firm wrote down."""

    at: datetime
    actor: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishRecord:
    """How the person asked to be reached."""

    at: datetime
    message: str | None
    wish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything of one person. `user` is None where the person was forgotten."""

    person: str
    user: str | None = field(repr=False)
    known_since: datetime | None
    locale: str | None = None
    zone: str | None = None
    country: str | None = None
    contacts: tuple[ContactRecord, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()
    flags: tuple[FlagRecord, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    outreaches: tuple[OutreachRecord, ...] = ()
    bars: tuple[BarRecord, ...] = ()
    stopped: tuple[ApprovalRecord | HaltRecord, ...] = ()
    messages: tuple[MessageRecord, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    receipts: tuple[ReceiptRecord, ...] = ()
    evidence: tuple[EvidenceRecord, ...] = ()
    replies: tuple[ReplyRecord, ...] = ()
    answers: tuple[AnswerRecord, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    task_changes: tuple[TaskChangeRecord, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    core_calls: tuple[CoreCallRecord, ...] = ()
    notes: tuple[NoteRecord, ...] = ()
    reports: tuple[ReportRecord, ...] = ()
    welfare: tuple[WelfareRecord, ...] = ()
    cases: tuple[CaseRecord, ...] = ()
    wishes: tuple[WishRecord, ...] = ()
    net: NetRecords = field(default_factory=NetRecords)
    outcomes: tuple[OutcomeRecord, ...] = ()
