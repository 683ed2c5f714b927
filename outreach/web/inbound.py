"""The door for replies: a text is kept and acted on, and answered with TwiML: nothing, or one confirmation.

What goes back in the answer is sent by the provider as an SMS: a confirmation, and nothing else ever.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from outreach.domain.callback import Called, Outcome, TurnedAway
from outreach.domain.problem import Problem
from outreach.domain.replying import Confirmation, Inbound, Spoken
from outreach.errors import RulesError
from outreach.telemetry import CALLBACK_LOST
from outreach.web.bodies import Bodies
from outreach.web.callbacks import Callbacks
from outreach.web.comfort import Comfort
from outreach.web.language import nearest
from outreach.web.turning import HEADERS, TurningAway

log = structlog.get_logger()

MOST_BYTES = 65_536
"""Ten parts of text and fifteen other fields are far less."""

Sentences = Mapping[str, Mapping[str, str]]
"""By locale: what is said for each confirmation, with `$firm` still in it."""


ReadReply = Callable[[Called, datetime], Inbound | TurnedAway]
"""Checks the signature before it believes anything, and never raises, whatever it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Where replies are taken, by which header they are signed, who reads them, and who acts on them."""

    path: str
    party: str
    signature: str
    read: ReadReply
    hear: Callable[[Inbound, datetime], Spoken | None]
    sentences: Sentences
    firm: str
    default_locale: str = "en"
    comfort: Comfort | None = None

    def mount(self, app: Starlette, shared: Callbacks, now: Callable[[], datetime]) -> None:
        """Add the door to an application; how it is reached and who counts is shared with the callbacks."""
        turning = TurningAway(party=self.party, count=shared.count, now=now)
        door = _Door(self, shared, Bodies(MOST_BYTES), turning, now)
        app.router.routes.append(Route(self.path, door.take, methods=["POST"]))


@dataclass(frozen=True, slots=True)
class _Door:
    replies: Replies
    shared: Callbacks
    bodies: Bodies
    turning: TurningAway
    now: Callable[[], datetime]

    async def take(self, request: Request) -> Response:
        if self.replies.signature not in request.headers:
            return self.turning.away(Outcome.UNSIGNED)
        async with self.bodies.read(request) as body:
            if isinstance(body, Outcome):
                return self.turning.away(body)
            urls = self.shared.addresses.of(request)
            said = self.replies.read(Called(urls=urls, headers=dict(request.headers), body=body), self.now())
        if isinstance(said, TurnedAway):
            return self.turning.away(said.why)
        return await self._heard(said)

    async def _heard(self, said: Inbound) -> Response:
        try:
            spoken = await run_in_threadpool(self.replies.hear, said, self.now())
        except Exception as error:  # whatever it was: nothing is kept, and the provider is told so
            log.error(CALLBACK_LOST, party=self.replies.party, error=type(error).__name__)
            return self.turning.answer(Outcome.NOT_KEPT)
        self.shared.count(self.replies.party, Outcome.NEW, 1)
        return Response(self._twiml(spoken), media_type="text/xml", headers=HEADERS)

    def _twiml(self, spoken: Spoken | None) -> str:
        sentence = self._sentence(spoken) if spoken else ""
        said = f"<Message>{escape(sentence)}</Message>" if sentence else ""
        return f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'

    def _sentence(self, spoken: Spoken) -> str:
        if spoken.confirmation is None:
            comfort = self.replies.comfort
            return comfort.sms(spoken.locale, spoken.country) if comfort else ""
        known = self.replies.sentences
        locale = nearest(spoken.locale, known) or self.replies.default_locale
        return Template(known[locale][spoken.confirmation]).substitute(firm=self.replies.firm)


def read_sentences(folder: Path, default_locale: str) -> Sentences:
    """Every `reply.<locale>.toml` of a folder, by locale. Raises RulesError with all problems at once."""
    problems: list[Problem] = []
    found = {}
    for path in sorted(folder.glob("reply.*.toml")):
        locale = path.name.removeprefix("reply.").removesuffix(".toml")
        found[locale] = _sentences(path, problems)
    if default_locale not in found:
        path = folder / f"reply.{default_locale}.toml"
        problems.append(_problem(path, "W011", "the words of confirmations are missing in this language"))
    if problems:
        raise RulesError(problems)
    return found


def _sentences(path: Path, problems: list[Problem]) -> Mapping[str, str]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(_problem(path, "W012", f"cannot be read: {error}"))
        return {}
    for key in Confirmation:
        if not isinstance(text := told.get(key), str) or not _is_sayable(text):
            problems.append(_problem(path, "W013", f"'{key}' is missing, or says more than $firm can fill"))
    return {key: text for key, text in told.items() if isinstance(text, str)}


def _is_sayable(text: str) -> bool:
    template = Template(text)
    return bool(text.strip()) and template.is_valid() and set(template.get_identifiers()) <= {"firm"}


def _problem(path: Path, code: str, message: str) -> Problem:
    return Problem(file=str(path), line=0, column=1, code=code, message=message, hint="")
