"""Callbacks as providers sign them: made with the SDKs' own validator and with a key of our own."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from outreach.adapters.sendgrid.receipts import SIGNATURE as SENDGRID_SIGNATURE
from outreach.adapters.sendgrid.receipts import TIMESTAMP
from outreach.adapters.twilio.receipts import SIGNATURE, Form

ACCOUNT, TOKEN = "AC" + "1" * 32, "a token for tests"
SECOND, SECOND_TOKEN = "AC" + "2" * 32, "another token for tests"
MESSAGE = "0a" * 16
SID = "SM" + "ab" * 16
SIGNED_AT = datetime(2027, 3, 1, 12, tzinfo=UTC)

Fields = Sequence[tuple[str, str]]


def status_form(status: str = "delivered", account: str = ACCOUNT, **more: str) -> Fields:
    """The fields of a status callback, in no order."""
    fields = {
        "MessageStatus": status,
        "SmsStatus": status,
        "MessageSid": SID,
        "SmsSid": SID,
        "To": "+15550100",
    }
    return [*{**fields, "AccountSid": account, "From": "", **more}.items()]


def twilio_signature(url: str, fields: Fields, token: str = TOKEN) -> str:
    """What Twilio puts into the header."""
    form = Form()
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return str(RequestValidator(token).compute_signature(url, form))


def twilio_request(url: str, fields: Fields, token: str = TOKEN) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a callback to this address."""
    return urlencode(fields).encode(), {
        SIGNATURE: twilio_signature(url, fields, token),
        "content-type": "application/x-www-form-urlencoded",
    }


@cache
def private_key() -> ec.EllipticCurvePrivateKey:
    """One key for the session."""
    return ec.generate_private_key(ec.SECP256R1())


def public_key() -> str:
    """Its public half, as SendGrid shows it."""
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(
        private_key().public_key().public_bytes(serialization.Encoding.DER, shape)
    ).decode()


def sendgrid_headers(body: bytes, at: datetime = SIGNED_AT) -> dict[str, str]:
    """The headers of a signed body."""
    seconds = str(int(at.timestamp()))
    signature = private_key().sign(seconds.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        SENDGRID_SIGNATURE: base64.b64encode(signature).decode(),
        TIMESTAMP: seconds,
        "content-type": "application/json",
    }


def an_event(
    word: str = "delivered", id: str = "e1", message: str = MESSAGE, **more: object
) -> Mapping[str, object]:
    """An event as SendGrid posts it, our id beside its own names."""
    return {
        "email": "ana@mail.example",
        "event": word,
        "sg_event_id": id,
        "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-5F5FC76C-9.0",
        "timestamp": int(SIGNED_AT.timestamp()) - 10,
        "message": message,
        **more,
    }


def sendgrid_request(said: object, at: datetime = SIGNED_AT) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a signed body of events."""
    body = (json.dumps(said) + "\r\n").encode()
    return body, sendgrid_headers(body, at)
