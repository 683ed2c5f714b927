"""Refusals as RFC 9457 problems: what is wrong, and never a value, a name or a reason that helps a thief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from outreach.web.api.models import Choice, Problem, Wrong

KIND = "application/problem+json"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer of the API."""

MOST_WRONG = 20

TITLES: Mapping[str, tuple[int, str]] = {
    "not_signed_in": (401, "No client is known by this token"),
    "not_allowed": (403, "This client lacks the scope"),
    "not_there": (404, "There is nothing here"),
    "no_such_method": (405, "This is not done here"),
    "broken_off": (408, "The request did not come in whole"),
    "does_not_apply": (409, "This answer does not apply any more"),
    "too_large": (413, "The body is too long"),
    "not_json": (415, "The body is not application/json"),
    "does_not_fit": (422, "The request does not fit"),
    "unreadable": (400, "The request cannot be read"),
    "too_many": (429, "Too many at once: come again later"),
    "broken": (500, "Something went wrong on our side"),
    "busy": (503, "Cannot be answered now: come again later"),
}
"""By code: the status and what it is called."""


@dataclass(kw_only=True, eq=False)
class Refused(Exception):
    """Why a request is not done. `again` is when to come again, in seconds."""

    code: str
    detail: str | None = None
    wrong: tuple[Wrong, ...] = ()
    answers: tuple[Choice, ...] | None = None
    again: int = 0


def problem(refused: Refused, request: str, more: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that is refused."""
    status, title = TITLES[refused.code]
    told = Problem(
        type=f"urn:outreach:problem:{refused.code}",
        title=title,
        status=status,
        code=refused.code,
        request=request,
        detail=refused.detail,
        answers=None if refused.answers is None else list(refused.answers),
        wrong=list(refused.wrong) or None,
    )
    headers = {**HEADERS, **(more or {})}
    if refused.code == "not_signed_in":
        headers["WWW-Authenticate"] = "Bearer"
    if refused.again:
        headers["Retry-After"] = str(refused.again)
    return Response(told.model_dump_json(exclude_none=True), status, headers, KIND)


def misfit(error: ValidationError, shape: type[BaseModel]) -> Refused:
    """What does not fit a shape, without a value; a body that is no JSON at all is unreadable."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    if any(each["type"] in {"json_invalid", "json_type"} for each in told):
        return Refused(code="unreadable", detail="The body is not JSON.")
    known = _names(shape)
    wrong = tuple(Wrong(where=_where(each["loc"], known), what=each["msg"]) for each in told[:MOST_WRONG])
    return Refused(code="does_not_fit", wrong=wrong)


def _where(place: Sequence[Any], known: frozenset[str]) -> str:
    # A name that is not ours may be anything, a person's too.
    return ".".join(str(p) if isinstance(p, int) or p in known else "?" for p in place) or "body"


def _names(shape: type[BaseModel]) -> frozenset[str]:
    definitions = [shape.model_json_schema(), *shape.model_json_schema().get("$defs", {}).values()]
    return frozenset(name for each in definitions for name in each.get("properties", {}))
