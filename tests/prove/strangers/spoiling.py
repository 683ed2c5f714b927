"""An exchange over a real line that keeps what was answered, and spoils requests on their way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from outreach.answers import Answer, Exchange

Spoil = Callable[[httpx.Request], httpx.Request]


def as_it_is(request: httpx.Request) -> httpx.Request:
    """Nothing is spoilt."""
    return request


def without_authorization(request: httpx.Request) -> httpx.Request:
    """Nobody says who is asking."""
    return _again(request, request.content, but="authorization")


def without_field(name: str) -> Spoil:
    """A form without one of its fields."""

    def spoil(request: httpx.Request) -> httpx.Request:
        fields = [(n, v) for n, v in parse_qsl(request.content.decode(), keep_blank_values=True) if n != name]
        return _again(request, urlencode(fields).encode())

    return spoil


def with_body(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """A JSON body, changed in place."""

    def spoil(request: httpx.Request) -> httpx.Request:
        body = json.loads(request.content)
        change(body)
        return _again(request, json.dumps(body).encode())

    return spoil


def _again(request: httpx.Request, content: bytes, but: str = "") -> httpx.Request:
    left_out = {"content-length", but}
    headers = [(n, v) for n, v in request.headers.multi_items() if n.lower() not in left_out]
    return httpx.Request(request.method, request.url, headers=headers, content=content)


class Between:
    """Posts what `spoil` makes of each request, and keeps the statuses that came back.

    `aside` is what other paths answer (a token), `more` headers that a provider sends and its specification
    does not know.
    """

    def __init__(
        self,
        exchange: Exchange,
        spoil: Spoil = as_it_is,
        aside: Mapping[str, bytes] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.statuses: list[int] = []
        self._exchange, self._spoil = exchange, spoil
        self._aside, self._more = aside or {}, more or {}

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        return [self._one(request) for request in requests]

    def _one(self, request: httpx.Request) -> Answer:
        if (said := self._aside.get(request.url.path)) is not None:
            return httpx.Response(200, content=said)
        (answer,) = self._exchange([self._spoil(request)])
        if isinstance(answer, httpx.Response):
            self.statuses.append(answer.status_code)
            if answer.is_success:
                answer.headers.update(self._more)
        return answer
