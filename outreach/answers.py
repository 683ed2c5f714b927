"""How an HTTP answer is read, whoever gave it; what all HTTP senders share and nothing a provider owns.

It lies on the floor beside `frames` because adapters are strangers to each other. A sender builds requests,
hands them to an `Exchange` (the transport, injected) and reads answers; it never meets an exception of the
network.

The law for every provider, with the reasons:

    no connection            Unavailable   nothing was written
    connection lost later    Unknown       the request may have been read
    2xx as promised          Accepted
    2xx otherwise            Unknown       somebody said yes to something
    3xx                      Unknown       a redirect is never followed and proves nothing
    408, whatever it says    Unknown       proxies say it of requests that were read whole, too
    429, whatever it says    Unavailable   turned away at the door
    4xx, a provider's code   by its table  the provider's own words
    401 402 403 404 407 …    Unavailable   our credentials, account or address are wrong: an operator's work,
                                           and no message's fault
    other 4xx, no code       Unavailable   not the provider's words: a proxy or firewall on the way
    5xx, whatever it says    Unknown       also 503: load balancers say it of requests whose answer they lost
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx

from outreach.domain.delivery import SendResult, Unavailable, Unknown

Answer = httpx.Response | Unavailable | Unknown
Exchange = Callable[[Sequence[httpx.Request]], Sequence[Answer]]
"""Posts every request once, and says in order what came back. Never raises, never repeats."""

Head = tuple[tuple[str, str], ...]
"""Headers of a request, by name."""


def post(url: httpx.URL, head: Head, content: bytes) -> httpx.Request:
    """A POST of these bytes. httpx alone would look for forms, files and encodings each time: 30 µs."""
    headers = _headers(url.netloc, head, len(content))
    request = httpx.Request("POST", url, headers=headers, stream=httpx.ByteStream(content))
    request.read()
    return request


@lru_cache(maxsize=4096)
def _headers(host: bytes, head: Head, length: int) -> httpx.Headers:
    return httpx.Headers([("Host", host.decode("ascii")), *head, ("Content-Length", str(length))])


begin_until: ContextVar[float] = ContextVar("begin_until", default=math.inf)
"""When, by the monotonic clock, no request may be begun any more: whoever holds the claim on the messages
sets it before it asks whether the claim holds, so that a process that was stopped anywhere in between,
and woke up when others had taken over, writes nothing."""

go_on: ContextVar[Callable[[], bool]] = ContextVar("go_on", default=lambda: True)
"""Asked just before a request is begun: False where an operator stopped it meanwhile. It asks this process's
memory only, so that it costs nothing."""

LONGEST_WAIT = timedelta(days=1)
OPERATOR = {
    401: "the credentials were turned away: check them",
    402: "the account has to be paid",
    403: "the account may not do this: check its rights",
    404: "no such account or project: check the settings",
    405: "not the provider's interface: check the base URL",
    407: "a proxy on the way wants credentials",
    421: "not the provider's interface: check the base URL",
    431: "the request was too large for the way there",
}
"""Statuses that tell of our side, not of the message: nothing was taken, and an operator has to act."""


def may_explain(response: httpx.Response) -> bool:
    """Whether the provider's own code may decide: a 4xx that says not taken and is not about load."""
    return response.is_client_error and response.status_code not in (408, 429)


def by_status(provider: str, response: httpx.Response) -> SendResult | None:
    """What the status alone decides, or None for a 2xx and for a 4xx whose body has to be asked."""
    status = response.status_code
    if status == 429:
        return Unavailable(f"{provider}: too many requests", retry_after(response.headers))
    if status in OPERATOR:
        return Unavailable(f"{provider}: HTTP {status}, {OPERATOR[status]}", retry_after(response.headers))
    if 300 <= status < 400 or status == 408 or status >= 500:
        return Unknown(f"{provider}: HTTP {status}")
    return None


def not_theirs(provider: str, response: httpx.Response) -> Unavailable:
    """A 4xx without the provider's own words: something on the way turned the request away."""
    return Unavailable(
        f"{provider}: HTTP {response.status_code} without a reason", retry_after(response.headers)
    )


def retry_after(headers: httpx.Headers) -> timedelta | None:
    """Retry-After in seconds or as a date (against the answer's own Date); None where it makes no sense."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return min(timedelta(seconds=int(said)), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def json_object(response: httpx.Response) -> Mapping[str, object]:
    """The JSON object in the body; empty where the body is anything else."""
    try:
        found: object = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return mapping(found)


def mapping(value: object) -> Mapping[str, object]:
    """A JSON value as an object; empty where it is something else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> Sequence[Mapping[str, object]]:
    """A JSON value as a list of objects; what is no object in it is left out."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """A JSON value as text; empty where it is something else."""
    return value if isinstance(value, str) else ""
