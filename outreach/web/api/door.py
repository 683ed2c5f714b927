"""One request of the inbox API, from who asks to what is answered. What is refused changes nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from outreach.domain.callback import Outcome
from outreach.domain.client import Client
from outreach.errors import StoreError
from outreach.telemetry import API_BROKE
from outreach.web.api.models import Wrong
from outreach.web.api.operations import USER, Operation
from outreach.web.api.problems import HEADERS, Refused, misfit, problem
from outreach.web.bodies import Bodies

log = structlog.get_logger()

REQUEST = "X-Request-Id"
_REQUEST = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ENCODED = re.compile(r"[!-~]{1,600}")
LONGEST_USER = 200
AGAIN_SECONDS = 10
_NO_BODY = {
    Outcome.TOO_LARGE: ("too_large", 0),
    Outcome.NOT_KEPT: ("busy", AGAIN_SECONDS),
    Outcome.BROKEN_OFF: ("broken_off", 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let in, whole and checked. `user` is the firm's reference of whom it is about."""

    client: Client
    user: str = field(default="", repr=False)
    path: Mapping[str, str]
    query: Any = None
    body: Any = field(default=None, repr=False)
    last: str = ""
    now: datetime


Do = Callable[[Call], BaseModel | None]
"""What an operation does; it runs in a thread and may raise Refused."""

Unread = Callable[[str, bytes, datetime], None]
"""What is done about a user's body that does not have the operation's shape, before it is refused."""

Stream = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One operation's door; it does, or it streams."""

    operation: Operation
    do: Do | None = None
    unread: Unread | None = None
    stream: Stream | None = None
    let_in: Callable[[str, datetime], Client | None]
    bodies: Bodies
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    async def take(self, request: Request) -> Response:
        """The answer, whatever comes; it has the request's id and is kept by nobody."""
        said = request.headers.get(REQUEST, "")
        name = said if _REQUEST.fullmatch(said) else self.new_id()
        try:
            response = await self._answer(request)
        except Refused as refused:
            response = problem(refused, name)
        except StoreError as error:  # its words are ours, without anything personal
            log.error(API_BROKE, request=name, operation=self.operation.id, reason=str(error))
            response = problem(Refused(code="busy", again=AGAIN_SECONDS), name)
        except Exception as error:  # a bug: where it was goes to the log, its words do not
            log.exception(API_BROKE, request=name, operation=self.operation.id, reason=type(error).__name__)
            response = problem(Refused(code="broken"), name)
        response.headers[REQUEST] = name
        return response

    async def _answer(self, request: Request) -> Response:
        call = await self._call(request)
        if self.stream is not None:
            return await self.stream(call)
        told = await run_in_threadpool(self.do, call) if self.do else None
        if told is None:
            return Response(status_code=self.operation.status, headers=HEADERS)
        return Response(told.model_dump_json(), self.operation.status, HEADERS, "application/json")

    async def _call(self, request: Request) -> Call:
        client = await self._client(request)
        user = _user(request) if self.operation.of_user else ""
        return Call(
            client=client,
            user=user,
            path=request.path_params,
            query=_query(request, self.operation.query),
            body=await self._body(request, user),
            last=request.headers.get("last-event-id", ""),
            now=self.now(),
        )

    async def _client(self, request: Request) -> Client:
        given = request.headers.getlist("authorization")
        client = await run_in_threadpool(self.let_in, given[0], self.now()) if len(given) == 1 else None
        if client is None:
            raise Refused(code="not_signed_in")
        if self.operation.scope not in client.scopes:
            raise Refused(code="not_allowed")
        return client

    async def _body(self, request: Request, user: str) -> BaseModel | None:
        shape = self.operation.body
        if shape is None:
            return None
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(code="not_json")
        async with self.bodies.read(request) as body:
            if isinstance(body, Outcome):
                code, again = _NO_BODY[body]
                raise Refused(code=code, again=again)
            try:
                return shape.model_validate_json(body)
            except ValidationError as error:
                if self.unread is not None:
                    await run_in_threadpool(self.unread, user, body, self.now())
                raise misfit(error, shape) from None


def _user(request: Request) -> str:
    given = request.headers.getlist(USER)
    if len(given) == 1 and _ENCODED.fullmatch(given[0]):
        try:
            user = unquote_to_bytes(given[0]).decode("utf-8")
        except UnicodeDecodeError:
            user = ""
        if 0 < len(user) <= LONGEST_USER and not any(unicodedata.category(c) in {"Cc", "Cs"} for c in user):
            return user
    what = "The user reference, percent-encoded UTF-8, once."
    raise Refused(code="does_not_fit", wrong=(Wrong(where=USER, what=what),))


def _query(request: Request, shape: type[BaseModel] | None) -> BaseModel | None:
    if shape is None:
        return None
    pairs = request.query_params.multi_items()
    if len({name for name, _ in pairs}) < len(pairs):
        raise Refused(code="does_not_fit", wrong=(Wrong(where="query", what="Each parameter once."),))
    try:
        return shape.model_validate_strings(dict(pairs))
    except ValidationError as error:
        raise misfit(error, shape) from None
