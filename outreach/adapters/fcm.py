"""Push through Firebase Cloud Messaging (HTTP v1), which reaches Android, iOS and browsers.

FCM cannot be asked what became of a message. Instead a repeat replaces the first: collapse key, Android tag
and apns-collapse-id are the same for every attempt. That is why a 503 may count as not taken here, and
nowhere else: Google documents it as "try again", and a repeat that was one too many is not seen.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import httpx
import jwt

from outreach.answers import (
    Answer,
    Exchange,
    by_status,
    json_object,
    mapping,
    may_explain,
    not_theirs,
    post,
    retry_after,
    rows,
    text,
)
from outreach.domain.delivery import (
    Accepted,
    CannotSay,
    Found,
    Question,
    Refused,
    SendResult,
    Unavailable,
    Unknown,
)
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.errors import SettingsError

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
BAD_TOKEN = "The registration token is not a valid FCM registration token"
TOKEN_HOUR = timedelta(hours=1)
TOKEN_MARGIN = timedelta(minutes=5)  # a token is renewed while it still holds
LONGEST_KEY = 64  # bytes of an apns-collapse-id

CODES: dict[str, Refused | Unavailable] = {
    "UNREGISTERED": Refused("the app was removed from the device", forget_contact=True),
    "SENDER_ID_MISMATCH": Refused("the token belongs to another project"),
    "QUOTA_EXCEEDED": Unavailable("more than the project may send now"),
    "UNAVAILABLE": Unavailable("overloaded"),
    "THIRD_PARTY_AUTH_ERROR": Unavailable("the APNs or web push credentials are wrong: check the project"),
}
"""FCM's own error codes (the v1 reference, ErrorCode). A mismatch forgets no token: a wrong project in the
settings would forget everybody's. INTERNAL is a 500, in doubt; INVALID_ARGUMENT is told apart below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """What a Google service account file says."""

    project: str
    email: str
    key: str = field(repr=False)
    key_id: str
    token_uri: str = "https://oauth2.googleapis.com/token"


def service_account(content: str) -> ServiceAccount:
    """Read a service account's JSON file. Raises SettingsError naming every field that is missing."""
    try:
        said = mapping(json.loads(content))
    except ValueError as error:
        raise SettingsError(["the FCM service account file is not JSON"]) from error
    needed = ("project_id", "client_email", "private_key", "private_key_id", "token_uri")
    missing = [name for name in needed if not text(said.get(name))]
    if missing:
        raise SettingsError([f"the FCM service account file lacks {name}" for name in missing])
    project, email, key, key_id, token_uri = (text(said[name]) for name in needed)
    return ServiceAccount(project=project, email=email, key=key, key_id=key_id, token_uri=token_uri)


