"""What FCM's answers mean, as a table; what it is sent; and how the access token lives."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from outreach.adapters.fcm import BAD_REQUEST, BAD_TOKEN, FCM_ERROR, FcmPush, collapse_key, service_account
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.errors import SettingsError
from tests.adapters.subjects import NOW, SUBJECTS, account, private_key

MESSAGE = SUBJECTS["fcm"].message(7)


class Google:
    """Both of Google's endpoints: tokens are numbered, and `messages` says what a push is answered."""

    def __init__(self, *messages: httpx.Response) -> None:
        self.messages = list(messages)
        self.now: datetime = NOW
        self.claims: list[str] = []
        self.pushes: list[httpx.Request] = []
        self.token: httpx.Response | Unavailable | Unknown | None = None

    def __call__(self, requests):
        return [self.one(request) for request in requests]

    def one(self, request: httpx.Request):
        if request.url.path == "/token":
            self.claims.append(request.content.decode().partition("assertion=")[2])
            return self.token or httpx.Response(
                200, json={"access_token": f"t{len(self.claims)}", "expires_in": 3600}
            )
        self.pushes.append(request)
        return (
            self.messages.pop(0) if self.messages else httpx.Response(200, json={"name": "projects/p1/m/1"})
        )

    def sender(self, **more: object) -> FcmPush:
        return FcmPush(account(), self, lambda: self.now, **more)


def error(status: int, name: str, *details: dict[str, object], message: str = "") -> httpx.Response:
    said = {"code": status, "status": name, "message": message, "details": list(details)}
    return httpx.Response(status, json={"error": said}, headers={"Retry-After": "4"})


def fcm(code: str) -> dict[str, object]:
    return {"@type": FCM_ERROR, "errorCode": code}


def field(*names: str) -> dict[str, object]:
    return {"@type": BAD_REQUEST, "fieldViolations": [{"field": n, "description": "x"} for n in names]}


TOKEN = Refused("fcm: not a registration token", forget_contact=True)
FAULTY = Refused("fcm: the request was found faulty")
INVALID = fcm("INVALID_ARGUMENT")
WAIT = timedelta(seconds=4)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (
            error(404, "NOT_FOUND", fcm("UNREGISTERED")),
            Refused("fcm: the app was removed from the device", forget_contact=True),
        ),
        (
            error(404, "NOT_FOUND"),
            Unavailable("fcm: HTTP 404, no such account or project: check the settings", WAIT),
        ),
        (
            error(403, "PERMISSION_DENIED", fcm("SENDER_ID_MISMATCH")),
            Refused("fcm: the token belongs to another project"),
        ),
        (error(400, "INVALID_ARGUMENT", INVALID, message=BAD_TOKEN), TOKEN),
        (error(400, "INVALID_ARGUMENT", INVALID, field("message.token")), TOKEN),
        (error(400, "INVALID_ARGUMENT", INVALID), FAULTY),
        (error(400, "INVALID_ARGUMENT", INVALID, field("message.android.ttl")), FAULTY),
        (error(400, "INVALID_ARGUMENT", INVALID, field("message.token", "message.data")), FAULTY),
        (error(400, "INVALID_ARGUMENT", field("message"), message=BAD_TOKEN), FAULTY),
        (
            error(429, "RESOURCE_EXHAUSTED", fcm("QUOTA_EXCEEDED")),
            Unavailable("fcm: too many requests", WAIT),
        ),
        (error(503, "UNAVAILABLE", fcm("UNAVAILABLE")), Unavailable("fcm: overloaded", WAIT)),
        (error(500, "INTERNAL", fcm("INTERNAL")), Unknown("fcm: HTTP 500")),
        (error(504, "DEADLINE_EXCEEDED"), Unknown("fcm: HTTP 504")),
        (
            error(401, "UNAUTHENTICATED", fcm("THIRD_PARTY_AUTH_ERROR")),
            Unavailable("fcm: the APNs or web push credentials are wrong: check the project", WAIT),
        ),
    ],
)
def test_an_error_of_fcm_means(response: httpx.Response, expected: SendResult) -> None:
    google = Google(response)
    assert google.sender().send_many([MESSAGE]) == [expected]
    assert len(google.pushes) == 1


