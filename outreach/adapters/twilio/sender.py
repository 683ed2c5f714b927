"""SMS through Twilio: its SDK says how a request is made and what an error means, our line carries both.

Twilio takes no idempotency key for messages, so every doubt stays a doubt here: `Unknown`, which is settled
by asking for the messages to this number and finding our reference in the body, or by a status callback,
whose URL carries our message id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from urllib.parse import quote, quote_plus

import httpx
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

from outreach.adapters.twilio.account import TwilioAccount, basic
from outreach.adapters.twilio.asking import ask
from outreach.adapters.twilio.codes import CODES
from outreach.answers import (
    Answer,
    Exchange,
    Head,
    by_status,
    json_object,
    may_explain,
    not_theirs,
    post,
    retry_after,
)
from outreach.domain.delivery import Accepted, Found, Question, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Message
from outreach.domain.scale import Channel

_Steps = Coroutine[object, object, object]


class TwilioSms:
    """A sender of SMS."""

    channel = Channel.SMS
    repeats_safely = False

    def __init__(self, account: TwilioAccount, exchange: Exchange, name: str = "twilio") -> None:
        self.name = name
        self._account = account
        self._exchange = exchange
        self.settles_after = account.settles_after
        # A told environment, or else the SDK reads the process's own.
        nothing = {"TWILIO_EDGE": ""}
        client = Client(
            account.key or account.sid,
            account.secret,
            account.sid,
            http_client=_Desk(),
            environment=nothing,
        )
        client.api.base_url = account.base_url
        self._create: Callable[..., _Steps] = client.api.v2010.account.messages.create_async

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; several requests are in flight at once."""
        requests = [self._request(message) for message in messages]
        answers = iter(self._exchange([request for request in requests if request is not None]))
        return [
            UNSAYABLE if request is None else self._result(message, next(answers))
            for message, request in zip(messages, requests, strict=True)
        ]

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """Whether our reference is in any message to their number since then."""
        return ask(self._account, self._exchange, questions)

    def _request(self, message: Message) -> httpx.Request | None:
        """What the SDK would write (a test compares), without the 40 µs that it takes."""
        form = {"To": message.to}
        if self._account.callback:
            form["StatusCallback"] = callback_url(self._account.callback, message.id)
        sender = message.sender or self._account.sender
        form["MessagingServiceSid" if _is_service(sender) else "From"] = sender
        form["Body"] = message.content.text
        try:
            return post(*self._desk, _form(form))
        except ValueError:  # e.g. a lone surrogate in the text
            return None

    @cached_property
    def _desk(self) -> tuple[httpx.URL, Head]:
        """Where the SDK hands in its requests, and their headers but for the length."""
        call = _Call.of(self._create(to="+1", body="?", from_="+1"))
        call.steps.close()
        assert call.request is not None
        said = ((name.decode(), value.decode()) for name, value in call.request.headers.raw)
        head = tuple((n, v) for n, v in said if n.lower() not in ("host", "content-length"))
        return call.request.url, head

    def _result(self, message: Message, answer: Answer) -> SendResult:
        if not isinstance(answer, httpx.Response):
            return replace(answer, reason=f"twilio: {answer.reason}")
        if answer.status_code == 201 and (sid := _sid(json_object(answer).get("sid"))):
            return Accepted(sid)  # nearly all; the SDK would parse every date of it for 20 µs
        return _read(_Call.of(self._create(to=message.to, body="?", from_="+1")), answer)


def _is_service(sender: str) -> bool:
    return len(sender) == SERVICE_LENGTH and sender.startswith("MG")  # MGM may be a firm's name


SERVICE_LENGTH = 34
"""Of a messaging service's id: MG and 32 hex digits."""

UNSAYABLE = Refused("the message cannot be put into a request")


def callback_url(callback: str, message_id: str) -> str:
    """The callback with our message id in its query: it comes back with every status."""
    return f"{callback}{'&' if '?' in callback else '?'}message={quote(message_id, safe='')}"


