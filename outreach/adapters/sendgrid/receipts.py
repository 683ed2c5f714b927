"""The event webhook: SendGrid's later word on messages, thousands in one body, believed only with its
signature, which covers a timestamp and the raw body."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from re import ASCII, compile

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from sendgrid.helpers.eventwebhook import EventWebhook

from outreach.adapters.sendgrid.mail import OUR_ID
from outreach.domain.callback import Called, Heard, Outcome, TurnedAway, is_our_id
from outreach.domain.delivery import Receipt, Status
from outreach.errors import SettingsError

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
PROVIDER = "sendgrid"

_SECONDS = compile(r"[0-9]{9,11}")
_ID = compile(r"[\w.=+/-]{1,128}", ASCII)
_REF = compile(r"[\x21-\x7e]{1,255}")

STATUSES: Mapping[str, Status] = {
    "processed": Status.ACCEPTED,
    "deferred": Status.ACCEPTED,
    "delivered": Status.DELIVERED,
    "bounce": Status.UNDELIVERED,
    "blocked": Status.UNDELIVERED,
    "dropped": Status.REFUSED,
    # A scanner may open what is bounced afterwards: that it was fetched proves no delivery to a mailbox.
    "open": Status.SENT,
    "click": Status.SENT,
    "spamreport": Status.DELIVERED,
    "unsubscribe": Status.SENT,
    "group_unsubscribe": Status.SENT,
    "group_resubscribe": Status.SENT,
}
OPENED = frozenset({"open", "click"})

CONSENTS: Mapping[str, bool] = {
    "unsubscribe": False,
    "group_unsubscribe": False,
    "spamreport": False,
    "group_resubscribe": True,
}
OPTED_OUT = frozenset({"unsubscribed address", "spam reporting address"})
"""Why SendGrid dropped a mail to somebody who had told it to send no more."""


class SendGridReceipts:
    """Reads event bodies signed with this key (base64, as SendGrid shows it) within `window` of now.

    Raises SettingsError where it is no such key.
    """

    def __init__(self, key: str, window: timedelta) -> None:
        self._window = window
        try:
            self._webhook = EventWebhook(key)
        except Exception:  # the libraries below have many ways to say so
            self._webhook = None
        if self._webhook is None or not isinstance(self._webhook.public_key, EllipticCurvePublicKey):
            raise SettingsError(["sendgrid.event_key is not the verification key that SendGrid shows"])

    def __call__(self, called: Called, now: datetime) -> Heard | TurnedAway:
        """The receipts of one body; what is good of it is kept, what is not is counted."""
        signature, at = called.headers.get(SIGNATURE, ""), called.headers.get(TIMESTAMP, "")
        if not signature or not at:
            return TurnedAway(Outcome.UNSIGNED)
        if not _SECONDS.fullmatch(at) or not self._is_signed(called.body, signature, at):
            return TurnedAway(Outcome.FORGED)
        if abs(now - datetime.fromtimestamp(int(at), UTC)) > self._window:
            return TurnedAway(Outcome.STALE)
        return _heard(called.body, now)

    def _is_signed(self, body: bytes, signature: str, at: str) -> bool:
        try:
            return bool(self._webhook.verify_signature(body.decode("utf-8"), signature, at))
        except ValueError:  # the SDK raises on malformed base64; and what is no UTF-8 is not SendGrid's
            return False


def _heard(body: bytes, now: datetime) -> Heard | TurnedAway:
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        return TurnedAway(Outcome.UNREADABLE)
    if not isinstance(said, list):
        return TurnedAway(Outcome.UNREADABLE)
    receipts: list[Receipt] = []
    left_out: Counter[Outcome] = Counter()
    for one in said:
        read = _receipt(one, now)
        if isinstance(read, Receipt):
            receipts.append(read)
        else:
            left_out[read] += 1
    return Heard(provider=PROVIDER, receipts=tuple(receipts), left_out=left_out)


def _receipt(said: object, now: datetime) -> Receipt | Outcome:
    if not isinstance(said, dict):
        return Outcome.UNREADABLE
    # The account may send more than ours: what bears no id of ours is somebody else's.
    message, id, word = (_text(said.get(name)) for name in (OUR_ID, "sg_event_id", "event"))
    if not is_our_id(message):
        return Outcome.NOT_OURS
    status = STATUSES.get(word)
    if status is None or not _ID.fullmatch(id):
        return Outcome.UNREADABLE
    ref = _text(said.get("sg_message_id"))
    return Receipt(
        provider=PROVIDER,
        id=id,
        message=message,
        ref=ref if _REF.fullmatch(ref) else "",
        status=status,
        at=_moment(said.get("timestamp"), now),
        word=word,
        is_opened=word in OPENED,
        consent=_consent(word, said),
    )


def _consent(word: str, said: Mapping[str, object]) -> bool | None:
    if word == "dropped" and _text(said.get("reason")).strip().lower() in OPTED_OUT:
        return False
    return CONSENTS.get(word)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


EARLIEST = datetime(2020, 1, 1, tzinfo=UTC).timestamp()


def _moment(said: object, now: datetime) -> datetime:
    """When it happened by SendGrid's clock; now, where that makes no sense."""
    if type(said) is not int or not EARLIEST <= said <= now.timestamp():
        return now
    return datetime.fromtimestamp(said, UTC)
