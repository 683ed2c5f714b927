"""Words on their way in and out: values made harmless, lines and paragraphs made tidy."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
"""Controls, line breaks, zero-width and direction characters: none belongs in a name or a code."""

LINK_LIKE = frozenset("./:\\@")
LONGEST_CODE = 32


def clean(value: object) -> object:
    """The value; text loses what could break a line or turn the reading direction."""
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    return FORBIDDEN.sub(" ", value).strip()


def clean_code(code: object) -> object:
    """The person's code, or None where it could pass for an address: an intruder may have set it."""
    said = clean(code)
    if not isinstance(said, str) or len(said) > LONGEST_CODE or LINK_LIKE.intersection(said):
        return None
    return said or None


def one_line(text: str) -> str:
    """The text on one line; every blank (also no-break ones, which GSM-7 lacks) is one plain space."""
    return " ".join(text.split())


def tidy(text: str) -> str:
    """The text without blanks around lines, and never more than one empty line."""
    text = "\n".join(map(str.strip, text.strip().split("\n")))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def as_html(text: str) -> Markup:
    """Tidy text as escaped HTML paragraphs, line breaks kept."""
    parts = str(escape(text)).split("\n\n")
    return Markup("\n".join(["<p>" + part.replace("\n", "<br>") + "</p>" for part in parts]))