def test_a_repeat_replaces_the_first_on_the_device() -> None:
    google = Google()
    sender = google.sender()
    sender.send_many([MESSAGE])
    sender.send_many([replace(MESSAGE, attempt=2)])
    first, second = (json.loads(push.content)["message"] for push in google.pushes)
    assert first == second
    key = MESSAGE.thread
    assert first["android"]["collapseKey"] == first["android"]["notification"]["tag"] == key
    assert first["apns"]["headers"]["apns-collapse-id"] == key


def test_a_collapse_key_fits_apns() -> None:
    assert collapse_key(replace(MESSAGE, thread="")) == MESSAGE.reference
    long = collapse_key(replace(MESSAGE, thread="é" * 60))
    assert len(long.encode()) <= 64
    assert long == collapse_key(replace(MESSAGE, thread="é" * 60))
    assert long != collapse_key(replace(MESSAGE, thread="é" * 61))


def test_the_push_carries_words_our_id_and_how_long_it_may_wait() -> None:
    google = Google()
    google.sender(ttl=timedelta(hours=2)).send_many([MESSAGE])
    said = json.loads(google.pushes[0].content)["message"]
    assert said["token"] == MESSAGE.to
    assert said["data"] == {"message": MESSAGE.id, "reference": MESSAGE.reference}
    assert said["notification"] == {"title": MESSAGE.content.title, "body": MESSAGE.content.text}
    assert said["android"]["ttl"] == "7200s"
    assert said["android"]["priority"] == "HIGH"


def test_the_claim_is_signed_for_the_token_endpoint() -> None:
    google = Google()
    google.sender().send_many([MESSAGE])
    public = load_pem_private_key(private_key().encode(), None).public_key()
    said = jwt.decode(
        google.claims[0],
        public,
        algorithms=["RS256"],
        audience=account().token_uri,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert said["iss"] == account().email
    assert said["exp"] - said["iat"] == 3600
    assert jwt.get_unverified_header(google.claims[0])["kid"] == "k1"


def test_a_token_is_kept_until_shortly_before_it_ends() -> None:
    google = Google()
    sender = google.sender()
    for minutes in (0, 30, 54):
        google.now = NOW + timedelta(minutes=minutes)
        sender.send_many([MESSAGE])
    assert len(google.claims) == 1
    google.now = NOW + timedelta(minutes=56)
    sender.send_many([MESSAGE])
    assert [push.headers["authorization"] for push in google.pushes][-2:] == ["Bearer t1", "Bearer t2"]


def test_a_token_that_is_turned_away_is_renewed_once() -> None:
    google = Google(error(401, "UNAUTHENTICATED"))
    assert isinstance(google.sender().send_many([MESSAGE])[0], Accepted)
    assert [push.headers["authorization"] for push in google.pushes] == ["Bearer t1", "Bearer t2"]
    google = Google(*[error(401, "UNAUTHENTICATED")] * 3)
    assert isinstance(google.sender().send_many([MESSAGE])[0], Unavailable)
    assert len(google.pushes) == 2


@pytest.mark.parametrize(
    "token",
    [
        Unknown("connection lost"),
        Unavailable("no connection"),
        httpx.Response(500),
        httpx.Response(400, json={"error": "invalid_grant"}),
        httpx.Response(200, json={"access_token": "two\r\nlines"}),
        httpx.Response(200, content=b"[]"),
    ],
)
def test_without_an_access_token_nothing_was_sent(token: httpx.Response | Unavailable | Unknown) -> None:
    google = Google()
    google.token = token
    results = google.sender().send_many([MESSAGE, MESSAGE])
    assert [type(result) for result in results] == [Unavailable, Unavailable]
    assert not google.pushes
    assert len(google.claims) == 1


def test_a_key_that_cannot_sign_is_unavailable() -> None:
    sender = FcmPush(account(key="no key"), Google(), lambda: NOW)
    assert isinstance(sender.send_many([MESSAGE])[0], Unavailable)


def test_a_service_account_file_is_read_whole() -> None:
    said = {
        "project_id": "p1",
        "client_email": "robot@p1.example",
        "private_key": private_key(),
        "private_key_id": "k1",
        "token_uri": "http://127.0.0.1/token",
    }
    assert service_account(json.dumps(said)) == account()
    assert private_key() not in repr(account())


def test_everything_that_a_service_account_file_lacks_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        service_account('{"project_id": "p1", "private_key": 5}')
    assert len(refusal.value.problems) == 4
    with pytest.raises(SettingsError, match="not JSON"):
        service_account("{")
