"""What follows from an errand: where the climb goes, and the task it may leave for a person. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
)
from outreach.domain.hold import HoldView, fitted, left
from outreach.domain.ladder import Close, after_saying
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.settling import FIRST_ASK
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.errands import Errand
from outreach.store.climb import Next
from outreach.store.sending import Finished
from outreach.store.tasks import Task

TASK_DUE = timedelta(hours=1)

UNTRIED = timedelta(seconds=1)
"""How soon a message is handed over that its provider was too slow to be asked for."""


def transfer_words(transfer: Transfer | None, hold: HoldView, now: datetime) -> dict[str, object]:
    """What a message may say of the transfer: only the core's own word, asked just now.

    A hold that it had confirmed and that has ended is told as ended, whatever the transfer waits for now.
    """
    rest = left(hold.ends_at, now)
    minutes = None if rest is None else int(rest.total_seconds()) // 60
    status = transfer.status if transfer is not None else TransferStatus.UNKNOWN
    if hold.ended_at is not None and status in {TransferStatus.PENDING, TransferStatus.UNKNOWN}:
        status = TransferStatus.RELEASED
    return {
        "transfer": status.value,
        "on_hold": transfer is not None and transfer.is_held,
        "hold_expires_at": transfer.hold_expires_at if transfer is not None and transfer.is_held else None,
        "hold_left_minutes": minutes,
        "hold_left_hours": minutes // 60 if minutes is not None and minutes >= 60 else None,
    }


def without_sending(errand: Errand) -> Next:
    """Where the climb goes where nothing is sent."""
    return Next(
        id=errand.claimed.id,
        step=errand.step,
        sent=errand.sent,
        due_at=errand.due_at,
        closed=errand.close,
        is_settling=errand.doubt is not None,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """An errand's message with its provider: how a doubt about it is to be settled.

    `settles_after` is None where a repeat replaces the first, so that there is nothing to settle.
    `may_be_there`: an earlier attempt left a doubt that nobody could settle.
    """

    errand: Errand
    message: Message
    settles_after: timedelta | None
    may_be_there: bool = False


def after(sending: Sending, result: SendResult, now: datetime, jitter: float) -> tuple[Next, Finished]:
    """Where the climb goes after a send result, and what is written down of the attempt."""
    errand, message = sending.errand, sending.message
    claimed = errand.claimed
    wait, following = claimed.ladder.steps[errand.step].wait, after_saying(claimed.ladder, errand.step)
    onward_at = fitted(now + wait, now, errand.ends_at) if claimed.ladder.asks_holds else now + wait
    reached = Next(id=claimed.id, step=following, sent=errand.sent + 1, due_at=onward_at)
    if isinstance(result, Accepted):  # nearly all
        return reached, Finished(message=message, result=result, status=Status.ACCEPTED)
    onward = replace(reached, step=errand.step + 1, sent=errand.sent, due_at=now)
    here = replace(onward, step=errand.step)
    match result:
        case Refused():
            return _given_up(sending, result, onward)
        case Unavailable(is_tried=False):
            move = replace(here, due_at=now + UNTRIED)
            return move, Finished(message=message, result=result, status=Status.RETRYING)
        case Unavailable():
            again = _retry(message, result, wait, jitter)
            if again is None:
                return _given_up(sending, result, onward)
            move = replace(here, due_at=now + again)
            return move, Finished(message=message, result=result, status=Status.RETRYING)
        case Unknown() if sending.settles_after is None:
            again = _retry(message, Unavailable(result.reason), wait, jitter)
            move = reached if again is None else replace(here, due_at=now + again)
            status = Status.IN_DOUBT if again is None else Status.RETRYING
            return move, Finished(message=message, result=result, status=status)
        case Unknown():
            assert sending.settles_after is not None
            move = replace(here, due_at=now + FIRST_ASK, is_settling=True)
            safe_at = now + sending.settles_after
            return move, Finished(message=message, result=result, status=Status.IN_DOUBT, safe_at=safe_at)
        case _:
            assert_never(result)


def _given_up(sending: Sending, result: SendResult, onward: Next) -> tuple[Next, Finished]:
    """The next step at once; but what an earlier attempt may have delivered is not called refused."""
    status = Status.IN_DOUBT if sending.may_be_there else Status.REFUSED
    move = replace(onward, sent=onward.sent + sending.may_be_there)
    return move, Finished(message=sending.message, result=result, status=status)


def _retry(message: Message, result: Unavailable, wait: timedelta, jitter: float) -> timedelta | None:
    """How soon the same step is tried again; None where the next channel would be sooner, or it is enough."""
    again = retry_in(message.attempt - message.deaths, result, jitter)
    return None if again is None or again > max(wait, LONGEST_RETRY) else again
