"""What follows from an errand: where the climb goes, and the task it may leave for a person. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from outreach.domain.delivery import (
    LONGEST_RETRY,
    Accepted,
    Refused,
    SendResult,
    Status,
    Unavailable,
    Unknown,
    retry_in,
    status_of,
)
from outreach.domain.ladder import Close
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer
from outreach.engine.errands import Errand
from outreach.store.climb import Next
from outreach.store.tasks import Task

TASK_DUE = timedelta(hours=1)


def transfer_words(transfer: Transfer | None) -> dict[str, object]:
    """What a message may say of the transfer: only the core's own word, asked just now."""
    if transfer is None:
        return {"transfer": "unknown", "on_hold": False, "hold_expires_at": None}
    return {
        "transfer": transfer.status.value,
        "on_hold": transfer.is_held,
        "hold_expires_at": transfer.hold_expires_at if transfer.is_held else None,
    }


def without_sending(errand: Errand) -> Next:
    """Where the climb goes where nothing is sent."""
    return Next(
        id=errand.claimed.id,
        step=errand.step,
        sent=errand.claimed.sent + errand.has_sent,
        due_at=errand.due_at,
        closed=errand.close,
    )


def task_of(errand: Errand, now: datetime) -> Task | None:
    """The task for a person that an errand opens: a call to make, or somebody nobody could reach."""
    kind, text = "", ""
    if errand.draft and errand.draft.message.channel is Channel.CALL:
        kind, text = "call", errand.draft.message.content.text
    elif errand.close is Close.UNREACHABLE:
        kind, text = "unreachable", "No channel reaches this person: look for another way."
    if not kind:
        return None
    return Task(
        kind=kind,
        person=errand.claimed.person,
        outreach=errand.claimed.id,
        step=errand.step,
        text=text,
        opened_at=now,
        due_at=now + TASK_DUE,
    )


def after(
    errand: Errand, message: Message, result: SendResult, now: datetime, jitter: float
) -> tuple[Next, Status]:
    """Where the climb goes after a send result, and the status the message is left in."""
    claimed = errand.claimed
    wait = claimed.ladder.steps[errand.step].wait
    here, onward = errand.step, errand.step + 1
    match result:
        case Accepted() | Unknown():
            move = Next(id=claimed.id, step=onward, sent=claimed.sent + 1, due_at=now + wait)
        case Refused():
            move = Next(id=claimed.id, step=onward, sent=claimed.sent, due_at=now)
        case Unavailable():
            again = retry_in(message.attempt, result, jitter)
            if again is None or again > max(wait, LONGEST_RETRY):  # longer than the next channel would wait
                return Next(id=claimed.id, step=onward, sent=claimed.sent, due_at=now), Status.REFUSED
            move = Next(id=claimed.id, step=here, sent=claimed.sent, due_at=now + again)
        case _:
            assert_never(result)
    return move, status_of(result)
