"""What each operation of the inbox API does."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Any

from pydantic import BaseModel

from outreach.domain.answer import Answer, AnswerResult, Feedback, Via, what_next
from outreach.domain.callback import is_our_id
from outreach.domain.delivery import Receipt, Status
from outreach.domain.message import read_reference
from outreach.domain.overlooked import PATTERN
from outreach.domain.phrase import plain_phrase, wrong_with
from outreach.domain.transfer import TransferStatus
from outreach.domain.verifying import Ours
from outreach.domain.wording import status_words
from outreach.engine.inbox import Inbox, Shown, TooManyGuesses, Verified
from outreach.web.api import models
from outreach.web.api.door import Call, Do
from outreach.web.api.outcome_doors import OutcomeDoors
from outreach.web.api.problems import Refused
from outreach.web.api.reports import ReportDoors
from outreach.web.language import nearest
from outreach.web.words import Words

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""No receipt is older: what an app with a broken clock says counts from here."""

_PLACE = re.compile(r"([0-9]{1,17})\.([0-9a-f]{32})")
GUESS_AGAIN_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The verbs, by the ids of the table. `words` are the answer page's, by locale; `default` the firm's.

    `link` makes the address of a message's answer page for a person, and says until when it leads there.
    """

    inbox: Inbox
    feedback: Feedback
    words: Mapping[str, Words]
    default: Words
    firm: str
    link: Callable[[str, str], tuple[str, datetime]]
    reports: ReportDoors | None = None
    outcomes: OutcomeDoors | None = None

    def by_id(self) -> Mapping[str, Do]:
        """Every operation that answers at once, by its id."""
        return {
            "page": self.page,
            "message": self.message,
            "seen": self.seen,
            "answer": self.answer,
            "link": self.answer_page,
            "verify": self.verify,
            "verify_any": self.verify_any,
            "set_code": self.set_code,
            "remove_code": self.remove_code,
            "receipts": self.receipts,
            **(self.reports.by_id() if self.reports else {}),
            **(self.outcomes.by_id() if self.outcomes else {}),
        }

    def page(self, call: Call) -> BaseModel:
        """A page of messages, and where the next one begins."""
        after = None if call.query.after is None else read_place(call.query.after)
        shown, more = self.inbox.page(call.user, after, call.query.limit, call.now)
        last = shown[-1].message if more else None
        return models.MessagePage(
            messages=[self.told(each) for each in shown],
            next=write_place(last.at, last.id) if last else None,
        )

    def message(self, call: Call) -> BaseModel:
        """One message."""
        return self.told(self._own(call))

    def seen(self, call: Call) -> None:
        """Noted, once."""
        if not self.inbox.seen(call.user, _message(call), call.now):
            raise Refused(code="not_there")

    def answer(self, call: Call) -> BaseModel:
        """The answer that stands. An answer after the first is still acted on, as on the page."""
        shown = self._own(call)
        words = self._spoken(shown)
        given: Answer = call.body.answer
        if shown.message.answer is None and given not in shown.answers:
            raise Refused(code="does_not_apply", answers=tuple(_choices(words, shown.answers)))
        result = self.feedback.answer(shown.message.id, given, Via.APP, call.now)
        if result is None:
            raise Refused(code="not_there")
        return models.AnswerTaken(
            answered=self._answered(words, shown, result),
            is_first=result.is_first,
            transfer=_transfer(words, result.transfer),
        )

    def answer_page(self, call: Call) -> BaseModel:
        """Where this person answers this message."""
        kept = self._own(call).message
        url, until = self.link(kept.id, kept.person)
        return models.AnswerLink(url=url, expires_at=until)

    def verify(self, call: Call) -> BaseModel:
        """Whether a message is ours, for the person themselves."""
        found = _allowed(self.inbox.verify(call.client, call.user, call.body.reference, call.now))
        return models.Verdict(**_verdict(found, call.body.reference))

    def verify_any(self, call: Call) -> BaseModel:
        """Whether a message is ours, for people at the firm."""
        found = _allowed(self.inbox.verify_any(call.client, call.body.reference, call.now))
        told = _verdict(found, call.body.reference)
        if found.said is None:
            return models.AgentVerdict(**told)
        kept = found.said.message
        return models.AgentVerdict(
            **told,
            zone=found.said.zone,
            language=kept.locale,
            pattern=found.said.pattern,
            status=status_words(kept.channel, kept.status),
        )

    def set_code(self, call: Call) -> None:
        """Sealed, or refused with what a code is."""
        phrase = plain_phrase(call.body.code)
        if said := wrong_with(phrase):
            raise Refused(code="does_not_fit", wrong=(models.Wrong(where="code", what=said),))
        self.inbox.set_phrase(call.user, phrase, call.client, call.now)

    def remove_code(self, call: Call) -> None:
        """Gone, whether or not there was one."""
        self.inbox.set_phrase(call.user, None, call.client, call.now)

    def receipts(self, call: Call) -> BaseModel:
        """Kept, each once."""
        given: Sequence[models.PushReceipt] = call.body.receipts
        names = {each.message: _named(each.message) for each in given}
        found = self.inbox.resolve([*names.values()], [*names.values()])
        known = [(each, found[names[each.message]]) for each in given if names[each.message] in found]
        receipts = [_receipt(call, each, message) for each, message in known]
        new = self.inbox.receive(receipts, call.now) if receipts else 0
        unknown = [each.id for each in given if names[each.message] not in found]
        return models.ReceiptsKept(new=new, repeated=len(receipts) - new, unknown=unknown)

    def told(self, shown: Shown) -> models.InboxMessage:
        """A message as the app gets it."""
        kept, words = shown.message, self._spoken(shown)
        stands = None
        if kept.answer is not None:
            result = AnswerResult(answer=Answer(kept.answer), is_first=True, transfer=shown.transfer)
            stands = self._answered(words, shown, result)
        return models.InboxMessage.model_validate(
            {
                "id": kept.id,
                "reference": kept.reference,
                "at": kept.at,
                "channel": kept.channel,
                "language": kept.locale,
                "direction": words.texts["direction"],
                "pattern": words.pattern(PATTERN if shown.is_overlooked else kept.pattern),
                "title": kept.content.title,
                "body": kept.content.text,
                "transfer": _transfer(words, shown.transfer),
                "seen": kept.is_seen,
                "answers": [] if stands else _choices(words, shown.answers),
                "answered": stands,
            }
        )

    def _own(self, call: Call) -> Shown:
        shown = self.inbox.one(call.user, _message(call), call.now)
        if shown is None:
            raise Refused(code="not_there")
        return shown

    def _spoken(self, shown: Shown) -> Words:
        return self.words.get(nearest(shown.message.locale, self.words) or "", self.default)

    def _answered(self, words: Words, shown: Shown, result: AnswerResult) -> models.Answered:
        step = what_next(result.answer, result.transfer)
        names = {"firm": self.firm, "reference": shown.message.reference}
        return models.Answered(
            answer=result.answer,
            text=words.texts[f"answers.{result.answer}"],
            next=Template(words.texts[f"next.{step}"]).safe_substitute(names),
        )


def write_place(at: datetime, id: str) -> str:
    """Where a list goes on, as one word."""
    micros = (at - EPOCH) // timedelta(microseconds=1)
    return urlsafe_b64encode(f"{micros}.{id}".encode()).rstrip(b"=").decode()


def read_place(word: str) -> tuple[datetime, str]:
    """The place that `write_place` wrote; Refused for any other word."""
    try:
        shape = _PLACE.fullmatch(urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("ascii"))
        if shape is not None:
            return EPOCH + timedelta(microseconds=int(shape[1])), shape[2]
    except (ValueError, OverflowError):
        pass
    wrong = models.Wrong(where="after", what="Not the `next` of a page.")
    raise Refused(code="does_not_fit", wrong=(wrong,))


def _message(call: Call) -> str:
    message = call.path["message"]
    if not is_our_id(message):
        raise Refused(code="not_there")
    return message


def _choices(words: Words, answers: Sequence[Answer]) -> list[models.Choice]:
    return [models.Choice(answer=answer, text=words.texts[f"answers.{answer}"]) for answer in answers]


def _transfer(words: Words, status: TransferStatus) -> str:
    return words.texts.get(f"transfer.{status}", "")


def _allowed(found: Verified | TooManyGuesses) -> Verified:
    if isinstance(found, TooManyGuesses):
        raise Refused(code="too_many", again=GUESS_AGAIN_SECONDS)
    return found


def _verdict(found: Verified, typed: str) -> dict[str, Any]:
    told: dict[str, Any] = {"ours": found.ours, "reference": read_reference(typed)}
    if found.said is None or found.ours is not Ours.YES:
        return told
    kept = found.said.message
    words = {"title": kept.content.title, "body": kept.content.text}
    return {**told, "at": kept.at, "channel": kept.channel, **words}


def _named(message: str) -> str:
    return message if is_our_id(message) else read_reference(message)


def _receipt(call: Call, given: models.PushReceipt, message: str) -> Receipt:
    is_opened = given.status == "opened"
    return Receipt(
        provider="app",
        id=f"{call.client.id}:{given.id}",  # of this client's own naming: another one cannot hide it
        message=message,
        status=Status.DELIVERED,
        at=max(EPOCH, min(given.at or call.now, call.now)),
        word=given.status,
        is_opened=is_opened,
        by_person=is_opened,
    )
