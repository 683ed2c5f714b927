"""Email through SendGrid: its mail objects make the body, our line carries it.

SendGrid takes no idempotency key; our message id rides in `custom_args` and comes back with every event,
which settles what is in doubt. Click and open tracking are off: links in a warning are not rewritten, and
nothing counts how a frightened person reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import httpx
from sendgrid.helpers.mail import (
    ClickTracking,
    Content,
    CustomArg,
    Header,
    Mail,
    OpenTracking,
    Personalization,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail import Email as Address

from outreach.answers import Answer, Exchange, by_status, json_object, not_theirs, rows, text
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, is_address, one_line

OUR_ID = "message"
"""The name under which our message id travels in `custom_args`, and comes back in events."""

UNSAYABLE = Refused("the message cannot be put into a request")
NO_ADDRESS = Refused("the recipient is not an email address", forget_contact=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGridAccount:
    """An account to send from."""

    key: str = field(repr=False)
    sender: Mailbox
    base_url: str = "https://api.sendgrid.com"


class SendGridEmail:
    """A sender of email."""

    name = "sendgrid"
    channel = Channel.EMAIL

    def __init__(self, account: SendGridAccount, exchange: Exchange) -> None:
        self._account = account
        self._exchange = exchange
        self._url = httpx.URL(f"{account.base_url}/v3/mail/send")
        self._headers = {"Authorization": f"Bearer {account.key}", "Content-Type": "application/json"}

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; several requests are in flight at once."""
        results: dict[int, SendResult] = {}
        requests: dict[int, httpx.Request] = {}
        for place, message in enumerate(messages):
            made = self._request(message)
            if isinstance(made, Refused):
                results[place] = made
            else:
                requests[place] = made
        answers = self._exchange(list(requests.values()))
        results.update(zip(requests, map(_result, answers), strict=True))
        return [results[place] for place in range(len(messages))]

    def _request(self, message: Message) -> httpx.Request | Refused:
        if not is_address(message.to):
            return NO_ADDRESS
        try:
            body = json.dumps(mail_of([message], self._account.sender), ensure_ascii=False).encode()
        except (
            Exception
        ):  # the SDK has its own exceptions for words it does not like, e.g. its own key's form
            return UNSAYABLE
        return httpx.Request("POST", self._url, headers=self._headers, content=body)


def mail_of(group: Sequence[Message], sender: Mailbox) -> dict[str, object]:
    """The body of one request for messages of equal words: a personalization each, our id in each.

    One message a request for now. A group needs words that are equal or substituted, and its answer goes for
    the whole group: `_request` and `_result` are where that would change.
    """
    words = group[0].content
    mail = Mail()
    mail.from_email = Address(sender.address, sender.name or None)
    mail.subject = one_line(words.title)
    mail.add_content(Content("text/plain", words.text))
    if words.html:
        mail.add_content(Content("text/html", words.html))
    mail.tracking_settings = TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
    )
    for place, message in enumerate(group):  # in order: an error names a personalization by its place
        mail.add_personalization(_recipient(message, sender), place)
    body: dict[str, object] = mail.get()
    return body


def _recipient(message: Message, sender: Mailbox) -> Personalization:
    one = Personalization()
    one.add_email(To(message.to))
    one.add_custom_arg(CustomArg(OUR_ID, message.id))
    one.add_custom_arg(CustomArg("reference", message.reference))
    one.add_header(Header("Auto-Submitted", "auto-generated"))
    if message.thread:
        one.add_header(Header("References", f"<{message.thread}@{sender.domain}>"))
    return one


def _result(answer: Answer) -> SendResult:
    if not isinstance(answer, httpx.Response):
        return replace(answer, reason=f"sendgrid: {answer.reason}")
    if answer.status_code == 202:
        ref = answer.headers.get("x-message-id", "")
        return Accepted(ref) if ref else Unknown("sendgrid: accepted without a message id")
    decided = by_status("sendgrid", answer)
    if decided is not None:
        return decided
    if answer.is_success:  # 200 is its sandbox: valid, and not sent; or somebody on the way
        return Unknown(f"sendgrid: HTTP {answer.status_code}")
    return _refusal(answer)


def _refusal(answer: httpx.Response) -> Refused | Unavailable:
    """A 4xx about this message. SendGrid names the field; the recipient's own field means a dead address."""
    errors = rows(json_object(answer).get("errors"))
    fields = [text(error.get("field")) for error in errors]
    if not errors:
        return not_theirs("sendgrid", answer)
    if any(name.startswith("personalizations.") and name.endswith(".email") for name in fields):
        return Refused("sendgrid: the recipient's address was refused", forget_contact=True)
    if any(name.startswith("from") for name in fields):
        return Unavailable("sendgrid: our sender cannot be used: check the sending address")
    return Refused(f"sendgrid: HTTP {answer.status_code}")
