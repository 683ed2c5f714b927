"""A gallery of the answer page: every state in every language, each behind a link of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import md5

import uvicorn

from outreach.domain.answer import QUIET, Answer, AnswerResult, Grade, PageFacts, Via, answers_for
from outreach.domain.opened import Opener
from outreach.domain.transfer import TransferStatus
from outreach.web import create_app
from outreach.web.server import server_config
from tests.doors.browser import more_states
from tests.doors.web_world import KEYS, NOW, WORDS, page_facts, token

ANSWERED = {
    f"answered-{answer}": {"answered": answer, "call_by": NOW + timedelta(minutes=25)} for answer in Answer
}
PRESSED = {"answer-" + answer: {} for answer in Answer}
STATES: dict[str, dict[str, object]] = {
    "question": {},
    "held": {"transfer": TransferStatus.HELD},
    "sent": {"transfer": TransferStatus.SENT},
    "cancelled": {"transfer": TransferStatus.CANCELLED},
    "not-them": {"pattern": "phishing_ato"},
    "coached": {"is_overlooked": True, "answers": QUIET},
    "coached-answered": {"is_overlooked": True, "answers": QUIET, "answered": Answer.HELP_ME},
    "pressed": {"pattern": "pig_butchering"},
    "second": {},
    **more_states.FACTS,
    **ANSWERED,
    **PRESSED,
}
"""What differs from a question about a pending transfer. `pressed`, `second` and the last are answered."""


def message_of(locale: str, state: str) -> str:
    """The id of the message that is in this state, in this language."""
    return md5(f"{locale}/{state}".encode(), usedforsecurity=False).hexdigest()


def link(locale: str, state: str, **changes: object) -> str:
    """The path of this state's page."""
    return f"/a/{token(message=message_of(locale, state), **changes)}{more_states.suffix(state)}"


def shown(locale: str, state: str) -> PageFacts:
    """What is known of the message in this state."""
    facts = page_facts(locale=locale, zone="Europe/Lisbon", firm="Acme", **STATES[state])
    if facts.is_overlooked:
        return facts
    return replace(facts, answers=answers_for(facts.pattern, facts.transfer, has_transfer=True))


@dataclass
class Gallery:
    """Feedback over every state; keeps what was answered to which message."""

    states: dict[str, PageFacts] = field(
        default_factory=lambda: {
            message_of(locale, state): shown(locale, state) for locale in WORDS for state in STATES
        }
    )
    shown: dict[str, tuple[str, PageFacts]] = field(init=False)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    grades: list[Grade] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = {message_of(locale, state): state for locale in WORDS for state in STATES}
        self.shown = {message: (names[message], facts) for message, facts in self.states.items()}

    def seen(
        self, message: str, grade: Grade, now: datetime, found: Opener = Opener.PAGE
    ) -> PageFacts | None:
        facts = self.states.get(message)
        self.grades.append(grade)
        said = self.answers.get(message)
        return replace(facts, answered=said[0]) if facts and said else facts

    def answer(self, message: str, answer: Answer, via: Via, now: datetime) -> AnswerResult | None:
        said = self.answers.setdefault(message, [])
        said.append(answer)
        facts = self.states[message]
        by = now + timedelta(minutes=25) if answer is Answer.HELP_ME else None
        return AnswerResult(answer=said[0], is_first=len(said) == 1, transfer=facts.transfer, call_by=by)


@contextmanager
def served(gallery: Gallery) -> Iterator[str]:
    """The gallery over a socket of this machine: its address."""
    app = create_app(gallery, lambda: NOW, KEYS, WORDS, wish=lambda message, wish, now: True)
    more_states.mount(app, gallery.shown)
    config = server_config(app, "127.0.0.1", 0)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        runner = threading.Thread(target=server.run, args=([listener],))
        runner.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            runner.join(timeout=10)
