"""Messages and attempts. Law 2: `start` is committed before a provider is called, `finish` after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update

from outreach.domain.delivery import Accepted, SendResult, Status, Unavailable
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.domain.settling import How
from outreach.store.asked import among
from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.tables import attempts, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message about to be tried: everything `start` writes."""

    outreach: str
    person: str
    step: int
    message: Message
    template: str
    template_sha256: str
    is_new: bool = True  # False where the message was written down before
    urgency_rank: int = 0  # what a provider has little room for goes to the most urgent
    provider: str = ""  # where set, only this one may be tried: it may have the message already

    def by(self, provider: str) -> Draft:
        """The same, to be handed to this provider."""
        # Not `replace`: that takes 4 µs of every message.
        return Draft(
            outreach=self.outreach,
            person=self.person,
            step=self.step,
            message=self.message,
            template=self.template,
            template_sha256=self.template_sha256,
            is_new=self.is_new,
            urgency_rank=self.urgency_rank,
            provider=provider,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What came of an attempt, and the status its message is left in.

    `safe_at` is set where the attempt is in doubt: from then on the provider's "no" counts.
    """

    message: Message
    result: SendResult
    status: Status
    safe_at: datetime | None = None

    @property
    def was_tried(self) -> bool:
        """False where the provider was not even asked."""
        return not isinstance(self.result, Unavailable) or self.result.is_tried


_TAKEN = select(messages.c.reference).where(among(messages.c.reference, "references"))


def taken_references(tx: Tx, references: Sequence[str]) -> set[str]:
    """Those of these references that a message already has."""
    return {taken for (taken,) in tx.rows(_TAKEN, references=references)}


def start(tx: Tx, drafts: Sequence[Draft], now: datetime, lease_until: datetime) -> None:
    """Write the messages and their open attempts, before any provider is called."""
    tx.insert(messages, [_message_row(tx, draft, now) for draft in drafts if draft.is_new])
    tx.insert(
        attempts,
        [
            {
                "id": tx.new_id(),
                "message": d.message.id,
                "n": d.message.attempt,
                "provider": d.provider,
                "started_at": now,
                "lease_until": lease_until,
                "finished_at": None,
                "result": None,
                "reason": None,
                "provider_ref": None,
            }
            for d in drafts
        ],
    )


def _message_row(tx: Tx, draft: Draft, now: datetime) -> dict[str, object]:
    message = draft.message
    return {
        "id": message.id,
        "person": draft.person,
        "outreach": draft.outreach,
        "step": draft.step,
        "reference": message.reference,
        "channel": message.channel.value,
        "locale": message.locale,
        "template": draft.template,
        "template_sha256": draft.template_sha256,
        "to_hmac": tx.vault.fingerprint(message.to),
        "to_enc": tx.vault.seal(message.to),
        "body_enc": tx.vault.seal(_body(message.content)),
        "status": Status.QUEUED.value,
        "status_at": now,
        "created_at": now,
        "next_attempt_at": None,
    }


def _is_unfinished() -> ColumnElement[bool]:
    # Two comparisons, not an IN list: that could not be sent for many rows at once.
    return or_(messages.c.status == Status.QUEUED.value, messages.c.status == Status.RETRYING.value)


_quoted = json.encoder.encode_basestring  # an encoder of its own for every message costs as much as sealing


def _body(content: Content) -> str:
    text, title, html = map(_quoted, (content.text, content.title, content.html))
    return f'{{"text": {text}, "title": {title}, "html": {html}}}'


_END_ATTEMPT = (
    update(attempts)
    .where(attempts.c.message == bindparam("which"), attempts.c.n == bindparam("number"))
    .values(
        finished_at=of(attempts.c.finished_at, "at"),
        result=of(attempts.c.result, "word"),
        reason=of(attempts.c.reason, "why"),
        provider_ref=of(attempts.c.provider_ref, "ref"),
        safe_at=of(attempts.c.safe_at, "safe"),
    )
)


def finish(tx: Tx, finished: Sequence[Finished], now: datetime) -> None:
    """Write what the provider said of each attempt, and the message's status after it.

    An attempt that was not even tried leaves no row: its number is free again.
    """
    tried = [f for f in finished if f.was_tried]
    _forget_attempts(tx, [f.message for f in finished if not f.was_tried])
    tx.each(
        _END_ATTEMPT,
        [
            {
                "at": now,
                "which": f.message.id,
                "number": f.message.attempt,
                "word": type(f.result).__name__.lower(),
                "why": None if isinstance(f.result, Accepted) else f.result.reason,
                "ref": f.result.ref if isinstance(f.result, Accepted) else None,
                "safe": f.safe_at,
            }
            for f in tried
        ],
    )
    taken = [f.message.id for f in tried if f.status is Status.ACCEPTED]
    _write_statuses(tx, [(f.message.id, f.status) for f in tried if f.status is not Status.ACCEPTED], now)
    _mark_taken(tx, taken, now)


def _forget_attempts(tx: Tx, untried: Sequence[Message]) -> None:
    # Only open ones: an attempt that somebody ended while we slept is part of what was known then.
    for message in untried:
        this = (attempts.c.message == message.id) & (attempts.c.n == message.attempt)
        tx.connection.execute(delete(attempts).where(this, attempts.c.finished_at.is_(None)))


def _write_statuses(tx: Tx, statuses: Sequence[tuple[str, Status]], now: datetime) -> None:
    if statuses:
        tx.connection.execute(
            update(messages)
            .where(messages.c.id == bindparam("which"), _is_unfinished())
            .values(status=bindparam("word"), status_at=now),
            [{"which": message, "word": status.value} for message, status in statuses],
        )


def settle(tx: Tx, settled: Sequence[tuple[Message, Status]], now: datetime) -> None:
    """End messages of an earlier round that will not be tried again: cancelled, or in doubt."""
    _write_statuses(tx, [(message.id, status) for message, status in settled], now)
    end_open_attempts(tx, [message for message, _ in settled], now)


def doubt(tx: Tx, open_messages: Sequence[Message], safe_at: Mapping[str, datetime], now: datetime) -> None:
    """Note that nobody knows what became of these; `safe_at`, by message: then the provider's "no" counts."""
    end_open_attempts(tx, open_messages, now, safe_at)
    _write_statuses(tx, [(message.id, Status.IN_DOUBT) for message in open_messages], now)


def heard_late(tx: Tx, finished: Sequence[Finished], now: datetime) -> list[str]:
    """Keep what a provider said to a process whose claim was taken over meanwhile; the messages it settles.

    Only "taken" is news then: whatever else it said, the taker finds out by itself.
    """
    taken = [(f, f.result.ref) for f in finished if isinstance(f.result, Accepted)]
    for f, ref in taken:
        tx.connection.execute(
            update(attempts)
            .where(attempts.c.message == f.message.id, attempts.c.n == f.message.attempt)
            .values(provider_ref=ref, settled=How.LATE.value, settled_at=now)
        )
    _mark_taken(tx, [f.message.id for f, _ in taken], now)
    return [f.message.id for f, _ in taken]


def _mark_taken(tx: Tx, ids: Sequence[str], now: datetime) -> None:
    """That the provider has it outweighs whatever was believed without asking it."""
    if ids:
        tx.connection.execute(
            update(messages)
            .where(tx.among(messages.c.id, ids), messages.c.status.in_(NOT_KNOWN_TAKEN))
            .values(status=Status.ACCEPTED.value, status_at=now)
        )


PROCESS_DIED = "process_died"
"""Why an attempt is in doubt that its own process did not live to finish."""

NOT_KNOWN_TAKEN = [status.value for status in Status if status.rank < Status.ACCEPTED.rank]


def end_open_attempts(
    tx: Tx, ended: Sequence[Message], now: datetime, safe_at: Mapping[str, datetime] | None = None
) -> None:
    """Finish the attempts that a process left open when it died: nobody knows what became of them.

    `safe_at`, by message, is from when on the provider's "no" counts, where it will be asked.
    """
    if ended:
        tx.connection.execute(
            update(attempts)
            .where(attempts.c.message == bindparam("which"), attempts.c.finished_at.is_(None))
            .values(finished_at=now, result="unknown", reason=PROCESS_DIED, safe_at=bindparam("safe")),
            [{"which": message.id, "safe": (safe_at or {}).get(message.id)} for message in ended],
        )


def read_message(tx: Tx, row: Any, attempt: int, deaths: int = 0) -> Message:
    """The message of a row of its table, opened, as its attempt with this number, after so many deaths."""
    return Message(
        id=row.id,
        reference=row.reference,
        channel=Channel(row.channel),
        to=tx.vault.open(row.to_enc),
        locale=row.locale,
        content=Content(**json.loads(tx.vault.open(row.body_enc))),
        attempt=attempt,
        deaths=deaths,
        thread=row.outreach,
    )
