"""After an answer: what each asks of the core, of people at the firm, and of what we say from now on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from outreach.domain.aftermath import Aftermath
from outreach.domain.answer import Answer
from outreach.store import aftermath as ledger
from outreach.store.core_calls import Ask, ask_core
from outreach.store.database import Tx
from outreach.store.feedback import Told
from outreach.store.tasks import Task, open_tasks

Follow = Callable[[Tx, Told, Aftermath, datetime], None]


def follow(tx: Tx, told: Told, answer: Answer, lengths: Aftermath, now: datetime) -> None:
    """Write down what follows from an answer, each kind once an outreach, in the answer's own transaction."""
    _FOLLOWS[answer](tx, told, lengths, now)


def _stop(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    if told.transfer_ref is None:  # nothing to ask the core for: a person must find out what to stop
        _task(kind="help", text="Asked to stop a transfer that we do not know: call back from the app.")(
            tx, told, lengths, now
        )
    _ask(tx, "hold", told, "the person asked to stop it", now)


def _already_sent(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    money_left(tx, told, "already_sent", lengths, now)


def _not_me(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    ledger.note_takeover(tx, told, now)
    for act in ("hold", "freeze"):  # nobody knows yet whether it has left
        _ask(tx, act, told, "the person says it was not them", now)
    _task(kind="takeover", text="Says that this was not them: lock the account and verify the person.")(
        tx, told, lengths, now
    )


def _mine(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    """The person checked and it is theirs: the answer itself is what intake, and the rules, will see."""


def money_left(tx: Tx, told: Told, source: str, lengths: Aftermath, now: datetime) -> None:
    """Open the recovery path: a case with its task, and a freeze at the destination."""
    reason, text = _LEFT[source]
    _ask(tx, "freeze", told, reason, now)
    ledger.open_case(tx, told, source, now)
    _task(kind="recovery", text=text)(tx, told, lengths, now)


_LEFT = {
    "already_sent": (
        "the person has already sent it",
        "Has already sent the money: a recovery case is open, follow the freeze.",
    ),
    "left_before_the_hold": (
        "it left before the hold that the person asked for",
        "Asked to stop it, but it had left: a recovery case is open. Tell the person, follow the freeze.",
    ),
}
"""By what opened the case: why the freeze is asked for, and what a person must do."""


def _ask(tx: Tx, act: str, told: Told, reason: str, now: datetime) -> None:
    if told.transfer_ref is not None:
        ask_core(tx, Ask(act, told.person, told.episode, told.transfer_ref, reason), now)


def _task(*, kind: str, text: str) -> Follow:
    def open_task(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
        task = Task(
            kind=kind,
            person=told.person,
            outreach=told.outreach,
            step=0,  # not of a step; a NULL would not keep it to one a kind
            text=text,
            opened_at=now,
            due_at=lengths.due(told.urgency_rank, now),
        )
        open_tasks(tx, [task])

    return open_task


_FOLLOWS: Mapping[Answer, Follow] = {
    Answer.STOP_TRANSFER: _stop,
    Answer.ALREADY_SENT: _already_sent,
    Answer.HELP_ME: _task(kind="help", text="Asked for help after a warning: call back from the app."),
    Answer.IT_IS_MINE: _mine,
    Answer.NOT_ME: _not_me,
}
