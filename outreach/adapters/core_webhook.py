"""A core system over signed webhooks (Standard Webhooks 1.0): holds, releases and freezes are posted to it.

What is posted, as JSON: `{"type": "transfer.hold", "data": {"call_id": …, "transfer_ref": …, "reason": …}}`,
the type `transfer.hold`, `transfer.release` or `transfer.freeze`. A hold that is asked for without the
person's word has `hold_seconds`, and a reason that is one of a few words. `webhook-id` is our call id: the
same request has the same one however often it comes, and is to be acted on once. 2xx means that it was heard,
not that it was done; 408, 409, 425, 429, 5xx and silence mean "again later"; any other answer is a refusal,
410 one of all.

What is asked of transfers: `{"type": "transfers.read", "data": {"refs": […]}}` to another address, answered
by `{"transfers": {ref: {"status": …, "hold_expires_at": …, "as_of": …}}}`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from outreach.domain.transfer import Transfer, read_transfers
from outreach.errors import CoreBusy, CoreRefused, SettingsError

PREFIX = "whsec_"
LONGEST_ANSWER = 4 * 2**20
LONGEST_WAIT = 3600.0
"""Seconds: a core that asks for more is asked again after this, so that nothing is put off for ever."""

AGAIN = frozenset({408, 409, 425, 429})
GONE = 410


def read_secrets(said: str, name: str) -> tuple[bytes, ...]:
    """Signing secrets, newest first. Raises SettingsError naming the setting only."""
    keys = []
    for place, part in enumerate(said.replace(",", " ").split(), 1):
        try:
            key = base64.b64decode(part.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not part.startswith(PREFIX) or not 24 <= len(key) <= 64:
            raise SettingsError([f"{name}: secret {place} must be {PREFIX} and 24 to 64 bytes in base64"])
        keys.append(key)
    if not keys:
        raise SettingsError([f"{name} is not set: requests to the core system are signed with it"])
    return tuple(keys)


def signature(keys: Sequence[bytes], id: str, timestamp: int, body: bytes) -> str:
    """`v1,…` by each key, blanks between: whoever knows one of them can check it."""
    signed = f"{id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class WebhookCore:
    """Posts requests to `url` and asks `transfers_url`, each within its seconds, whole.

    Redirects are refused, certificates checked. `now` is what requests are dated by.
    """

    url: str
    transfers_url: str
    keys: Sequence[bytes] = field(repr=False)
    now: Callable[[], datetime]
    seconds: float = 10.0
    transfers_seconds: float = 3.0
    verify: Any = True
    _is_gone: bool = field(default=False, init=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """What it says of these now; nothing where it has no address for that. Raises OSError."""
        if not self.transfers_url or not refs:
            return {}
        wanted = sorted(set(refs))
        body = _json("transfers.read", {"refs": wanted})
        id = "read_" + hashlib.sha256(body + self.now().isoformat().encode()).hexdigest()[:32]
        status, _, answer = self._post(self.transfers_url, id, body, self.transfers_seconds)
        if not 200 <= status < 300:
            raise CoreBusy(f"http_{status}")
        try:
            told = json.loads(answer)
        except (ValueError, RecursionError):
            raise CoreBusy("not_json") from None
        found = read_transfers(told.get("transfers") if isinstance(told, dict) else None)
        return {ref: found[ref] for ref in wanted if ref in found}

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        """Ask for a transfer hold."""
        self._request("transfer.hold", ref, reason, call_id, seconds)

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        """Ask to lift a transfer hold."""
        self._request("transfer.release", ref, reason, call_id)

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        """Ask to freeze what has left."""
        self._request("transfer.freeze", ref, reason, call_id)

    def _request(self, kind: str, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        length = {} if seconds is None else {"hold_seconds": seconds}
        self.tell(kind, {"call_id": call_id, "transfer_ref": ref, "reason": reason, **length}, call_id)

    def tell(self, kind: str, told: Mapping[str, object], id: str) -> None:
        """Post one thing, under this id however often it is posted. Raises CoreBusy, CoreRefused."""
        if self._is_gone:
            raise CoreRefused(f"http_{GONE}")
        status, headers, _ = self._post(self.url, id, _json(kind, told), self.seconds)
        if 200 <= status < 300:
            return
        if status in AGAIN or status >= 500:
            raise CoreBusy(f"http_{status}", _after(headers.get("retry-after"), self.now()))
        self._is_gone = status == GONE  # until this process is started anew: nobody is there to hear the rest
        raise CoreRefused(f"http_{status}")

    def _post(self, url: str, id: str, body: bytes, seconds: float) -> tuple[int, httpx.Headers, bytes]:
        timestamp = int(self.now().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.keys, id, timestamp, body),
        }
        until = time.monotonic() + seconds
        try:
            with self._line().stream("POST", url, content=body, headers=headers, timeout=seconds) as answer:
                return answer.status_code, answer.headers, _read(answer, until)
        except httpx.TimeoutException:
            raise CoreBusy("timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):  # its words may hold the address
            raise CoreBusy("unreachable") from None

    def _line(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(verify=self.verify, follow_redirects=False)
            weakref.finalize(self, self._client.close)
        return self._client


def _json(kind: str, told: Mapping[str, object]) -> bytes:
    return json.dumps({"type": kind, "data": told}, ensure_ascii=False, separators=(",", ":")).encode()


def _read(answer: httpx.Response, until: float) -> bytes:
    """The body, as long as it comes in time and in measure."""
    parts, length = [], 0
    for part in answer.iter_bytes():
        parts.append(part)
        length += len(part)
        if time.monotonic() > until:
            raise CoreBusy("timeout")
        if length > LONGEST_ANSWER:
            raise CoreBusy("answer_too_long")
    return b"".join(parts)


def _after(said: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a Retry-After in seconds or as a date."""
    if said is None:
        return None
    if said.strip().isascii() and said.strip().isdigit():
        return min(float(said), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WAIT)
