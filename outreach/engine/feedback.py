"""What people answer: the first answer stands, ends the climb, and asks the core for what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Semaphore
from time import sleep

import structlog

from outreach.domain.aftermath import Aftermath
from outreach.domain.answer import Answer, AnswerResult, Grade, PageFacts, Via, answers_for
from outreach.domain.delivery import Receipt
from outreach.domain.hold import HoldView, believed, view
from outreach.domain.opened import SAME_SIGN, Opener, placed
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.aftermath import follow
from outreach.engine.ports import Core
from outreach.store import feedback as ledger
from outreach.store import receipts
from outreach.store.database import Store, Tx
from outreach.store.feedback import Told
from outreach.store.holds import Watched, words_of
from outreach.telemetry import ANSWERED

BUSY = (0.01, 0.02, 0.04, 0.08, 0.16)
"""Seconds between two tries to take several messages at once; after that one is taken after the other."""

AT_ONCE = 8
"""Answers written at one time; others of this process wait here, in their order, as long as it takes. In the
database's own queue they would be refused after half a minute, and no order holds there."""

log = structlog.get_logger()

Words = Mapping[tuple[str, str], Watched]
"""The core's last word on each transfer, by episode and transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The stage that listens; both verbs may be called from several threads."""

    store: Store
    core: Core
    firm: str
    aftermath: Aftermath = field(default_factory=Aftermath)
    room: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))
    zone: str = "UTC"

    def seen(
        self, message: str, grade: Grade, now: datetime, found: Opener = Opener.PAGE
    ) -> PageFacts | None:
        """Append evidence, and nothing else; None where the message or its person is not there."""
        with self.room, self.store.begin() as tx:
            told = ledger.told(tx, message)
            if told is None:
                return None
            _note(tx, told, grade, found, now)
            call_by = ledger.call_by(tx, told.outreach)
            watched = words_of(tx, [told.episode])
        transfer, hold = self._transfer(told, watched, now)
        return PageFacts(
            person=told.person,
            locale=told.locale,
            firm=self.firm,
            pattern=told.pattern,
            reference=told.reference,
            answers=answers_for(
                told.pattern,
                transfer,
                has_transfer=told.transfer_ref is not None,
                is_overlooked=told.is_overlooked,
            ),
            answered=Answer(told.answer) if told.answer else None,
            transfer=TransferStatus.UNKNOWN if told.is_overlooked else transfer,
            is_overlooked=told.is_overlooked,
            call_by=call_by,
            zone=told.zone or self.zone,
            hold=HoldView() if told.is_overlooked else hold,
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
        with self.room, self.store.begin() as tx:
            told = ledger.told(tx, message)
            if told is None:
                return None
            is_first = ledger.acknowledge(tx, told, answer.value, via.value, now)
            if is_first:
                ledger.add_evidence(tx, message, Grade.ANSWERED.value, via.value, now)
            # Also after another answer: somebody who said "it is mine" and then "stop" must be heard.
            follow(tx, told, answer, self.aftermath, now)
            stands = ledger.told(tx, message)
            call_by = ledger.call_by(tx, told.outreach)
            watched = words_of(tx, [told.episode])
        log.info(ANSWERED, outreach=told.outreach, answer=answer.value, via=via.value, first=is_first)
        standing = Answer(stands.answer) if stands and stands.answer else answer
        transfer = TransferStatus.UNKNOWN if told.is_overlooked else self._transfer(told, watched, now)[0]
        return AnswerResult(answer=standing, is_first=is_first, transfer=transfer, call_by=call_by)

    def _transfer(self, told: Told, kept: Words, now: datetime) -> tuple[TransferStatus, HoldView]:
        """The core's last word on the transfer; unknown where there is none or it does not answer.

        A hold that had been confirmed and has ended is told as ended, whatever the transfer waits for now.
        """
        if told.transfer_ref is None:
            return TransferStatus.UNKNOWN, HoldView()
        try:
            said: Transfer | None = self.core.transfers([told.transfer_ref]).get(told.transfer_ref)
        except OSError:  # the answer is kept already: nobody is told that it was not
            return TransferStatus.UNKNOWN, HoldView()
        watched = kept.get((told.episode, told.transfer_ref))
        word = watched.word if watched else None
        current, hold = believed(said, word, now), view(said, word, now)
        return (current.status if current else TransferStatus.UNKNOWN), hold


def _note(tx: Tx, told: Told, grade: Grade, found: Opener, now: datetime) -> None:
    """Append a sign of opening, unless the same one was appended a moment ago: machines come for ever."""
    signs = ledger.signs_since(tx, told.person, now - SAME_SIGN)
    if grade is Grade.MACHINE_OPENED:
        found = placed(found, told.message, told.status_at, signs, now)
    if not any((s.message, s.grade, s.source) == (told.message, grade.value, found.value) for s in signs):
        ledger.add_evidence(tx, told.message, grade.value, found.value, now)
