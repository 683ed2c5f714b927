"""What is asked of somebody who wants a hold lifted, and what follows from what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from outreach.domain.aftermath import Aftermath
from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.hold import Word, view
from outreach.domain.questionnaire import (
    LONGEST_WORDS,
    Ask,
    Asked,
    End,
    Questionnaire,
    Reply,
    Stand,
    chosen,
    stand,
)
from outreach.domain.transfer import Transfer
from outreach.engine.ports import Core
from outreach.engine.welfare import Heard, listen
from outreach.store import feedback as ledger
from outreach.store import questions as kept
from outreach.store.core_calls import Ask as Wish
from outreach.store.core_calls import ask_core, cooling_until, is_to_stay
from outreach.store.database import Store, Tx
from outreach.store.editions import kept_edition
from outreach.store.feedback import Told
from outreach.store.holds import words_of
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import CORE_SILENT

BY_QUESTIONS = "questions"
"""The cause of a release that was asked for after the questions, and the kind of the task for a person."""

MAY_RELEASE = (None, Answer.IT_IS_MINE.value)
"""After any other answer nothing is released: somebody said stop, or that it was not them."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The stage that asks; both verbs may be called from several threads. `read` makes questionnaires of an
    edition's texts."""

    store: Store
    core: Core
    firm: str
    read: Callable[[Mapping[str, str]], Mapping[str, Questionnaire]]
    aftermath: Aftermath = field(default_factory=Aftermath)
    zone: str = "UTC"
    editions: dict[str, Mapping[str, Questionnaire]] = field(default_factory=dict)

    def asked(self, message: str, now: datetime) -> Asked | None:
        """Where it stands; changes nothing."""
        with self.store.read() as tx:
            told = ledger.told(tx, message)
            if told is None:
                return None
            known = self._known(tx, told)
        return self._asked(told, known, is_held=self._is_held(told, known.word, now))

    def reply(self, message: str, reply: Reply, now: datetime) -> Asked | None:
        """Keep an answer, the first one to each question, and act on an end, once.

        Only while the core confirms a hold: else there is nothing to ask about.
        """
        with self.store.read() as tx:
            told = ledger.told(tx, message)
            if told is None:
                return None
            known = self._known(tx, told)
        is_held = self._is_held(told, known.word, now)
        asked = self._asked(told, known, is_held=is_held)
        if not asked.is_offered or asked.questionnaire is None:
            with self.store.begin() as tx:  # the hold may be over: they wrote it all the same
                _listen(tx, told, reply, now)
            return asked
        with self.store.begin() as tx:
            told = ledger.told(tx, message) or told
            self._reply(tx, told, asked.questionnaire, reply, now)
            known = self._known(tx, told)
        return self._asked(told, known, is_held=is_held)

    def _reply(self, tx: Tx, told: Told, questionnaire: Questionnaire, reply: Reply, now: datetime) -> None:
        ledger.take_turn(tx, told)
        cries = _listen(tx, told, reply, now)
        kept.begin(tx, told, questionnaire, now)
        before = kept.given(tx, told.outreach)
        current = stand(questionnaire, before).question
        if told.answer not in MAY_RELEASE or current is None or current.id != reply.question:
            return  # the back button, a second press, or another tab: what was said first stands
        words = reply.words.strip()[:LONGEST_WORDS] if current.ask is Ask.TEXT else ""
        if current.option(reply.option) is None or (current.ask is Ask.TEXT and not words):
            return
        kept.keep(tx, told, replace(reply, words=words), len(before) + 1, now)
        if cries:
            self._end(tx, told, questionnaire, End.PERSON, now)
            return
        reached = stand(questionnaire, kept.given(tx, told.outreach), is_overlooked=told.is_overlooked)
        if reached.end is not None:
            self._end(tx, told, questionnaire, reached.end, now)

    def _end(self, tx: Tx, told: Told, questionnaire: Questionnaire, end: End, now: datetime) -> None:
        if end is End.RELEASE and not self._is_theirs(tx, told, now):
            end = End.PERSON
        if not kept.end(tx, told.outreach, end.value, now):
            return
        if end is End.RELEASE:
            self._release(tx, told, now)
        elif end is End.PERSON:
            open_tasks(tx, [self._task(tx, told, questionnaire, now)])

    def _is_theirs(self, tx: Tx, told: Told, now: datetime) -> bool:
        """The person's own word that it is theirs ends the climb; False where another word came first, or one
        that asks to keep the hold, or for help, came since, from another tab or a moment ago."""
        if ledger.acknowledge(tx, told, Answer.IT_IS_MINE.value, Via.PAGE.value, now):
            ledger.add_evidence(tx, told.message, Grade.ANSWERED.value, Via.PAGE.value, now)
        stands = ledger.told(tx, told.message)
        is_mine = stands is not None and stands.answer in MAY_RELEASE
        is_free = not is_to_stay(tx, told.episode, told.transfer_ref or "")
        return is_mine and is_free and not kept.waits_for_help(tx, told.episode)

    def _release(self, tx: Tx, told: Told, now: datetime) -> None:
        """Ask for it once the cooling-off is over."""
        assert told.transfer_ref is not None
        reason = "the person answered the questions"
        wish = Wish("release", told.person, told.episode, told.transfer_ref, reason, BY_QUESTIONS)
        ask_core(tx, wish, now, not_before=cooling_until(tx, told.episode, told.transfer_ref))

    def _task(self, tx: Tx, told: Told, questionnaire: Questionnaire, now: datetime) -> Task:
        said = "; ".join(kept.said(tx, told.outreach))
        coached = " Somebody may read along: say nothing of the warning." if told.is_overlooked else ""
        return Task(
            kind=BY_QUESTIONS,
            person=told.person,
            outreach=told.outreach,
            step=0,
            text=f"Wants a hold lifted; answers ask for a person ({questionnaire.name}): {said}.{coached}",
            opened_at=now,
            due_at=self.aftermath.due(told.urgency_rank, now),
        )

    def _known(self, tx: Tx, told: Told) -> _Known:
        questioned = kept.questioned(tx, told)
        ref = told.transfer_ref or ""
        watched = words_of(tx, [told.episode]).get((told.episode, ref))
        return _Known(
            questioned=questioned,
            questionnaire=chosen(
                self._edition(tx, questioned.edition), told.pattern, is_overlooked=told.is_overlooked
            ),
            word=watched.word if watched else None,
            cooling=cooling_until(tx, told.episode, ref) if ref else None,
        )

    def _edition(self, tx: Tx, sha256: str) -> Mapping[str, Questionnaire]:
        """The questionnaires as they were when the outreach opened (law 9)."""
        if sha256 not in self.editions:
            edition = kept_edition(tx, sha256)
            self.editions[sha256] = self.read(edition.texts) if edition else {}
        return self.editions[sha256]

    def _asked(self, told: Told, known: _Known, *, is_held: bool) -> Asked:
        questionnaire, questioned = known.questionnaire, known.questioned
        is_free = told.answer in MAY_RELEASE and not questioned.is_to_stay
        may = is_held and is_free and questionnaire is not None
        return Asked(
            person=told.person,
            locale=told.locale,
            firm=self.firm,
            reference=told.reference,
            zone=told.zone or self.zone,
            is_overlooked=told.is_overlooked,
            is_offered=may and questioned.outcome is None,
            questionnaire=questionnaire,
            stand=_stand(told, questionnaire, questioned),
            release_at=questioned.release_asked or known.cooling,
        )

    def _is_held(self, told: Told, word: Word | None, now: datetime) -> bool:
        """Whether the core confirms a hold, asked just now."""
        if told.transfer_ref is None:
            return False
        try:
            said: Transfer | None = self.core.transfers([told.transfer_ref]).get(told.transfer_ref)
        except Exception as error:  # a core that is silent confirms nothing
            log.warning(CORE_SILENT, act="transfers", error=type(error).__name__, transfers=1)
            return False
        return view(said, word, now).ends_at is not None


def _listen(tx: Tx, told: Told, reply: Reply, now: datetime) -> bool:
    """Whether what was typed beside an answer is of self-harm, whatever becomes of the answer."""
    words = reply.words.strip()  # all of it: what an answer keeps is shorter than what a door takes
    return bool(words) and listen(tx, Heard(person=told.person, source="questionnaire", text=words), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    questioned: kept.Questioned
    questionnaire: Questionnaire | None
    word: Word | None
    cooling: datetime | None


def _stand(told: Told, questionnaire: Questionnaire | None, questioned: kept.Questioned) -> Stand | None:
    if questioned.outcome is not None:
        return Stand(None, End(questioned.outcome), 0)
    if questionnaire is None:
        return None
    return stand(questionnaire, questioned.given, is_overlooked=told.is_overlooked)