@dataclass(frozen=True, slots=True)
class _Call:
    """The SDK's own coroutine, stopped at the network: what it yields is the request, and it is sent the
    answer. So the SDK both builds and reads, and no event loop runs."""

    steps: _Steps
    request: httpx.Request | None

    @classmethod
    def of(cls, steps: _Steps) -> _Call:
        try:
            request = steps.send(None)
        except (TwilioException, ValueError, TypeError):  # e.g. a lone surrogate in the text
            return cls(steps, None)
        return cls(steps, request if isinstance(request, httpx.Request) else None)

    def sid(self, response: httpx.Response) -> str:
        """The id of the message that was made, or nothing; raises TwilioException where it says an error."""
        try:
            self.steps.send(TwilioResponse(response.status_code, response.content.decode(errors="replace")))
        except StopIteration as end:
            return _sid(getattr(end.value, "sid", None))
        return ""


def _sid(said: object) -> str:
    return said if isinstance(said, str) and said.startswith(("SM", "MM")) else ""


class _Stop:
    """What a coroutine of the SDK waits for at the network."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request

    def __await__(self) -> Generator[httpx.Request, TwilioResponse, TwilioResponse]:
        return (yield self._request)


class _Desk(AsyncHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """Where the SDK hands in its requests."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("outreach.twilio"), is_async=True)

    async def request(  # noqa: PLR0913 - the SDK's shape
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: FBT001, FBT002
    ) -> TwilioResponse:
        """Write the request down, and wait for its answer."""
        # httpx would form-encode, parse the URL and build the credentials anew each time: 100 µs a message.
        sent = _head(tuple((headers or {}).items()), *(auth or ("", "")))
        return await _Stop(httpx.Request(method, _url(uri), headers=sent, content=_form(data or {})))


@lru_cache(maxsize=8)
def _url(uri: str) -> httpx.URL:
    return httpx.URL(uri)


@lru_cache(maxsize=8)
def _head(headers: tuple[tuple[str, str], ...], user: str, secret: str) -> httpx.Headers:
    return httpx.Headers([*headers, ("Authorization", basic(user, secret))])


def _form(fields: Mapping[str, object]) -> bytes:
    return "&".join([f"{_name(name)}={_quoted(str(value))}" for name, value in fields.items()]).encode()


_name = lru_cache(maxsize=32)(quote_plus)  # the SDK's few names


def _quoted(text: str) -> str:
    """A form value. Beyond ASCII nearly every byte has to be quoted, so all are: 1 µs instead of 20."""
    return text.translate(_ASCII) if text.isascii() else "%" + text.encode().hex("%").upper()


_ASCII = {number: quote_plus(chr(number)) for number in range(128)}


def _read(call: _Call, answer: httpx.Response) -> SendResult:
    """What the SDK makes of an answer that is not simply a message id."""
    try:
        sid = call.sid(answer)
    except TwilioException as error:
        return _error(getattr(error, "code", None), answer)
    except Exception:  # the SDK met a body that it cannot read; which way it fell over proves nothing
        sid = ""
    if answer.is_success and sid:
        return Accepted(sid)
    return by_status("twilio", answer) or Unknown(f"twilio: HTTP {answer.status_code} without a message id")


def _error(code: object, answer: httpx.Response) -> SendResult:
    """What an error means. The SDK fills a missing code with the HTTP status: that is not Twilio's word."""
    said = code if isinstance(code, int) and 10_000 <= code <= 99_999 else 0
    if not may_explain(answer):
        return by_status("twilio", answer) or Unknown(f"twilio: HTTP {answer.status_code}")
    known = CODES.get(said)
    if isinstance(known, Unavailable):
        wait = retry_after(answer.headers)
        return replace(known, reason=f"twilio {said}: {known.reason}", retry_after=wait)
    if known is not None:
        return replace(known, reason=f"twilio {said}: {known.reason}")
    decided = by_status("twilio", answer)
    if decided is not None:
        return decided
    return Refused(f"twilio {said}") if said else not_theirs("twilio", answer)
