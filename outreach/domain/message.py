"""Messages: exactly what one person will read on one channel, and what it costs in SMS parts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from outreach.domain.scale import Channel

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 6


def reference(number: int) -> str:
    """Six Crockford base-32 characters for a number (taken modulo 32**6): easy to read aloud, no I L O U."""
    number %= 32**REFERENCE_LENGTH
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(25, -1, -5))


def read_reference(text: str) -> str:
    """A reference as a person typed it, in its one form: upper case, no blanks, I and L as 1, O as 0.

    Digits count in any script, and full-width letters as plain ones.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(str(unicodedata.decimal(c, c)) for c in plain if c.isalnum())
    return kept.translate(str.maketrans("ILO", "110"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of one message. `title` is a push title or an email subject; `html` only for email."""

    text: str = field(repr=False)
    title: str = field(default="", repr=False)
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it goes out and is archived. `to` and `content` are personal: never in a repr."""

    id: str
    reference: str
    channel: Channel
    to: str = field(repr=False)
    locale: str
    content: Content
    attempt: int = 1
    deaths: int = (
        0  # attempts before this one that ended with our own process: they say nothing of a provider
    )
    thread: str = ""  # equal for messages of one outreach: collapse key, email references
    unsubscribe: str = field(default="", repr=False)  # where one POST ends education mail
    sender: str = ""  # whom an SMS comes from in this country; empty: the account's usual sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message's words with the versions they came from. `locale` is the one that was found."""

    content: Content
    locale: str
    template: str  # the file's path below the templates folder
    template_sha256: str


GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class SmsSize:
    """How an SMS text is counted: `units` of the encoding, `parts` paid for, the first odd character."""

    encoding: str  # "GSM-7" or "UCS-2"
    units: int
    parts: int
    odd: str = ""  # the first character that GSM-7 lacks
    odd_at: int = 0  # its 1-based place


def sms_size(text: str) -> SmsSize:
    """The size of an SMS: GSM-7 160/153 septets, else UCS-2 70/67 code units (3GPP TS 23.038, 23.040).

    What takes two units (an escaped character, a surrogate pair) never straddles two parts.
    """
    odd_at = next((i for i, c in enumerate(text, 1) if c not in GSM_BASIC and c not in GSM_EXTENDED), 0)
    if not odd_at:
        widths = [2 if c in GSM_EXTENDED else 1 for c in text]
        return SmsSize("GSM-7", sum(widths), _parts(widths, 160, 153))
    widths = [2 if c > "\uffff" else 1 for c in text]
    return SmsSize("UCS-2", sum(widths), _parts(widths, 70, 67), text[odd_at - 1], odd_at)


def _parts(widths: Sequence[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, room = 1, joined
    for width in widths:
        if width > room:
            parts, room = parts + 1, joined
        room -= width
    return parts
