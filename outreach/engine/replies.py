"""What people write back by SMS: an answer finds its message, an opt-out counts at once, and what nobody can
read goes to a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from outreach.domain.answer import Answer, Via
from outreach.domain.replying import (
    Confirmation,
    Inbound,
    Kind,
    Reply,
    Scope,
    ScopeRule,
    Spoken,
    is_keyword,
    read,
    references,
)
from outreach.domain.replying_to import Meant, last, meant
from outreach.domain.welfare import is_cry
from outreach.engine.welfare import WITHIN, Heard, listen
from outreach.store import optouts
from outreach.store import replies as ledger
from outreach.store.database import Store, Tx
from outreach.store.intake import people_of
from outreach.store.optouts import Word
from outreach.store.replies import COMFORT, Kept, Line
from outreach.store.tasks import Task, open_tasks
from outreach.store.welfare import country_of, in_distress
from outreach.telemetry import REPLIED

MEMORY = timedelta(days=14)
"""How long after an SMS a reply may be to it: as long as flags join an episode."""

READ_WITHIN = timedelta(minutes=30)
"""What nobody could read may be a cry for help."""

HELPED_WITHIN = timedelta(hours=1)
"""How long the words of help are not repeated: two machines that answer each other must come to an end."""

AGAIN = timedelta(minutes=1)
"""When an answer that was kept and could not be taken is tried again."""

log = structlog.get_logger()

Take = Callable[[str, Answer, Via, datetime], object]
"""Takes an answer to a message; to take one twice is harmless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """The stage that reads replies; it may be called from several threads."""

    store: Store
    take: Take
    new_id: Callable[[], str]
    scope: ScopeRule = field(default_factory=ScopeRule)
    provider_confirms: bool = False  # what it knows as a keyword it answers by itself
    default_locale: str = "en"
    welfare_within: timedelta = WITHIN

    def hear(self, inbound: Inbound, now: datetime) -> Spoken | None:
        """Keep a text, once, and do what it asks; what is said in return, where something is.

        Whatever it is, it is kept and its opt-out counts when this returns. Raises StoreError.
        """
        with self.store.begin() as tx:
            number = ledger.only_here(tx, inbound)
            if ledger.is_kept(tx, inbound):
                return None
            line = ledger.line(tx, inbound, now - MEMORY)
            turn = self._listened(tx, self._turn(inbound, number, line), now)
            if in_distress(tx, turn.to.persons):  # only people speak with them: no word of a machine's
                turn = replace(turn, may_speak=False)
            confirmed = self._act(tx, turn, now)
            spoken = self._comfort(tx, turn, now) if turn.cries else turn.spoken(confirmed)
            answer_due = now + AGAIN if turn.takes_answer else None
            kept = turn.kept((spoken.confirmation or COMFORT) if spoken else None, answer_due)
            ledger.keep(tx, kept, now)
        log.info(REPLIED, reply=turn.id, kind=turn.reply.kind.value, known=bool(turn.to.persons))
        if kept.message and turn.reply.answer and answer_due:
            self._take(turn.id, kept.message, turn.reply.answer, now)
        return spoken

    def _listened(self, tx: Tx, turn: _Turn, now: datetime) -> _Turn:
        """The turn, with whoever may have cried for help in it; nobody we know becomes somebody new."""
        if not is_cry(turn.inbound.text):
            return turn
        beside = "" if turn.to.persons else f"Nobody is known by this number: {turn.inbound.sender}"
        persons = turn.to.persons or self._stranger(tx, turn, now)
        for person in sorted(persons):
            cry = Heard(person=person, source="reply", text=turn.inbound.text, beside=beside)
            listen(tx, cry, now, self.welfare_within)
        return replace(turn, cries=persons)

    def _stranger(self, tx: Tx, turn: _Turn, now: datetime) -> frozenset[str]:
        ids, _ = people_of(tx, [f"unknown number {turn.id}"], now)
        return frozenset(ids.values())

    def _comfort(self, tx: Tx, turn: _Turn, now: datetime) -> Spoken | None:
        """What is said to whoever cried for help, also where nobody knows them: it tells of nobody."""
        if ledger.was_comforted(tx, turn.number, now - HELPED_WITHIN):
            return None
        return Spoken(confirmation=None, locale=turn.locale, country=country_of(tx, turn.cries))

    def run(self, now: datetime) -> int:
        """Take the answers that a crash, or a database that was away, left kept and not taken."""
        count = 0
        while True:
            with self.store.begin() as tx:
                due = ledger.due(tx, now, now + AGAIN)
            if due is None:
                return count
            self._take(due.reply, due.message, Answer(due.answer), due.at)
            count += 1

    def _take(self, reply: str, message: str, answer: Answer, at: datetime) -> None:
        self.take(message, answer, Via.REPLY, at)
        with self.store.begin() as tx:
            ledger.taken(tx, reply)

    def _turn(self, inbound: Inbound, number: str, line: Line) -> _Turn:
        to = meant(line.texted, line.holders, references(inbound.text))
        newest = to.texted or last(each for each in line.texted if each.person in to.persons)
        locale = newest.locale if newest else next(iter(line.locales), self.default_locale)
        named = to.texted.reference if to.texted else ""
        is_said = inbound.word is not None or (self.provider_confirms and is_keyword(inbound.text))
        return _Turn(
            id=self.new_id(),
            inbound=inbound,
            number=number,
            to=to,
            reply=Reply(kind=inbound.word) if inbound.word else read(inbound.text, locale, named),
            locale=locale,
            may_speak=bool(to.persons) and not is_said,
        )

    def _act(self, tx: Tx, turn: _Turn, now: datetime) -> Confirmation | None:
        """Everything but the answer itself, which has a transaction of its own."""
        match turn.reply.kind:
            case Kind.OPT_OUT:
                return self._opt_out(tx, turn, now)
            case Kind.OPT_IN:
                return self._opt_in(tx, turn, now)
            case Kind.HELP:
                return self._help(tx, turn, now)
            case Kind.LOOKS_LIKE_OPT_OUT:
                _ask_a_person(tx, turn, "opt_out", now)
            case _ if not (turn.takes_answer or turn.cries):  # a cry has a task of its own
                _ask_a_person(tx, turn, "reply", now)
        return None

    def _opt_out(self, tx: Tx, turn: _Turn, now: datetime) -> Confirmation | None:
        scope = self.scope.of(turn.reply.scope or Scope.PROGRAM, now.date())
        is_news = optouts.opt_out(tx, turn.word(scope), now)
        said = Confirmation.STOPPED_ALL if scope is Scope.ALL else Confirmation.STOPPED
        return said if is_news and turn.may_speak else None

    def _opt_in(self, tx: Tx, turn: _Turn, now: datetime) -> Confirmation | None:
        if optouts.opt_in(tx, turn.word(Scope.PROGRAM), ledger.own_words(tx, turn.number), now):
            return Confirmation.STARTED if turn.may_speak else None
        if turn.to.texted and turn.to.texted.is_open:
            _ask_a_person(tx, turn, "reply", now)  # a "yes" to what the warning asked?
        return None

    def _help(self, tx: Tx, turn: _Turn, now: datetime) -> Confirmation | None:
        if turn.to.texted and turn.to.texted.is_open:
            _ask_a_person(tx, turn, "reply", now)  # who we are, or help with the transfer?
        if not turn.may_speak or ledger.was_helped(tx, turn.number, now - HELPED_WITHIN):
            return None
        return Confirmation.HELP


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One reply, and what was made of it."""

    id: str
    inbound: Inbound
    number: str
    to: Meant
    reply: Reply
    locale: str
    may_speak: bool  # to people we know, where the provider said nothing
    cries: frozenset[str] = frozenset()  # who may have written of harming themselves

    @property
    def takes_answer(self) -> bool:
        return self.reply.kind is Kind.ANSWER and self.to.texted is not None

    def word(self, scope: Scope) -> Word:
        return Word(reply=self.id, number=self.number, persons=self.to.everybody, scope=scope)

    def spoken(self, confirmed: Confirmation | None) -> Spoken | None:
        """What is said: nothing to a number that nobody is known by, it must not tell who is known."""
        return Spoken(confirmation=confirmed, locale=self.locale) if confirmed else None

    def kept(self, confirmed: str | None, answer_due: datetime | None) -> Kept:
        return Kept(
            id=self.id,
            inbound=self.inbound,
            number=self.number,
            reply=self.reply,
            persons=self.to.persons or self.cries,
            message=self.to.texted.message if self.to.texted else None,
            confirmed=confirmed,
            answer_due=answer_due,
        )


def _ask_a_person(tx: Tx, turn: _Turn, kind: str, now: datetime) -> None:
    open_tasks(tx, list(_tasks(tx, turn, kind, now)))


def _tasks(tx: Tx, turn: _Turn, kind: str, now: datetime) -> Iterable[Task]:
    """One for each person who may have written, unless one of this kind still waits for a look."""
    for person in sorted(turn.to.persons):
        step = ledger.task_step(tx, kind, person)
        if step is None:
            continue
        yield Task(
            kind=kind,
            person=person,
            outreach=turn.to.texted.outreach if turn.to.texted else None,
            step=step,
            text=f"Wrote back by SMS: {turn.inbound.text}",
            opened_at=now,
            due_at=now + READ_WITHIN,
        )
