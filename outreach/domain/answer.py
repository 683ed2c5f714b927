"""Answers: what a person may say to a warning, what follows from it, and what the answer page needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from outreach.domain.hold import HoldView
from outreach.domain.lookback import PATTERN as SILENT_LOSS
from outreach.domain.opened import Opener
from outreach.domain.transfer import TransferStatus


class Answer(StrEnum):
    """The five things a person can say to a warning."""

    STOP_TRANSFER = "stop_transfer"
    ALREADY_SENT = "already_sent"
    HELP_ME = "help_me"
    IT_IS_MINE = "it_is_mine"
    NOT_ME = "not_me"


class Grade(StrEnum):
    """How sure it is that a human saw a message, weakest first; only `answered` acknowledges."""

    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    MACHINE_OPENED = "machine_opened"  # fetched, perhaps by a mail scanner
    HUMAN_OPENED = "human_opened"
    ANSWERED = "answered"

    @property
    def rank(self) -> int:
        """0 (handed over) … 4 (answered)."""
        return list(Grade).index(self)


class Via(StrEnum):
    """Where an answer was given; the app, where the person is signed in, is the strongest."""

    PAGE = "page"  # a button on the answer page
    REPLY = "reply"  # a digit by SMS
    APP = "app"
    AGENT = "agent"  # told to a person at the firm


class WhatNext(StrEnum):
    """What the page says next; each key is one text a language, and none claims what nobody confirmed."""

    STOP_ASKED = "stop_asked"
    ALREADY_LEFT = "already_left"
    ALREADY_CANCELLED = "already_cancelled"
    SENT_NOTED = "sent_noted"
    HELP_NOTED = "help_noted"
    MINE_NOTED = "mine_noted"
    NOT_ME_NOTED = "not_me_noted"


_NEXT = {
    Answer.STOP_TRANSFER: WhatNext.STOP_ASKED,
    Answer.ALREADY_SENT: WhatNext.SENT_NOTED,
    Answer.HELP_ME: WhatNext.HELP_NOTED,
    Answer.IT_IS_MINE: WhatNext.MINE_NOTED,
    Answer.NOT_ME: WhatNext.NOT_ME_NOTED,
}


QUIET = (Answer.HELP_ME, Answer.NOT_ME)
"""The answers on offer where somebody else reads the screen: what they press in the person's name does no
harm."""


def answers_for(
    pattern: str, transfer: TransferStatus, *, has_transfer: bool, is_overlooked: bool = False
) -> tuple[Answer, ...]:
    """The answers that apply, the most helpful first: nothing to stop where no transfer is left to stop.

    Where somebody else reads the screen, only those that give nothing away.
    """
    if is_overlooked:
        return QUIET
    gone = {TransferStatus.SENT, TransferStatus.CANCELLED}
    can_stop = has_transfer and transfer not in gone
    offered = tuple(answer for answer in Answer if can_stop or answer is not Answer.STOP_TRANSFER)
    if pattern == SILENT_LOSS:  # help first, and nothing to stop: it left days ago
        return tuple(sorted((a for a in offered if a is not Answer.STOP_TRANSFER), key=_HELP_FIRST.index))
    if pattern not in _NOT_THEM_FIRST or transfer is TransferStatus.SENT:
        return offered
    return (Answer.NOT_ME, *(answer for answer in offered if answer is not Answer.NOT_ME))


_HELP_FIRST = (Answer.HELP_ME, Answer.ALREADY_SENT, Answer.IT_IS_MINE, Answer.NOT_ME)

_NOT_THEM_FIRST = frozenset({"phishing_ato"})  # somebody else acts in their account: that is the news


def what_next(answer: Answer, transfer: TransferStatus) -> WhatNext:
    """What follows from an answer, given the core's last word on the transfer. Asking is not stopping."""
    if answer is Answer.STOP_TRANSFER and transfer is TransferStatus.SENT:
        return WhatNext.ALREADY_LEFT
    if answer is Answer.STOP_TRANSFER and transfer is TransferStatus.CANCELLED:
        return WhatNext.ALREADY_CANCELLED
    return _NEXT[answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """All that the answer page may know of a message: nothing here names the person or an address.

    `person` is the ledger's id, compared with the token's; `answers` are those that apply, in the order
    shown (no stop where there is no transfer); `answered` is the first answer, where there is one.
    `is_overlooked`: somebody else reads the screen. `call_by`: until when a person at the firm is to call,
    where one is asked to; shown in `zone`, the person's own. `hold`: what the core says now of a hold.
    """

    person: str
    locale: str
    firm: str
    pattern: str
    reference: str
    answers: tuple[Answer, ...]
    answered: Answer | None = None
    transfer: TransferStatus = TransferStatus.UNKNOWN
    is_overlooked: bool = False
    call_by: datetime | None = None
    zone: str = "UTC"
    hold: HoldView = field(default_factory=HoldView)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerResult:
    """What became of an answer: the one that stands (the first), and whether that is this one.

    A `stop_transfer` that stands has been asked of the core system, durably, before this is returned.
    """

    answer: Answer
    is_first: bool
    transfer: TransferStatus = TransferStatus.UNKNOWN
    call_by: datetime | None = None


class Feedback(Protocol):
    """The engine's ear, as the answer page knows it. Both verbs may be called from several threads."""

    def seen(
        self, message: str, grade: Grade, now: datetime, found: Opener = Opener.PAGE
    ) -> PageFacts | None:
        """Append evidence, and nothing else; None where the message or its person is not there.

        `found` is what the request said of who sent it.
        """
        ...

    def answer(self, message: str, answer: Answer, via: Via, now: datetime) -> AnswerResult | None:
        """Keep the first answer to a message, whatever comes later; None where the message is not there."""
        ...
