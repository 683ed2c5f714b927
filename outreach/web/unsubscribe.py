"""One-click unsubscribe from education mail (RFC 8058): POST ends it, GET only shows a button.

The token is the whole key: a mailbox provider posts without cookies, login or referrer. What it posts is not
read; the RFC's own field says nothing that the token does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from outreach.domain.token import Invalid, Keys, Purpose, Token, read_token
from outreach.web.language import preferred
from outreach.web.page import HEADERS, closed_page, unsubscribe_page
from outreach.web.words import Words

Leave = Callable[[str, datetime], None]
"""Ends education mail for a person; may be called again."""

_NEVER_LATE = datetime(1970, 1, 1, tzinfo=UTC)
"""A no is taken however old the mail is: the date in the token is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """The door `/u/<token>`. `default_locale` must be one of `words`."""

    leave: Leave
    keys: Keys
    words: Mapping[str, Words]
    default_locale: str
    now: Callable[[], datetime]

    def mount(self, app: Starlette) -> None:
        """Open the door in this application."""
        app.router.routes += [
            Route("/u/{token}", self.show, methods=["GET"]),
            Route("/u/{token}", self.take, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """A page with a button; mail scanners open every link, so nothing changes here."""
        words = self._spoken(request)
        if isinstance(self._token(request), Invalid):
            return _html(closed_page(words, "not_found"), 404)
        return _html(unsubscribe_page(words, is_done=False))

    async def take(self, request: Request) -> Response:
        """The no itself."""
        words, token = self._spoken(request), self._token(request)
        if isinstance(token, Invalid):
            return _html(closed_page(words, "not_found"), 404)
        await run_in_threadpool(self.leave, token.person, self.now())
        return _html(unsubscribe_page(words, is_done=True))

    def _token(self, request: Request) -> Token | Invalid:
        return read_token(request.path_params["token"], self.keys, _NEVER_LATE, Purpose.UNSUBSCRIBE)

    def _spoken(self, request: Request) -> Words:
        locale = preferred(request.headers.get("accept-language", ""), self.words)
        return self.words[locale or self.default_locale]


def _html(page: str, status: int = 200) -> HTMLResponse:
    response = HTMLResponse(page, status, headers=HEADERS)
    response.headers["Vary"] = "Accept-Language"
    return response
