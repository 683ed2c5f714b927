"""The inbox API: the door for the firm's own app and back office, `/v1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from outreach.domain.answer import Feedback
from outreach.engine.inbox import Inbox
from outreach.web.api.changes import Streams
from outreach.web.api.door import REQUEST, Do, Door, Stream
from outreach.web.api.doors import Doors
from outreach.web.api.openapi import document
from outreach.web.api.operations import OPERATIONS
from outreach.web.api.outcome_doors import OutcomeDoors
from outreach.web.api.problems import HEADERS, Refused, problem
from outreach.web.api.reports import ReportDoors
from outreach.web.bodies import Bodies
from outreach.web.words import Words

__all__ = ["Api", "document"]

_BY_STATUS = {404: "not_there", 405: "no_such_method"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What the API needs. `document` is served as it is; `streams` of one client, at once."""

    inbox: Inbox
    feedback: Feedback
    words: Mapping[str, Words]
    default_locale: str
    firm: str
    link: Callable[[str, str], tuple[str, datetime]]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    document: Mapping[str, Any]
    body_bytes: int = 262_144
    streams: int = 50
    poll_seconds: float = 2.0
    heartbeat_seconds: float = 15.0
    reports: ReportDoors | None = None
    outcomes: OutcomeDoors | None = None

    def mount(self, app: Starlette) -> Callable[[], None]:
        """Open `/v1` in this application; answers the verb that ends its streams."""
        doors = Doors(
            inbox=self.inbox,
            feedback=self.feedback,
            words=self.words,
            default=self.words[self.default_locale],
            firm=self.firm,
            link=self.link,
            reports=self.reports,
            outcomes=self.outcomes,
        )
        streams = Streams(
            inbox=self.inbox,
            doors=doors,
            now=self.now,
            most=self.streams,
            poll_seconds=self.poll_seconds,
            heartbeat_seconds=self.heartbeat_seconds,
        )
        routes = [self._document(), *self._routes(doors.by_id(), {"changes": streams.begin})]
        below = Starlette(routes=routes, exception_handlers={HTTPException: self._refuse})
        below.router.redirect_slashes = False
        app.router.routes.append(_whole(Mount("/v1", app=below)))
        return streams.end

    def _routes(self, does: Mapping[str, Do], streams: Mapping[str, Stream]) -> list[Route]:
        bodies = Bodies(self.body_bytes)
        large = Bodies(self.reports.body_bytes, within_seconds=120, at_once=4) if self.reports else bodies
        routes = []
        for operation in OPERATIONS[1:]:
            if operation.id not in {*does, *streams}:
                continue  # this application takes no reports, or no outcomes
            door = Door(
                operation=operation,
                do=does.get(operation.id),
                unread=self.reports.unread if self.reports and operation.id == "report" else None,
                stream=streams.get(operation.id),
                let_in=self.inbox.let_in,
                bodies=large if operation.has_pictures else bodies,
                now=self.now,
                new_id=self.new_id,
            )
            routes.append(_route(operation.path, door.take, operation.method))
        return routes

    def _document(self) -> Route:
        first = OPERATIONS[0]

        async def show(request: Request) -> Response:
            return JSONResponse(self.document, headers=HEADERS)

        return _route(first.path, show, first.method)

    async def _refuse(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        name = self.new_id()
        more = {**(getattr(error, "headers", None) or {}), REQUEST: name}
        return problem(Refused(code=_BY_STATUS.get(status, "unreadable")), name, more)


def _route(path: str, take: Any, method: str) -> Route:
    route = Route(path, take, methods=[method])
    route.methods = {method}  # no HEAD beside GET: it would run a stream that nobody reads
    return route


def _whole(mount: Mount) -> Mount:
    """The mount for every address below it: its own pattern stops at a line break."""
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount
