"""The door for people who answer: GET shows, POST answers, and nothing else changes anything. Beside it,
where they are set up, the callbacks of providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from outreach.domain.answer import Answer, Feedback, Grade, PageFacts, Via
from outreach.domain.opened import Opener, opener
from outreach.domain.token import Invalid, Keys, Refusal, Token, read_token
from outreach.web.callbacks import Callbacks
from outreach.web.language import nearest, preferred
from outreach.web.page import HEADERS, Heard, answered_page, closed_page, question_page
from outreach.web.words import Words

LONGEST_BODY = 1024
"""A posted answer is about 25 bytes; more than this is nobody's answer."""


def create_app(
    feedback: Feedback,
    now: Callable[[], datetime],
    keys: Keys,
    words: Mapping[str, Words],
    default_locale: str = "en",
    callbacks: Callbacks | None = None,
) -> Starlette:
    """The answer page as an ASGI application: `/a/<token>` and `/healthz`, and the callbacks.

    It logs nothing itself; its addresses are secrets, so whoever serves it keeps them out of access logs
    (`outreach.web.serve` does; a proxy before it must, too). `default_locale` must be one of `words`.
    """
    door = _Door(feedback, now, keys, words, words[default_locale])
    app = Starlette(
        routes=[
            Route("/a/{token}", door.show, methods=["GET"]),
            Route("/a/{token}", door.take, methods=["POST"]),
            Route("/healthz", _healthy, methods=["GET"]),
            *(callbacks.routes(now) if callbacks else ()),
        ],
        exception_handlers={HTTPException: door.refuse, Exception: door.fail},
    )
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True, slots=True)
class _Door:
    """What every request needs; holds nothing about any of them."""

    feedback: Feedback
    now: Callable[[], datetime]
    keys: Keys
    words: Mapping[str, Words]
    default: Words

    async def show(self, request: Request) -> Response:
        token = self._token(request)
        if isinstance(token, Invalid):
            return self._invalid(request, token)
        # A fetch proves that a machine came by: mail scanners open every link.
        found = opener(request.method, request.headers)
        facts = await self._facts(token, Grade.MACHINE_OPENED, found)
        if facts is None:
            return self._closed(request, "not_found", 404)
        words = self._spoken(facts)
        if facts.answered is not None:
            return _html(answered_page(words, facts, Heard(stands=facts.answered), self.now()))
        return _html(question_page(words, facts))

    async def take(self, request: Request) -> Response:
        token = self._token(request)
        if isinstance(token, Invalid):
            return self._invalid(request, token)
        is_ahead = opener(request.method, request.headers) is Opener.PREFETCH
        if is_ahead or _is_cross_site(request):
            return self._closed(request, "unclear", 403)
        answer = await _posted_answer(request)
        if answer is None:
            return self._closed(request, "unclear", 400)
        return await self._answered(request, token, answer)

    async def _answered(self, request: Request, token: Token, answer: Answer) -> Response:
        facts = await self._facts(token, Grade.HUMAN_OPENED)
        if facts is None:
            return self._closed(request, "not_found", 404)
        if answer not in facts.answers and facts.answered is None:
            # The money may have left while the page stood open: show what is true now, and ask again.
            return _html(question_page(self._spoken(facts), facts), 409)
        result = await run_in_threadpool(self.feedback.answer, token.message, answer, Via.PAGE, self.now())
        if result is None:
            return self._closed(request, "not_found", 404)
        stands = replace(facts, transfer=result.transfer, call_by=result.call_by)
        heard = Heard(stands=result.answer, said=answer, is_first=result.is_first)
        return _html(answered_page(self._spoken(facts), stands, heard, self.now()))

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The framework's own 404 and 405, in the same clothes."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        allow = getattr(error, "headers", None) or {}
        response = self._closed(request, "not_found", status)
        response.headers.update(allow)
        return response

    async def fail(self, request: Request, error: Exception) -> Response:
        return self._closed(request, "broken", 500)

    def _token(self, request: Request) -> Token | Invalid:
        return read_token(request.path_params["token"], self.keys, self.now())

    async def _facts(self, token: Token, grade: Grade, found: Opener = Opener.PAGE) -> PageFacts | None:
        facts = await run_in_threadpool(self.feedback.seen, token.message, grade, self.now(), found)
        # A message that passed to another person since is not shown to the old one.
        return facts if facts is not None and facts.person == token.person else None

    def _spoken(self, facts: PageFacts) -> Words:
        return self.words.get(nearest(facts.locale, self.words) or "", self.default)

    def _invalid(self, request: Request, token: Invalid) -> Response:
        is_late = token.reason is Refusal.EXPIRED
        return self._closed(request, "expired" if is_late else "not_found", 410 if is_late else 404)

    def _closed(self, request: Request, key: str, status: int) -> Response:
        locale = preferred(request.headers.get("accept-language", ""), self.words)
        response = _html(closed_page(self.words.get(locale or "", self.default), key), status)
        response.headers["Vary"] = "Accept-Language"
        return response


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("ok\n", headers=HEADERS)


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, headers=HEADERS)


def _is_cross_site(request: Request) -> bool:
    """True where the browser says that another site posts. The token is the true key; this is a second lock.

    `Origin: null` says nothing: under our own no-referrer policy browsers send it from our own page.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.headers.get("host")


async def _posted_answer(request: Request) -> Answer | None:
    """The one answer of a form, or None for anything else, however long or strange."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            return None
    given = parse_qs(body.decode("ascii", "replace")).get("answer", [])
    return Answer(given[0]) if len(given) == 1 and given[0] in set(Answer) else None
