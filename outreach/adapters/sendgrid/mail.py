"""SendGrid's requests: its own mail objects make the body; of a group they make the frame, and each message
is substituted into it whole.

Click and open tracking are off: links in a warning are not rewritten, and nothing counts how a frightened
person reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

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

from outreach.domain.delivery import Refused
from outreach.domain.message import Content as Words
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, is_address, one_line

OUR_ID = "message"
"""The name under which our message id travels in `custom_args`, and comes back in events."""

MOST_SUBSTITUTED = 10_000  # bytes of substitutions that SendGrid takes a personalization
UNSAYABLE = Refused("the message cannot be put into a request")
NO_ADDRESS = Refused("the recipient is not an email address", forget_contact=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGridAccount:
    """An account to send from. `group` is how many messages go in one request at most (SendGrid takes 1,000;
    a lost answer leaves a whole group in doubt). `activity`: the account has bought the activity API."""

    key: str = field(repr=False)
    sender: Mailbox
    base_url: str = "https://api.sendgrid.com"
    group: int = 100
    activity: bool = False


def unsayable(message: Message) -> Refused | None:
    """Why no request can carry this message, or None."""
    if not is_address(message.to):
        return NO_ADDRESS
    words = message.content
    try:
        f"{words.title}{words.text}{words.html}".encode()
    except UnicodeEncodeError:
        return UNSAYABLE
    return None


def mail_of(message: Message, sender: Mailbox) -> dict[str, object]:
    """The body of a request for one message. Raises whatever the SDK does not like of it."""
    words = message.content
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
    mail.add_personalization(_recipient(message, sender))
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


def can_share(message: Message) -> bool:
    """Whether a request may carry this message among others: with words to substitute, and not too many."""
    words = message.content
    most = len(words.text) + len(words.html)  # JSON and UTF-8 make it longer, never shorter
    if not (words.text and words.title.strip() and most < MOST_SUBSTITUTED):
        return False
    return len(_json({"-" * MARKER: words.text, "+" * MARKER: words.html}).encode()) <= MOST_SUBSTITUTED


def body_of_group(group: Sequence[Message], sender: Mailbox) -> bytes:
    """The body of one request for several messages with text, all or none of them with HTML.

    The content is two markers and nothing else; each message's whole text and HTML take their place by plain
    replacement, so what is read is what was rendered, escaped and archived.
    """
    text, html = _markers(group)
    has_html = bool(group[0].content.html)
    people = ",".join(_json(_person(message, sender, text, html)) for message in group)
    return f'{{"personalizations":[{people}],{_frame(sender, text, html if has_html else "")}'.encode()


MARKER = 25  # characters


def _markers(group: Sequence[Message]) -> tuple[str, str]:
    """Two markers that occur in nobody's words: SendGrid replaces one after the other, in subjects too."""
    words = "\n".join(f"{m.content.title}\n{m.content.text}\n{m.content.html}" for m in group)
    salt = group[0].id
    while (name := sha256(salt.encode()).hexdigest()[:16]) in words:
        salt = name
    return f"-text-{name}--", f"-html-{name}--"


def _person(message: Message, sender: Mailbox, text: str, html: str) -> dict[str, object]:
    words = message.content
    headers = {"Auto-Submitted": "auto-generated"}
    if message.thread:
        headers["References"] = f"<{message.thread}@{sender.domain}>"
    return {
        "to": [{"email": message.to}],
        "subject": one_line(words.title),
        "headers": headers,
        "custom_args": {OUR_ID: message.id, "reference": message.reference},
        "substitutions": {text: words.text, html: words.html} if words.html else {text: words.text},
    }


TEXT_HERE, HTML_HERE = "text goes here", "html goes here"


def _frame(sender: Mailbox, text: str, html: str) -> str:
    """What follows the personalizations, up to the end."""
    return _said(sender, bool(html)).replace(TEXT_HERE, text).replace(HTML_HERE, html)


@lru_cache(maxsize=8)
def _said(sender: Mailbox, html: bool) -> str:  # noqa: FBT001
    nobody = Message(
        id="",
        reference="",
        channel=Channel.EMAIL,
        to="nobody@firm.example",
        locale="",
        content=Words(text=TEXT_HERE, html=HTML_HERE if html else ""),
    )
    said = mail_of(nobody, sender)
    return _json({name: said[name] for name in ("from", "content", "tracking_settings")})[1:]


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
