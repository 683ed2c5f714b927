"""Tokens: a signed leave to answer one message, for one purpose, until a moment. It names nobody."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest

Keys = Mapping[str, bytes]
"""Key id (1-8 of A-Z a-z 0-9 _ -) → secret of 16 bytes or more. Old keys stay until their tokens expire."""

SHORTEST_KEY = 16
_MAC_BYTES = 16  # 128 bits: a truncated HMAC-SHA256 is as good as its length, and the link stays short
_CONTEXT = b"outreach token 1\x00"  # the same secret, used elsewhere, never signs a token
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,8}")
_ID = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,8})\.([A-Za-z0-9_-]{50})\.([A-Za-z0-9_-]{22})")


class Purpose(StrEnum):
    """What a token allows; one token, one purpose. The letter travels in the token."""

    ANSWER = "a"
    UNSUBSCRIBE = "u"
    REPORT = "r"


class Refusal(StrEnum):
    """Why a token is not honoured."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"
    OTHER_PURPOSE = "other_purpose"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Ids are 32 lower-case hex characters; `expires_at` is aware and counts in whole seconds."""

    message: str
    person: str
    purpose: Purpose
    expires_at: datetime
    key_id: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """A token that is not honoured, and why."""

    reason: Refusal


def sign(token: Token, keys: Keys) -> str:
    """The token as about 76 url-safe characters: `key.payload.mac`.

    Raises ValueError where the key is missing, short or badly named, or an id is not 32 hex characters.
    """
    if not _KEY_ID.fullmatch(token.key_id) or len(keys.get(token.key_id, b"")) < SHORTEST_KEY:
        raise ValueError(
            f"no usable key {token.key_id!r}: keys need 16 bytes and an id of 1-8 letters or digits"
        )
    signed = f"{token.key_id}.{_encode(_pack(token))}"
    return f"{signed}.{_mac(signed, keys[token.key_id])}"


def read_token(text: str, keys: Keys, now: datetime, purpose: Purpose = Purpose.ANSWER) -> Token | Invalid:
    """The token this text carries, if we signed exactly this text for this purpose and it has not expired."""
    shape = _TOKEN.fullmatch(text)
    if shape is None:
        return Invalid(Refusal.MALFORMED)
    key_id, payload, mac = shape.groups()
    if key_id not in keys:
        return Invalid(Refusal.UNKNOWN_KEY)
    # The encoded text is compared: base64 has several spellings of the same bytes, and one must be enough.
    if not compare_digest(mac, _mac(f"{key_id}.{payload}", keys[key_id])):
        return Invalid(Refusal.FORGED)
    raw = urlsafe_b64decode(payload + "==")
    if raw[:1] != purpose.value.encode():
        return Invalid(Refusal.OTHER_PURPOSE)
    token = _unpack(raw, purpose, key_id)
    return Invalid(Refusal.EXPIRED) if now >= token.expires_at else token


def _pack(token: Token) -> bytes:
    if not (_ID.fullmatch(token.message) and _ID.fullmatch(token.person)):
        raise ValueError("a token's ids are 32 lower-case hex characters each")
    seconds = int(token.expires_at.timestamp()).to_bytes(4, "big")
    return token.purpose.value.encode() + seconds + bytes.fromhex(token.message + token.person)


def _unpack(payload: bytes, purpose: Purpose, key_id: str) -> Token:
    return Token(
        purpose=purpose,
        expires_at=datetime.fromtimestamp(int.from_bytes(payload[1:5], "big"), UTC),
        message=payload[5:21].hex(),
        person=payload[21:].hex(),
        key_id=key_id,
    )


def _mac(signed: str, key: bytes) -> str:
    return _encode(hmac_digest(key, _CONTEXT + signed.encode(), sha256)[:_MAC_BYTES])


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
