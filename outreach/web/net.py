"""The safety net beside the answer page: what is said of a hold, and questions. GET shows, POST answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from outreach.domain.answer import PageFacts
from outreach.domain.hold import AtEnd
from outreach.domain.questionnaire import Asked, Asking, Reply
from outreach.domain.token import Token
from outreach.web.net_page import PAGE, Tongue, question_body, section
from outreach.web.page import HEADERS, whole_page
from outreach.web.sayings import Sayings

LONGEST_REPLY = 8_192
"""Bytes of a posted answer: five hundred characters of any script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """Holds nothing about any request. `at_end`: what the core does when a hold ends unanswered."""

    asking: Asking
    sayings: Sayings
    at_end: AtEnd
    now: Callable[[], datetime]

    def mount(self, app: Starlette) -> None:
        """Beside the answer page of this application."""
        app.state.net = self

    async def section(self, token: Token, facts: PageFacts) -> str:
        """What the answer page says of a hold; nothing where there is nothing to say."""
        if facts.hold.ends_at is None and facts.hold.ended_at is None and not facts.is_overlooked:
            return ""
        asked = await run_in_threadpool(self.asking.asked, token.message, self.now())
        return section(self._tongue(facts.locale, facts, facts.zone), facts, asked, self.at_end)

    async def show(self, token: Token) -> Response | None:
        """The question that is next, or how the questions ended; None where there is no such message."""
        asked = await run_in_threadpool(self.asking.asked, token.message, self.now())
        return None if asked is None or asked.person != token.person else self._page(asked)

    async def take(self, request: Request, token: Token) -> Response | None:
        """Keep an answer and show what follows; None where nothing can be read from what was sent."""
        before = await run_in_threadpool(self.asking.asked, token.message, self.now())
        reply = await _posted(request)
        if before is None or before.person != token.person or reply is None:
            return None
        if reply.option == "said" and not reply.words.strip() and before.is_offered:
            return self._page(before, status=422, was_empty=True)
        await run_in_threadpool(self.asking.reply, token.message, reply, self.now())
        # Shown by a GET of its own: going back or loading again sends nothing a second time.
        return RedirectResponse(PAGE, 303, headers=HEADERS)

    def _page(self, asked: Asked, *, status: int = 200, was_empty: bool = False) -> Response:
        say = self._tongue(asked.locale, asked, asked.zone)
        title, body = question_body(say, asked, was_empty=was_empty)
        html = whole_page(say.locale, say.direction, title, body)
        return HTMLResponse(html, status, headers=HEADERS)

    def _tongue(self, wanted: str, of: PageFacts | Asked, zone: str) -> Tongue:
        return Tongue(
            sayings=self.sayings,
            locale=self.sayings.locale(wanted),
            names={"firm": of.firm, "reference": of.reference},
            zone=zone,
            now=self.now(),
        )


def is_asked(request: Request) -> bool:
    """Whether the questions are meant, and not the message's own page."""
    return request.url.query == PAGE.removeprefix("?")


def net_of(request: Request) -> Net | None:
    """The net that is mounted here."""
    found = getattr(request.app.state, "net", None)
    return found if isinstance(found, Net) else None


async def _posted(request: Request) -> Reply | None:
    """The one answer of a form, or None for anything else, however long or strange."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_REPLY:
            return None
    given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    question, option = given.get("question", []), given.get("option", [])
    if len(question) != 1 or len(option) != 1 or max(len(question[0]), len(option[0])) > 64:
        return None
    return Reply(question=question[0], option=option[0], words=" ".join(given.get("words", [])))
