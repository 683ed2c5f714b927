"""SendGrid's requests: its own mail objects make the body; of a group they make the frame, and each message
is substituted into it whole.

Click and open tracking are off: links in a warning are not rewritten, and nothing counts how a frightened
person reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring as _string

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
from outreach.mime import Mailbox, one_line, unsubscribe_headers

OUR_ID = "message"
"""The name under which our message id travels in `custom_args`, and comes back in events."""

MOST_SUBSTITUTED = 10_000  # bytes of substitutions that SendGrid takes a personalization
UNSAYABLE = Refused("the message cannot be put into a request")
NO_ADDRESS = Refused("the recipient is not an email address", forget_contact=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGridAccount:
    """An account to send from. `group` is how many messages go in one request at most (SendGrid takes 1,000;
    a lost answer leaves a whole group in doubt). `activity`: the account has bought the activity API, which
    shows a message `settles_after` its request at worst. SendGrid documents no lag; people who use it saw
    about a minute. An email that comes ten minutes later is better than one that comes twice."""

    key: str = field(repr=False)
    sender: Mailbox
    base_url: str = "https://api.sendgrid.com"
    group: int = 100
    activity: bool = False
    settles_after: timedelta = timedelta(minutes=10)


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
    for name, value in unsubscribe_headers(message).items():
        one.add_header(Header(name, value))
    return one


MARKER = 25  # characters
ESCAPED = ('"', "\\", "\n", "\r", "\t")  # characters that take two in JSON


def can_share(message: Message) -> bool:
    """Whether a request may carry this message among others: words to substitute, sayable, not too many."""
    words = message.content
    if not (words.text and words.title.strip()):
        return False
    whole = f"{words.title}{words.text}{words.html}{message.to}{message.thread}"
    try:
        most = len(whole.encode()) + 2 * MARKER + 16
    except UnicodeEncodeError:
        return False
    # As JSON, which is more than SendGrid may count; nearly all words are far from the measure either way.
    return 2 * most <= MOST_SUBSTITUTED or most + sum(map(whole.count, ESCAPED)) <= MOST_SUBSTITUTED


def body_of_group(group: Sequence[Message], sender: Mailbox) -> bytes:
    """The body of one request for several messages with text, all or none of them with HTML.

    The content is two markers and nothing else; each message's whole text and HTML take their place by plain
    replacement, so what is read is what was rendered, escaped and archived.
    """
    text, html = _markers(group)
    has_html = bool(group[0].content.html)
    people = b",".join([_person(message, sender, text, html).encode() for message in group])
    frame = _frame(sender, text, html if has_html else "").encode()
    return b'{"personalizations":[' + people + b"]," + frame


def _markers(group: Sequence[Message]) -> tuple[str, str]:
    """Two markers that occur in nobody's words: SendGrid replaces one after the other, in subjects too."""
    words = [words for m in group for words in (m.content.title, m.content.text, m.content.html)]
    name = _hashed(group[0].id)
    while any(name in each for each in words):
        name = _hashed(name)
    return f"-text-{name}--", f"-html-{name}--"


def _hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _person(message: Message, sender: Mailbox, text: str, html: str) -> str:
    """One personalization as JSON, written out: the json module took twice as long over the whole."""
    words = message.content
    thread = f',"References":{_string(f"<{message.thread}@{sender.domain}>")}' if message.thread else ""
    leave = "".join(f",{_string(n)}:{_string(v)}" for n, v in unsubscribe_headers(message).items())
    more = f',"{html}":{_string(words.html)}' if words.html else ""
    return (
        f'{{"to":[{{"email":{_string(message.to)}}}],"subject":{_string(one_line(words.title))},'
        f'"headers":{{"Auto-Submitted":"auto-generated"{thread}{leave}}},'
        f'"custom_args":{{"{OUR_ID}":{_string(message.id)},"reference":{_string(message.reference)}}},'
        f'"substitutions":{{"{text}":{_string(words.text)}{more}}}}}'
    )


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
    kept = {name: said[name] for name in ("from", "content", "tracking_settings")}
    return json.dumps(kept, ensure_ascii=False)[1:]
