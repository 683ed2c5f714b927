"""Questionnaires: what somebody is asked who wants a hold lifted. Branches, and ends with a meaning. Pure.

The first answer to a question stands, so that nobody is talked through it again until it opens. Where
somebody else reads along, no answer releases anything: it goes to a person, and the page says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

DEFAULT, QUIET = "default", "quiet"
"""The questionnaire of every pattern that has none of its own; the one for somebody who is read along."""

LONGEST_WORDS = 500
"""Characters of a free answer; what is longer is cut."""


class End(StrEnum):
    """How a questionnaire ends."""

    RELEASE = "release"  # the core is asked to lift the hold
    STOP = "stop"  # we suggest to stop; nothing is asked of the core
    PERSON = "person"  # a person at the firm looks at it


class Ask(StrEnum):
    """The kind of a question."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to a question: `then` is the next question's id, or an end. A text has one, named `said`."""

    id: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. A yes-or-no has the options `yes` and `no`."""

    id: str
    ask: Ask
    options: tuple[Option, ...]

    def option(self, id: str) -> Option | None:
        """The option of this name."""
        return next((each for each in self.options if each.id == id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """The first question is asked first. `texts`: locale → key → words; a key is `question` or
    `question.option`; `sha256` is of everything that was read."""

    name: str
    questions: tuple[Question, ...]
    texts: Mapping[str, Mapping[str, str]]
    sha256: str = ""

    def question(self, id: str) -> Question | None:
        """The question of this name."""
        return next((each for each in self.questions if each.id == id), None)


SAID = "said"
"""What the ledger keeps as the answer to a free question, beside the sealed words."""

ENDS = frozenset(end.value for end in End)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a questionnaire stands: the question to ask, or how it ended; `asked` counts the answers."""

    question: Question | None
    end: End | None
    asked: int


def stand(asked: Questionnaire, given: Sequence[Given], *, is_overlooked: bool = False) -> Stand:
    """Walk from the first question along the answers; what does not lie on the way is not looked at."""
    answers = {each.question: each.answer for each in reversed(given)}
    question, count = asked.questions[0], 0
    while True:
        option = question.option(answers.get(question.id, ""))
        if option is None:
            return Stand(question, None, count)
        count += 1
        if option.then in ENDS or count > len(asked.questions):
            end = End(option.then) if option.then in ENDS else End.PERSON
            return Stand(None, End.PERSON if is_overlooked and end is End.RELEASE else end, count)
        following = asked.question(option.then)
        if following is None:  # never of one that was checked
            return Stand(None, End.PERSON, count)
        question = following


def chosen(
    questionnaires: Mapping[str, Questionnaire], pattern: str, *, is_overlooked: bool
) -> Questionnaire | None:
    """The questionnaire for a warning: the quiet one where somebody reads along, else the pattern's own, else
    the one for all; None where there is none."""
    names = (QUIET,) if is_overlooked else (pattern, DEFAULT)
    return next((questionnaires[name] for name in names if name in questionnaires), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody sent: the question they saw, the option they chose, and their words."""

    question: str
    option: str
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where somebody stands, for the page. `release_at`: when the core is asked to lift the hold, at the
    earliest; None where it is not to be asked. `is_offered`: false where there is nothing to release, now."""

    person: str
    locale: str
    firm: str
    reference: str
    zone: str
    is_overlooked: bool
    is_offered: bool
    questionnaire: Questionnaire | None
    stand: Stand | None
    release_at: datetime | None = None
    is_kept: bool = True  # the words that were sent are the ones that stand


class Asking(Protocol):
    """The engine's side of the questions. Both verbs may be called from several threads."""

    def asked(self, message: str, now: datetime) -> Asked | None:
        """Where it stands; changes nothing. None where the message, or its person, is not there."""
        ...

    def reply(self, message: str, reply: Reply, now: datetime) -> Asked | None:
        """Keep an answer, the first one to each question, and act on an end, once."""
        ...
