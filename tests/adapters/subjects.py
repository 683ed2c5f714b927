"""The HTTP senders as the conformance kit sees them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from outreach.adapters.fcm import FCM_ERROR, FcmPush, ServiceAccount
from outreach.adapters.sendgrid import SendGridAccount, SendGridEmail
from outreach.adapters.twilio import TwilioAccount, TwilioSms
from outreach.answers import Exchange
from outreach.mime import Mailbox
from tests.adapters.conformance import WORDS, Subject
from tests.adapters.loopback import Act, reply

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRM = Mailbox(address="warnings@firm.example", name="Firm")
PHONE, EMAIL, TOKEN = "+34600111222", "maria@people.example", "cJ3x:APA91bHun4MxP5egoKMwt2KZFBaFUH"
TWILIO_SECRET, SENDGRID_KEY, ACCESS = "a1b2c3d4twiliosecret", "SG.topsecretkey.rest", "ya29.accesstoken"


@lru_cache(maxsize=1)
def private_key() -> str:
    """A key for signing, made once a run."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def account(token_uri: str = "http://127.0.0.1/token", key: str | None = None) -> ServiceAccount:
    """A service account of nobody's."""
    return ServiceAccount(
        project="p1", email="robot@p1.example", key=key or private_key(), key_id="k1", token_uri=token_uri
    )


def twilio_account(url: str = "https://api.twilio.com", **more: str) -> TwilioAccount:
    """A Twilio account of nobody's."""
    settled = {"sender": "+15550001111", "callback": "https://firm.example/cb", **more}
    return TwilioAccount(sid="AC1", secret=TWILIO_SECRET, base_url=url, **settled)


def sendgrid_account(url: str = "https://api.sendgrid.com", **more: object) -> SendGridAccount:
    """A SendGrid account of nobody's."""
    return SendGridAccount(key=SENDGRID_KEY, sender=FIRM, base_url=url, **more)


def _twilio(url: str, exchange: Exchange) -> TwilioSms:
    return TwilioSms(twilio_account(url), exchange)


def _sendgrid(url: str, exchange: Exchange) -> SendGridEmail:
    # One message a request, as the kit counts; test_sendgrid_groups holds the groups to the same law.
    return SendGridEmail(sendgrid_account(url, group=1), exchange)


def _fcm(url: str, exchange: Exchange) -> FcmPush:
    return FcmPush(account(f"{url}/token"), exchange, lambda: NOW, base_url=url)


def sms_made(message: str) -> Act:
    """Twilio's answer to a message it took."""
    said = {"sid": f"SM{message}", "status": "queued", "body": WORDS, "to": PHONE, "date_sent": None}
    return reply(201, json.dumps(said).encode())


def email_made(message: str) -> Act:
    """SendGrid's answer: an empty body, and the id in a header."""
    return reply(202, b"", [("X-Message-Id", f"sg-{message}")])


def push_made(message: str) -> Act:
    """FCM's answer: the message's name."""
    return reply(200, json.dumps({"name": f"projects/p1/messages/{message}"}).encode())


SUBJECTS = {
    "twilio": Subject(
        make=_twilio,
        to=PHONE,
        good=sms_made,
        good_status=201,
        refusal=json.dumps({"code": 21211, "message": f"The 'To' number {PHONE}: {WORDS}"}).encode(),
        secrets=(TWILIO_SECRET,),
    ),
    "sendgrid": Subject(
        make=_sendgrid,
        to=EMAIL,
        good=email_made,
        good_status=202,
        refusal=json.dumps({"errors": [{"message": f"{EMAIL} {WORDS}", "field": "subject"}]}).encode(),
        secrets=(SENDGRID_KEY,),
        bodiless=True,
    ),
    "fcm": Subject(
        make=_fcm,
        to=TOKEN,
        good=push_made,
        good_status=200,
        refusal=json.dumps(
            {
                "error": {
                    "status": "NOT_FOUND",
                    "message": f"{TOKEN} {WORDS}",
                    "details": [{"@type": FCM_ERROR, "errorCode": "UNREGISTERED"}],
                }
            }
        ).encode(),
        secrets=(ACCESS,),
        not_taken=frozenset({503}),
        aside={b"/token": json.dumps({"access_token": ACCESS, "expires_in": 3599}).encode()},
    ),
}
