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
from outreach.domain.wish import Wish
from outreach.web.case_page import case_section_of
from outreach.web.language import nearest, preferred
from outreach.web.net import is_asked, net_of
from outreach.web.page import HEADERS, Heard, answered_page, closed_page, question_page
from outreach.web.silent import applies
from outreach.web.words import Words

Keeps = Callable[[str, Wish, datetime], bool]
"""Keeps how somebody wants to be reached, said to a message; False where the message is not there."""

LONGEST_BODY = 1024
"""A posted answer is about 25 bytes; more than this is nobody's answer."""


def create_app(
    feedback: Feedback,
    now: Callable[[], datetime],
    keys: Keys,
    words: Mapping[str, Words],
    default_locale: str = "en",
    wish: Keeps | None = None,
) -> Starlette:
    """The answer page as an ASGI application: `/a/<token>` and `/healthz`; other doors are mounted on it.

    It logs nothing itself; its addresses are secrets, so whoever serves it keeps them out of access logs
    (`outreach.web.serve` does; a proxy before it must, too). `default_locale` must be one of `words`.
    """
    door = _Door(feedback, now, keys, words, words[default_locale], wish)
    app = Starlette(
        routes=[
            Route("/a/{token}", door.show, methods=["GET"]),
            Route("/a/{token}", door.take, methods=["POST"]),
            Route("/healthz", _healthy, methods=["GET"]),
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
    wish: Keeps | None = None

    async def show(self, request: Request) -> Response:
        token = self._token(request)
        if isinstance(token, Invalid):
            return self._invalid(request, token)
        # A fetch proves that a machine came by: mail scanners open every link.
        found = opener(request.method, request.headers)
        facts = await self._facts(token, Grade.MACHINE_OPENED, found)
        if facts is None:
            return self._closed(request, "not_found", 404)
        if (net := net_of(request)) and is_asked(request):
            return await net.show(token) or self._closed(request, "not_found", 404)
        words, hold = self._spoken(facts), await _hold(request, token, facts)
        if facts.answered is not None:
            return _html(answered_page(words, facts, Heard(stands=facts.answered), self.now(), hold))
        return _html(question_page(words, facts, hold=hold))

    async def take(self, request: Request) -> Response:
        token = self._token(request)
        if isinstance(token, Invalid):
            return self._invalid(request, token)
        is_ahead = opener(request.method, request.headers) is Opener.PREFETCH
        if is_ahead or _is_cross_site(request):
            return self._closed(request, "unclear", 403)
        if (net := net_of(request)) and is_asked(request):
            return await net.take(request, token) or self._closed(request, "unclear", 400)
        answer, reach = await _posted(request)
        if answer is None and reach is None:
            return self._closed(request, "unclear", 400)
        return await self._answered(request, token, answer, reach)

    async def _answered(
        self, request: Request, token: Token, answer: Answer | None, reach: Wish | None
    ) -> Response:
        facts = await self._facts(token, Grade.HUMAN_OPENED)
        if facts is None:
            return self._closed(request, "not_found", 404)
        is_kept = await self._wished(facts, token, reach)
        if answer is None:
            return self._noted(request, facts, is_kept=is_kept)
        if answer not in facts.answers and facts.answered is None:
            # The money may have left while the page stood open: show what is true now, and ask again.
            hold = await _hold(request, token, facts)
            return _html(question_page(self._spoken(facts), facts, hold=hold), 409)
        result = await run_in_threadpool(self.feedback.answer, token.message, answer, Via.PAGE, self.now())
        if result is None:
            return self._closed(request, "not_found", 404)
        stands = replace(facts, transfer=result.transfer, call_by=result.call_by, answered=result.answer)
        heard = Heard(stands=result.answer, said=answer, is_first=result.is_first, is_reach_kept=is_kept)
        hold = await _hold(request, token, stands)
        return _html(answered_page(self._spoken(facts), stands, heard, self.now(), hold))

    async def _wished(self, facts: PageFacts, token: Token, reach: Wish | None) -> bool:
        """Keep how they want to be reached, before the answer: whoever is to help must know it."""
        if reach is None or self.wish is None or not applies(facts):
            return False
        return await run_in_threadpool(self.wish, token.message, reach, self.now())

    def _noted(self, request: Request, facts: PageFacts, *, is_kept: bool) -> Response:
        """A choice without an answer: the question stays open."""
        if not is_kept:
            return self._closed(request, "unclear", 400)
        words = self._spoken(facts)
        if facts.answered is None:
            return _html(question_page(words, facts, is_kept=True))
        heard = Heard(stands=facts.answered, is_reach_kept=True)
        return _html(answered_page(words, facts, heard, self.now()))

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


async def _hold(request: Request, token: Token, facts: PageFacts) -> str:
    """What the page says beside the answer: of a hold, and of a recovery case."""
    net, case = net_of(request), case_section_of(request)
    hold = "" if net is None else await net.section(token, facts)
    return hold if case is None else hold + await case.section(token, facts)


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


async def _posted(request: Request) -> tuple[Answer | None, Wish | None]:
    """The one answer of a form and the one choice in it, or None for anything else, however long or strange.

    A form with an answer that is none, or with two, says nothing at all.
    """
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            return None, None
    fields = parse_qs(body.decode("ascii", "replace"))
    answers, reaches = fields.get("answer", []), fields.get("reach", [])
    if len(answers) > 1 or (answers and answers[0] not in set(Answer)):
        return None, None
    reach = Wish(reaches[0]) if len(reaches) == 1 and reaches[0] in set(Wish) else None
    return (Answer(answers[0]) if answers else None), reach