class FcmPush:
    """A sender of push messages. `ttl` is how long FCM keeps one for a device that is off."""

    name = "fcm"
    channel = Channel.PUSH
    repeats_safely = True  # on the screen: the collapse keys are equal
    settles_after = timedelta(0)  # nobody is asked, so nothing is waited for

    def __init__(
        self,
        account: ServiceAccount,
        exchange: Exchange,
        now: Callable[[], datetime],
        *,
        ttl: timedelta | None = None,
        base_url: str = "https://fcm.googleapis.com",
    ) -> None:
        self._exchange = exchange
        self._ttl = ttl
        self._tokens = _Tokens(account, exchange, now)
        self._url = httpx.URL(f"{base_url}/v1/projects/{account.project}/messages:send")

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; several requests are in flight at once."""
        if not messages:
            return []
        bodies = [_body(message, self._ttl) for message in messages]
        answers = self._post(bodies, self._tokens.current())
        stale = [place for place, answer in enumerate(answers) if _turned_away(answer)]
        if stale:
            again = self._post([bodies[place] for place in stale], self._tokens.renewed())
            for place, answer in zip(stale, again, strict=True):
                answers[place] = answer
        return [_result(answer) for answer in answers]

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """CannotSay: FCM cannot be asked, and need not be."""
        return [CannotSay("fcm: cannot be asked", for_good=True)] * len(questions)

    def _post(self, bodies: Sequence[bytes], token: str | Unavailable) -> list[Answer]:
        if isinstance(token, Unavailable):
            return [token] * len(bodies)
        head = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        return list(self._exchange([post(self._url, head, body) for body in bodies]))


class _Tokens:
    """The access token, exchanged for a signed claim and kept until shortly before it ends."""

    def __init__(self, account: ServiceAccount, exchange: Exchange, now: Callable[[], datetime]) -> None:
        self._account = account
        self._exchange = exchange
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._until: datetime | None = None

    def current(self) -> str | Unavailable:
        """A token that holds, or why there is none: then nothing was sent, whatever befell the exchange."""
        with self._lock:
            if self._until is not None and self._now() < self._until:
                return self._token
            return self._exchanged()

    def renewed(self) -> str | Unavailable:
        """A fresh token, because the last one was turned away."""
        with self._lock:
            return self._exchanged()

    def _exchanged(self) -> str | Unavailable:
        now = self._now()
        try:
            claim = _claim(self._account, now)
        except (ValueError, jwt.PyJWTError):
            return Unavailable("the service account's key cannot sign: check the file")
        form = {"grant_type": GRANT, "assertion": claim}
        answer = self._exchange([httpx.Request("POST", self._account.token_uri, data=form)])[0]
        if not isinstance(answer, httpx.Response):
            return Unavailable(f"no access token: {answer.reason}")
        said = json_object(answer)
        token, seconds = text(said.get("access_token")), said.get("expires_in")
        if not answer.is_success or not (token and token.isascii() and token.isprintable()):
            return Unavailable(
                f"no access token: HTTP {answer.status_code}, check the service account",
                retry_after(answer.headers),
            )
        hold = timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < 10**6 else TOKEN_HOUR
        self._token, self._until = token, now + hold - TOKEN_MARGIN
        return token


def _claim(account: ServiceAccount, now: datetime) -> str:
    said = {
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": now,
        "exp": now + TOKEN_HOUR,
    }
    return jwt.encode(said, account.key, algorithm="RS256", headers={"kid": account.key_id})


def collapse_key(message: Message) -> str:
    """What a repeat shares with the first: the outreach, or where there is none the message's reference.

    Later steps of one outreach replace the earlier one too, which is meant: one warning on the screen.
    """
    key = message.thread or message.reference
    octets = key.encode(errors="replace")
    return key if len(octets) <= LONGEST_KEY else sha256(octets).hexdigest()


def _body(message: Message, ttl: timedelta | None) -> bytes:
    key = collapse_key(message)
    android: dict[str, object] = {"collapseKey": key, "priority": "HIGH", "notification": {"tag": key}}
    if ttl is not None:
        android["ttl"] = f"{int(ttl.total_seconds())}s"
    words = message.content
    return json.dumps(
        {
            "message": {
                "token": message.to,
                "notification": {"title": words.title, "body": words.text},
                "data": {"message": message.id, "reference": message.reference},
                "android": android,
                "apns": {"headers": {"apns-collapse-id": key, "apns-priority": "10"}},
            }
        }
    ).encode()


def _turned_away(answer: Answer) -> bool:
    """Whether our access token was not accepted (and not the project's credentials with a third party)."""
    if not isinstance(answer, httpx.Response) or answer.status_code != 401:
        return False
    return _fcm_code(json_object(answer)) != "THIRD_PARTY_AUTH_ERROR"


def _result(answer: Answer) -> SendResult:
    if not isinstance(answer, httpx.Response):
        return replace(answer, reason=f"fcm: {answer.reason}")
    said = json_object(answer)
    if answer.is_success:
        ref = text(said.get("name"))
        return Accepted(ref) if ref else Unknown(f"fcm: HTTP {answer.status_code} without a message name")
    if answer.status_code == 503:
        return Unavailable("fcm: overloaded", retry_after(answer.headers))
    if not may_explain(answer):
        return by_status("fcm", answer) or Unknown(f"fcm: HTTP {answer.status_code}")
    return _refusal(answer, said)


def _refusal(answer: httpx.Response, said: Mapping[str, object]) -> SendResult:
    code = _fcm_code(said)
    known = CODES.get(code)
    if isinstance(known, Unavailable):
        return Unavailable(f"fcm: {known.reason}", retry_after(answer.headers))
    if known is not None:
        return replace(known, reason=f"fcm: {known.reason}")
    error = mapping(said.get("error"))
    if error.get("status") == "INVALID_ARGUMENT":
        return _invalid(error)
    return by_status("fcm", answer) or not_theirs("fcm", answer)


def _fcm_code(said: Mapping[str, object]) -> str:
    details = rows(mapping(said.get("error")).get("details"))
    return next((text(d.get("errorCode")) for d in details if d.get("@type") == FCM_ERROR), "")


def _invalid(error: Mapping[str, object]) -> Refused:
    """INVALID_ARGUMENT is said of a malformed token, and of anything in our own request; the two must not be
    mixed up, or one bad template forgets everybody's token. A BadRequest detail names the field; FCM's own
    detail alone is said of both, and there only Google's sentence tells."""
    details = rows(error.get("details"))
    fields = [
        text(violation.get("field"))
        for detail in details
        if detail.get("@type") == BAD_REQUEST
        for violation in rows(detail.get("fieldViolations"))
    ]
    token = fields == ["message.token"] or (not fields and error.get("message") == BAD_TOKEN)
    if token:
        return Refused("fcm: not a registration token", forget_contact=True)
    return Refused("fcm: the request was found faulty")
