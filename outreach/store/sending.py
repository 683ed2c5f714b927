"""Messages and attempts. Law 2: `start` is committed before a provider is called, `finish` after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from outreach.domain.delivery import Accepted, SendResult, Status
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.intake import chunks
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


def taken_references(tx: Tx, references: Sequence[str]) -> set[str]:
    """Those of these references that a message already has."""
    found: set[str] = set()
    for chunk in chunks(references):
        query = select(messages.c.reference).where(messages.c.reference.in_(chunk))
        found.update(tx.connection.execute(query).scalars())
    return found


def start(
    tx: Tx, drafts: Sequence[Draft], providers: Mapping[Channel, str], now: datetime, lease_until: datetime
) -> None:
    """Write the messages and their open attempts, before any provider is called.

    A channel without a provider is kept here (inbox, call): its own name stands for one.
    """
    tx.insert(messages, [_message_row(tx, draft, now) for draft in drafts if draft.message.attempt == 1])
    tx.insert(
        attempts,
        [
            {
                "id": tx.new_id(),
                "message": d.message.id,
                "n": d.message.attempt,
                "provider": providers.get(d.message.channel, d.message.channel.value),
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


def _body(content: Content) -> str:
    return json.dumps(
        {"text": content.text, "title": content.title, "html": content.html}, ensure_ascii=False
    )


def finish(tx: Tx, results: Sequence[tuple[Message, SendResult, Status]], now: datetime) -> None:
    """Write what the provider said of each attempt, and the message's status after it."""
    if not results:
        return
    tx.connection.execute(
        update(attempts)
        .where(attempts.c.message == bindparam("which"), attempts.c.n == bindparam("number"))
        .values(
            finished_at=now, result=bindparam("word"), reason=bindparam("why"), provider_ref=bindparam("ref")
        ),
        [
            {
                "which": message.id,
                "number": message.attempt,
                "word": type(result).__name__.lower(),
                "why": None if isinstance(result, Accepted) else result.reason,
                "ref": result.ref if isinstance(result, Accepted) else None,
            }
            for message, result, _ in results
        ],
    )
    tx.connection.execute(
        update(messages)
        .where(messages.c.id == bindparam("which"), _is_unfinished())
        .values(status=bindparam("word"), status_at=now),
        [{"which": message.id, "word": status.value} for message, _, status in results],
    )


def settle(tx: Tx, settled: Sequence[tuple[Message, Status]], now: datetime) -> None:
    """End messages of an earlier round: in doubt (their attempt never finished) or cancelled."""
    if not settled:
        return
    rows = [{"which": message.id, "word": status.value} for message, status in settled]
    tx.connection.execute(
        update(messages)
        .where(messages.c.id == bindparam("which"), _is_unfinished())
        .values(status=bindparam("word"), status_at=now),
        rows,
    )
    end_open_attempts(tx, [message for message, _ in settled], now)


def end_open_attempts(tx: Tx, ended: Sequence[Message], now: datetime) -> None:
    """Finish the attempts that a process left open when it died: nobody knows what became of them."""
    if ended:
        tx.connection.execute(
            update(attempts)
            .where(attempts.c.message == bindparam("which"), attempts.c.finished_at.is_(None))
            .values(finished_at=now, result="unknown", reason="process_died"),
            [{"which": message.id} for message in ended],
        )
