"""The history: one person's story as entries in one order, in plain words, with what was said as sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from outreach.domain import wording
from outreach.domain.moment import both
from outreach.domain.story import (
    AnswerRecord,
    AttemptRecord,
    BarRecord,
    ConsentRecord,
    CoreCallRecord,
    DecisionRecord,
    EvidenceRecord,
    FlagRecord,
    MessageRecord,
    NoteRecord,
    OutreachRecord,
    ReceiptRecord,
    Story,
    TaskRecord,
)
from outreach.domain.wording import say

SHORT_HASH = 12

Details = tuple[tuple[str, str], ...]
"""Short label and value pairs; a label occurs once."""


class Kind(StrEnum):
    """What an entry tells of; entries of one moment stand in this order, causes before effects."""

    CONSENT = "consent"
    FLAG = "flag"
    DECISION = "decision"
    OPENED = "opened"
    BAR = "bar"
    MESSAGE = "message"
    ATTEMPT = "attempt"
    RECEIPT = "receipt"
    EVIDENCE = "evidence"
    ANSWER = "answer"
    CORE = "core"
    TASK = "task"
    CLOSED = "closed"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsSent:
    """One message exactly as the person got it; `to` as the story shows it (masked or revealed)."""

    reference: str
    channel: str
    locale: str
    to: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a history. `facts` are those a decision saw, by name."""

    at: datetime
    kind: Kind
    title: str = field(repr=False)
    details: Details = field(default=(), repr=False)
    facts: Details = field(default=(), repr=False)
    as_sent: AsSent | None = None


def timeline(story: Story) -> tuple[Entry, ...]:
    """Every entry of a story, oldest first; what happened at one moment stands causes before effects."""
    zone = story.zone
    references = {message.id: message.reference for message in story.messages}
    scripts = {(m.outreach, m.step): m.content.text for m in story.messages}
    entries = chain(
        map(_consent, story.consents),
        map(_flag, story.flags),
        map(_decision, story.decisions),
        chain.from_iterable(_outreach(each, zone) for each in story.outreaches),
        (_bar(first, last, asked, zone) for first, last, asked in _folded(story.bars)),
        map(_message, story.messages),
        (_attempt(each, references, zone) for each in story.attempts),
        (_receipt(each, references) for each in story.receipts),
        (_evidence(each, references) for each in story.evidence),
        (_answer(each, references) for each in story.answers),
        chain.from_iterable(map(_core_call, story.core_calls)),
        chain.from_iterable(_task(each, scripts, zone) for each in story.tasks),
        map(_note, story.notes),
    )
    order = list(Kind)
    return tuple(sorted(entries, key=lambda entry: (entry.at, order.index(entry.kind))))


def _details(*pairs: tuple[str, str | None]) -> Details:
    return tuple((label, value) for label, value in pairs if value)


def _consent(consent: ConsentRecord) -> Entry:
    word = "Consent given for" if consent.granted else "Consent withdrawn for"
    return Entry(
        at=consent.at,
        kind=Kind.CONSENT,
        title=f"{word} {say(wording.CHANNELS, consent.channel)}",
        details=_details(("basis", consent.basis), ("source", consent.source)),
    )


def _flag(flag: FlagRecord) -> Entry:
    return Entry(
        at=flag.at,
        kind=Kind.FLAG,
        title=f"Flagged for {flag.pattern}, score {flag.score.normalize():f}",
        details=_details(("feed", flag.feed), ("score model", flag.score_model)),
    )


def _decision(decision: DecisionRecord) -> Entry:
    verdict = say(wording.VERDICTS, decision.verdict).replace("{pattern}", decision.pattern)
    reason = say(wording.REASONS, decision.reason)
    because = f" ({decision.because})" if decision.because else ""
    watching = "Shadow rule, nothing is sent: " if decision.is_shadow else ""
    return Entry(
        at=decision.at,
        kind=Kind.DECISION,
        title=f"{watching}{verdict}: {reason}{because}",
        details=_details(
            ("rule", f"{decision.pattern}/{decision.rule}"),
            ("rule set", decision.rule_set_sha256[:SHORT_HASH]),
            ("experiment arm", decision.arm),
        ),
        facts=tuple((name, _plain(value)) for name, value in sorted(decision.facts.items())),
    )


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _outreach(outreach: OutreachRecord, zone: str | None) -> Iterator[Entry]:
    waits = f"; waits for approval: {outreach.held_because}" if outreach.state == "held" else ""
    expires = both(outreach.expires_at, zone) if outreach.expires_at else None
    yield Entry(
        at=outreach.opened_at,
        kind=Kind.OPENED,
        title=f"Outreach opened about {outreach.pattern}{waits}",
        details=_details(("rule", f"{outreach.pattern}/{outreach.rule}"), ("not sent after", expires)),
    )
    if outreach.closed_at is not None:
        why = say(wording.CLOSES, outreach.close_reason or "no reason was kept")
        yield Entry(
            at=outreach.closed_at,
            kind=Kind.CLOSED,
            title=f"Outreach about {outreach.pattern} closed: {why}",
        )


