"""After an answer: what each asks of the core, of people at the firm, and of what we say from now on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from outreach.domain.aftermath import Aftermath
from outreach.domain.answer import Answer
from outreach.domain.lookback import PATTERN as SILENT_LOSS
from outreach.domain.loss import Loss
from outreach.engine.cases import open_case
from outreach.store import aftermath as ledger
from outreach.store.cases import lost_of
from outreach.store.core_calls import Ask, ask_core, withdraw
from outreach.store.database import Tx
from outreach.store.feedback import Told
from outreach.store.questions import leave_to_a_person
from outreach.store.tasks import Task, open_tasks
from outreach.store.wishes import help_text, wishes_of

Follow = Callable[[Tx, Told, Aftermath, datetime], None]


def follow(tx: Tx, told: Told, answer: Answer, lengths: Aftermath, now: datetime) -> None:
    """Write down what follows from an answer, each kind once an outreach, in the answer's own transaction."""
    _FOLLOWS[answer](tx, told, lengths, now)


def _stop(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    if told.transfer_ref is None:  # nothing to ask the core for: a person must find out what to stop
        _task(kind="help", text="Asked to stop a transfer that we do not know: call back from the app.")(
            tx, told, lengths, now
        )
    withdraw(tx, "release", told.episode, now)  # whatever they said before
    _ask(tx, "hold", told, "the person asked to stop it", now)


def _already_sent(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    withdraw(tx, "release", told.episode, now)
    money_left(tx, told, "already_sent", lengths, now)


def _not_me(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    ledger.note_takeover(tx, told, now)
    withdraw(tx, "release", told.episode, now)  # it may have been a stranger who asked for it
    for act in ("hold", "freeze"):  # nobody knows yet whether it has left
        _ask(tx, act, told, "the person says it was not them", now)
    _task(kind="takeover", text="Says that this was not them: lock the account and verify the person.")(
        tx, told, lengths, now
    )


def _mine(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    """The person checked and it is theirs: the answer itself is what intake, and the rules, will see."""


def money_left(tx: Tx, told: Told, source: str, lengths: Aftermath, now: datetime) -> None:
    """Open the recovery path: a case with its task, and a freeze at the destination."""
    lost, left_at = lost_of(tx, told.outreach, told.transfer_ref)
    loss = Loss(
        person=told.person,
        pattern=told.pattern,
        source=source,
        reported_by="user" if source == "already_sent" else "core",
        episode=told.episode,
        outreach=told.outreach,
        left_at=left_at,
        transfers=(lost,),
    )
    open_case(tx, loss, now, lengths.case)
    _task(kind="recovery", text=_LEFT[source])(tx, told, lengths, now)


_LEFT = {
    "already_sent": "Has already sent the money: a recovery case is open, follow the freeze.",
    "left_before_the_hold": (
        "Asked to stop it, but it had left: a recovery case is open. Tell the person, follow the freeze."
    ),
}
"""By what opened the case: what a person must do."""


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


def _help(tx: Tx, told: Told, lengths: Aftermath, now: datetime) -> None:
    if withdraw(tx, "release", told.episode, now):  # nothing is lifted before somebody has helped
        leave_to_a_person(tx, told.episode)
    text = "Asked for help after a warning: call back from the app."
    if told.pattern == SILENT_LOSS:  # they need not explain anything, and may not want a call
        text = help_text(wishes_of(tx, [told.person]).get(told.person))
    _task(kind="help", text=text)(tx, told, lengths, now)


_FOLLOWS: Mapping[Answer, Follow] = {
    Answer.STOP_TRANSFER: _stop,
    Answer.ALREADY_SENT: _already_sent,
    Answer.HELP_ME: _help,
    Answer.IT_IS_MINE: _mine,
    Answer.NOT_ME: _not_me,
}
