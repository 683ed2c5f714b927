"""What was said and what came back: messages, attempts, receipts, answers, core calls as entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach.domain import wording
from outreach.domain.case_wording import CASES, STEPS
from outreach.domain.entry import SHORT_HASH, AsSent, Entry, Kind, pairs
from outreach.domain.moment import both
from outreach.domain.story import (
    AnswerRecord,
    AttemptRecord,
    CoreCallRecord,
    EvidenceRecord,
    MessageRecord,
    NoteRecord,
    ReceiptRecord,
)
from outreach.domain.story_cases import CaseRecord
from outreach.domain.wording import say


def tell_message(message: MessageRecord) -> Entry:
    """A message with its words as they were sent."""
    channel = say(wording.CHANNELS, message.channel)
    return Entry(
        at=message.at,
        kind=Kind.MESSAGE,
        title=f"Message {message.reference} by {channel}: "
        f"{wording.status_words(message.channel, message.status)}",
        details=pairs(
            ("to", message.to),
            ("language", message.locale),
            ("template", message.template),
            ("template hash", message.template_sha256[:SHORT_HASH]),
        ),
        as_sent=as_sent(message),
    )


def as_sent(message: MessageRecord) -> AsSent:
    """What the person got."""
    return AsSent(
        reference=message.reference,
        channel=message.channel,
        locale=message.locale,
        to=message.to,
        title=message.content.title,
        text=message.content.text,
        html=message.content.html,
    )


def tell_attempt(attempt: AttemptRecord, references: Mapping[str, str], zone: str | None) -> Entry:
    """A try to hand a message over."""
    result = "under way, or in doubt" if attempt.result is None else say(wording.RESULTS, attempt.result)
    if attempt.settled:
        result = f"in doubt at first; {say(wording.SETTLED, attempt.settled)}"
    return Entry(
        at=attempt.at,
        kind=Kind.ATTEMPT,
        title=f"Attempt {attempt.n} with {attempt.provider}: {result}",
        details=pairs(
            ("message", references.get(attempt.message)),
            ("provider's reference", attempt.provider_ref),
            ("reason", wording.ATTEMPT_REASONS.get(attempt.reason or "", attempt.reason)),
            ("settled at", both(attempt.settled_at, zone) if attempt.settled_at else None),
            ("finished", both(attempt.finished_at, zone) if attempt.finished_at else None),
        ),
    )


def tell_receipt(receipt: ReceiptRecord, references: Mapping[str, str]) -> Entry:
    """A provider's later word."""
    return Entry(
        at=receipt.at,
        kind=Kind.RECEIPT,
        title=f"{receipt.provider} says: {say(wording.STATUSES, receipt.status)}",
        details=pairs(("message", references.get(receipt.message))),
    )


def tell_evidence(evidence: EvidenceRecord, references: Mapping[str, str]) -> Entry:
    """A sign that a message was seen."""
    return Entry(
        at=evidence.at,
        kind=Kind.EVIDENCE,
        title=f"Evidence: {say(wording.GRADES, evidence.grade)}",
        details=pairs(
            ("message", references.get(evidence.message)), ("source", say(wording.SOURCES, evidence.source))
        ),
    )


def tell_answer(answer: AnswerRecord, references: Mapping[str, str]) -> Entry:
    """What the person said."""
    return Entry(
        at=answer.at,
        kind=Kind.ANSWER,
        title=f"Answered “{say(wording.ANSWERS, answer.answer)}” {say(wording.VIAS, answer.via)}",
        details=pairs(("message", references.get(answer.message or ""))),
    )


def tell_core_call(call: CoreCallRecord) -> Iterator[Entry]:
    """One entry a moment that is known: when it was asked, and when the core system answered."""
    length = f"{call.seconds // 3600} h" if call.seconds else None
    details = pairs(("transfer", call.transfer_ref), ("because", call.reason), ("for", length))
    is_answered = call.answered_at is not None and call.state in {"confirmed", "refused", "late"}
    if call.asked_at is not None or not is_answered:
        state = "asked" if is_answered else call.state
        yield Entry(
            at=call.asked_at or call.due_at,
            kind=Kind.CORE,
            title=wording.core_words(state, call.act, is_answered=is_answered),
            details=details,
        )
    if is_answered and call.answered_at is not None:
        title = wording.core_words(call.state, call.act)
        yield Entry(at=call.answered_at, kind=Kind.CORE, title=title, details=details)


def tell_case(case: CaseRecord) -> Iterator[Entry]:
    """A recovery case, each step that was taken, and its end where it has ended."""
    why = say(CASES, case.source)
    yield Entry(at=case.opened_at, kind=Kind.TASK, title=f"Recovery case opened: {why}")
    for step in case.steps:
        if step.act != "open":  # told above
            by = None if step.role == "system" else step.actor
            details = pairs(("case", case.id[-8:]), ("by", by), ("note", step.note))
            yield Entry(at=step.at, kind=Kind.TASK, title=say(STEPS, step.act), details=details)
    if case.closed_at is not None and not case.steps:
        yield Entry(at=case.closed_at, kind=Kind.TASK, title="Recovery case closed")


def tell_note(note: NoteRecord) -> Entry:
    """A note."""
    return Entry(at=note.at, kind=Kind.NOTE, title=note.text, details=pairs(("by", note.actor)))
