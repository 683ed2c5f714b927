"""Status callbacks: Twilio's later word on a message, believed only with its signature.

The signature covers the address that Twilio called and every field of the form, however often a field comes;
our message id is in that address. It covers no time: what is played again is known by its event id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from re import compile
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator

from outreach.adapters.twilio.codes import CODES
from outreach.domain.callback import Called, Heard, Outcome, TurnedAway, is_our_id
from outreach.domain.delivery import Receipt, Refused, Status

SIGNATURE = "x-twilio-signature"
MOST_FIELDS = 200
"""Twilio sends about fifteen."""

_SID = compile(r"(SM|MM)[0-9a-f]{32}")

STATUSES: Mapping[str, Status] = {
    "accepted": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "queued": Status.ACCEPTED,
    "sending": Status.ACCEPTED,
    "sent": Status.SENT,
    "partially_delivered": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.UNDELIVERED,  # or refused, by its code
    "canceled": Status.UNDELIVERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """An account whose callbacks we take: the provider its receipts are filed under, the account's own token
    (never an API key's secret), and the callback address it was told, if it was told another than ours."""

    provider: str
    token: str = field(repr=False)
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Believed:
    """A call that one of the accounts has signed, and the address under which it did."""

    provider: str
    url: str
    form: Form


class Signatories:
    """Believes calls of these accounts, by account SID."""

    def __init__(self, accounts: Mapping[str, Signatory]) -> None:
        self._accounts = {sid: (each, RequestValidator(each.token)) for sid, each in accounts.items()}

    def believe(self, called: Called, *, is_told: bool = False) -> Believed | TurnedAway:
        """The call, where its signature fits; `is_told`: to the address that the account was told, too."""
        signature = called.headers.get(SIGNATURE, "")
        if not signature:
            return TurnedAway(Outcome.UNSIGNED)
        form = _form(called.body)
        account, validator = self._accounts.get(form.one("AccountSid"), (None, None))
        if account is None:
            return TurnedAway(Outcome.FORGED)
        for url in _urls(called.urls, account.callback if is_told else ""):
            if _fits(validator, url, form, signature):
                return Believed(account.provider, url, form)
        return TurnedAway(Outcome.FORGED)


class TwilioReceipts:
    """Reads status callbacks of these accounts, by account SID."""

    def __init__(self, accounts: Mapping[str, Signatory]) -> None:
        self._signatories = Signatories(accounts)

    def __call__(self, called: Called, now: datetime) -> Heard | TurnedAway:
        """The receipt of one callback."""
        believed = self._signatories.believe(called, is_told=True)
        if isinstance(believed, TurnedAway):
            return believed
        return _heard(believed.provider, believed.url, believed.form, now)


class Form(dict[str, list[str]]):
    """A form whose fields may come several times, as the SDK asks for them."""

    def getall(self, name: str) -> Sequence[str]:
        """Every value of a field."""
        return self.get(name, [])

    def one(self, name: str) -> str:
        """The value of a field; nothing where it is not there, or has two."""
        values = set(self.getall(name))
        return values.pop() if len(values) == 1 else ""


def _form(body: bytes) -> Form:
    """The form in a body; empty where there is none. A field without a value is signed, too."""
    try:
        text = body.decode("ascii")
        return Form(parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return Form()


def _urls(urls: Sequence[str], told: str) -> list[str]:
    """The addresses that may have been signed: where Twilio was told to call, with the query that came."""
    if not told or not urls:
        return list(urls)
    return [f"{told.partition('?')[0]}?{urls[0].partition('?')[2]}", *urls]


def _fits(validator: RequestValidator, url: str, form: Form, signature: str) -> bool:
    try:
        return bool(validator.validate(url, form, signature))
    except ValueError:  # e.g. a port that is no number
        return False


def _heard(provider: str, url: str, form: Form, now: datetime) -> Heard:
    message = parse_qs(urlsplit(url).query).get("message", [])
    if len(message) != 1 or not is_our_id(message[0]):
        return Heard(provider=provider, left_out=Counter([Outcome.NOT_OURS]))
    word = form.one("MessageStatus") or form.one("SmsStatus")
    sid = form.one("MessageSid") or form.one("SmsSid")
    status = STATUSES.get(word)
    if status is None or not _SID.fullmatch(sid):
        return Heard(provider=provider, left_out=Counter([Outcome.UNREADABLE]))
    code = _code(form.one("ErrorCode"))
    receipt = Receipt(
        provider=provider,
        id=sha256(f"{sid}:{word}".encode()).hexdigest(),
        message=message[0],
        ref=sid,
        status=Status.REFUSED if word == "failed" and isinstance(CODES.get(code), Refused) else status,
        at=now,  # a status callback tells no time
        word=f"{word} {code}" if code else word,
        consent=False if _is_opt_out(status, code) else None,
    )
    return Heard(provider=provider, receipts=(receipt,))


def _is_opt_out(status: Status, code: int) -> bool:
    told = CODES.get(code)
    return status is Status.UNDELIVERED and isinstance(told, Refused) and told.opted_out


def _code(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) == 5 else 0