def _folded(bars: Iterable[BarRecord]) -> list[tuple[BarRecord, BarRecord, int]]:
    """First bar, last bar and how often: a step under a halt asks every minute and would drown the rest."""
    runs: dict[tuple[str, int, str, str], tuple[BarRecord, BarRecord, int]] = {}
    for bar in bars:
        key = (bar.outreach, bar.step, bar.verdict, bar.reason)
        first, _, asked = runs.get(key, (bar, bar, 0))
        runs[key] = (first, bar, asked + 1)
    return list(runs.values())


def _bar(first: BarRecord, last: BarRecord, asked: int, zone: str | None) -> Entry:
    verdict = say(wording.BAR_VERDICTS, first.verdict)
    until = f" until {both(last.until, zone)}" if last.until and first.verdict == "held" else ""
    why = say(wording.BARS, first.reason)
    if first.verdict == "overridden":
        why += ", and a critical warning may pass that"
    return Entry(
        at=first.at,
        kind=Kind.BAR,
        title=f"Step {first.step + 1}, {say(wording.CHANNELS, first.channel)}, {verdict}{until}: {why}",
        details=_details(("asked", wording.times(asked) if asked > 1 else None)),
    )


def _message(message: MessageRecord) -> Entry:
    channel = say(wording.CHANNELS, message.channel)
    return Entry(
        at=message.at,
        kind=Kind.MESSAGE,
        title=f"Message {message.reference} by {channel}: "
        f"{wording.status_words(message.channel, message.status)}",
        details=_details(
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


def _attempt(attempt: AttemptRecord, references: dict[str, str], zone: str | None) -> Entry:
    result = "under way, or in doubt" if attempt.result is None else say(wording.RESULTS, attempt.result)
    return Entry(
        at=attempt.at,
        kind=Kind.ATTEMPT,
        title=f"Attempt {attempt.n} with {attempt.provider}: {result}",
        details=_details(
            ("message", references.get(attempt.message)),
            ("provider's reference", attempt.provider_ref),
            ("reason", attempt.reason),
            ("finished", both(attempt.finished_at, zone) if attempt.finished_at else None),
        ),
    )


def _receipt(receipt: ReceiptRecord, references: dict[str, str]) -> Entry:
    return Entry(
        at=receipt.at,
        kind=Kind.RECEIPT,
        title=f"{receipt.provider} says: {say(wording.STATUSES, receipt.status)}",
        details=_details(("message", references.get(receipt.message))),
    )


def _evidence(evidence: EvidenceRecord, references: dict[str, str]) -> Entry:
    return Entry(
        at=evidence.at,
        kind=Kind.EVIDENCE,
        title=f"Evidence: {say(wording.GRADES, evidence.grade)}",
        details=_details(("message", references.get(evidence.message)), ("source", evidence.source)),
    )


def _answer(answer: AnswerRecord, references: dict[str, str]) -> Entry:
    return Entry(
        at=answer.at,
        kind=Kind.ANSWER,
        title=f"Answered “{say(wording.ANSWERS, answer.answer)}” {say(wording.VIAS, answer.via)}",
        details=_details(("message", references.get(answer.message or ""))),
    )


def _core_call(call: CoreCallRecord) -> Iterator[Entry]:
    """One entry a moment that is known: when it was asked, and when the core system answered."""
    details = _details(("transfer", call.transfer_ref), ("because", call.reason))
    is_answered = call.answered_at is not None and call.state in {"confirmed", "refused"}
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


def _task(task: TaskRecord, scripts: dict[tuple[str, int], str], zone: str | None) -> Iterator[Entry]:
    what = say(wording.TASKS, task.kind)
    # A call's text is its message's text, which stands beside it already.
    is_said = scripts.get((task.outreach or "", -1 if task.step is None else task.step)) == task.text
    yield Entry(
        at=task.at,
        kind=Kind.TASK,
        title=f"Task for a person: {what}",
        details=_details(
            ("state", say(wording.TASK_STATES, task.state)),
            ("due", both(task.due_at, zone)),
            ("owner", task.owner),
            ("text", None if is_said else task.text),
        ),
    )
    if task.closed_at is not None:
        word = say(wording.TASK_STATES, task.state)
        yield Entry(at=task.closed_at, kind=Kind.TASK, title=f"Task {word}: {what}")


def _note(note: NoteRecord) -> Entry:
    return Entry(at=note.at, kind=Kind.NOTE, title=note.text, details=_details(("by", note.actor)))
