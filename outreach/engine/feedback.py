"""What people answer: the first answer stands, ends the climb, and asks the core for what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

import structlog

from outreach.domain.answer import OVERLOOKED, Answer, AnswerResult, Grade, PageFacts, Via, answers_for
from outreach.domain.delivery import Receipt
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.ports import Core
from outreach.store import feedback as ledger
from outreach.store import receipts
from outreach.store.core_calls import Ask, ask_core
from outreach.store.database import Store, Tx
from outreach.store.feedback import Told
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import ANSWERED

HELP_WITHIN = timedelta(minutes=30)

BUSY = (0.01, 0.02, 0.04, 0.08, 0.16)
"""Seconds between two tries to take several messages at once; after that one is taken after the other."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The stage that listens; both verbs may be called from several threads."""

    store: Store
    core: Core
    firm: str

    def seen(self, message: str, grade: Grade, now: datetime) -> PageFacts | None:
        """Append evidence, and nothing else; None where the message or its person is not there."""
        with self.store.begin() as tx:
            told = ledger.told(tx, message)
            if told is None:
                return None
            ledger.add_evidence(tx, message, grade.value, "page", now)
        transfer = self._transfer(told)
        return PageFacts(
            person=told.person,
            locale=told.locale,
            firm=self.firm,
            pattern=told.pattern,
            reference=told.reference,
            answers=answers_for(told.pattern, transfer, has_transfer=told.transfer_ref is not None),
            answered=Answer(told.answer) if told.answer else None,
            transfer=TransferStatus.UNKNOWN if told.pattern in OVERLOOKED else transfer,
        )

    def receive(self, told: Sequence[Receipt], now: datetime) -> int:
        """Keep what providers said later, each receipt once; the number that were new.

        A receipt with our message id also settles a doubt about that message.
        """
        for wait in BUSY:
            try:
                with self.store.begin() as tx:
                    return receipts.receive(tx, told, now)
            except receipts.Busy:
                sleep(wait)
        return sum(self._receive_one(receipt, now) for receipt in told)

    def _receive_one(self, receipt: Receipt, now: datetime) -> int:
        with self.store.begin() as tx:
            return receipts.receive(tx, [receipt], now)

    def answer(self, message: str, answer: Answer, via: Via, now: datetime) -> AnswerResult | None:
        """Keep the first answer to a message; a later one is still acted on, each kind once.

        None where the message is not there.
        """
        with self.store.begin() as tx:
            told = ledger.told(tx, message)
            if told is None:
                return None
            is_first = ledger.acknowledge(tx, told, answer.value, via.value, now)
            if is_first:
                ledger.add_evidence(tx, message, Grade.ANSWERED.value, via.value, now)
            # Also after another answer: somebody who said "it is mine" and then "stop" must be heard.
            _FOLLOWS[answer](tx, told, now)
            stands = ledger.told(tx, message)
        log.info(ANSWERED, outreach=told.outreach, answer=answer.value, via=via.value, first=is_first)
        standing = Answer(stands.answer) if stands and stands.answer else answer
        return AnswerResult(answer=standing, is_first=is_first, transfer=self._transfer(told))

    def _transfer(self, told: Told) -> TransferStatus:
        """The core's last word on the transfer; unknown where there is none or it does not answer."""
        if told.transfer_ref is None:
            return TransferStatus.UNKNOWN
        try:
            found: Transfer | None = self.core.transfers([told.transfer_ref]).get(told.transfer_ref)
        except OSError:  # the answer is kept already: nobody is told that it was not
            return TransferStatus.UNKNOWN
        return found.status if found else TransferStatus.UNKNOWN


def _ask(tx: Tx, act: str, told: Told, reason: str, now: datetime) -> None:
    if told.transfer_ref is not None:
        ask_core(tx, Ask(act, told.person, told.episode, told.transfer_ref, reason), now)


def _stop(tx: Tx, told: Told, now: datetime) -> None:
    if told.transfer_ref is None:  # nothing to ask the core for: a person must find out what to stop
        _task("help", "Asked to stop a transfer that we do not know: call back from the app.")(tx, told, now)
    _ask(tx, "hold", told, "the person asked to stop it", now)


def _already_sent(tx: Tx, told: Told, now: datetime) -> None:
    _ask(tx, "freeze", told, "the person has already sent it", now)
    _task("recovery", "Has already sent the money: open a recovery case, follow the freeze.")(tx, told, now)


def _task(kind: str, text: str) -> Callable[[Tx, Told, datetime], None]:
    def open_task(tx: Tx, told: Told, now: datetime) -> None:
        task = Task(
            kind=kind,
            person=told.person,
            outreach=told.outreach,
            step=0,  # not of a step; a NULL would not keep it to one a kind
            text=text,
            opened_at=now,
            due_at=now + HELP_WITHIN,
        )
        open_tasks(tx, [task])

    return open_task


def _nothing(tx: Tx, told: Told, now: datetime) -> None:
    """The person checked and it is theirs: the answer itself is what the rules will see."""


_FOLLOWS: dict[Answer, Callable[[Tx, Told, datetime], None]] = {
    Answer.STOP_TRANSFER: _stop,
    Answer.ALREADY_SENT: _already_sent,
    Answer.HELP_ME: _task("help", "Asked for help after a warning: call back from the app."),
    Answer.IT_IS_MINE: _nothing,
    Answer.NOT_ME: _task("takeover", "Says that this was not them: lock the account and verify the person."),
}
