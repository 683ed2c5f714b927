"""The anti-phishing code: a few words that a person chose, by which they know our messages."""

from __future__ import annotations

import re
import unicodedata

SHORTEST, LONGEST = 3, 32
_LETTERS = ("L", "M")
_PARTED = frozenset(" -'’")
_LINK = re.compile(r"https?|www|\bcom\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d \-]{2,}\d")
"""Four digits and more, however they are parted: a phone number, a one-time code."""


def plain_phrase(typed: str) -> str:
    """The code in its one form: composed letters, single blanks, none around it."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def wrong_with(phrase: str) -> str:
    """Why a code in its one form cannot be one, in words without it; "" where it can.

    It stands in messages: nothing in it may look like a link, an address or a number to call.
    """
    if not SHORTEST <= len(phrase) <= LONGEST:
        return f"a code has {SHORTEST} to {LONGEST} characters"
    if not all(_may_stand(character) for character in phrase):
        return "a code has letters, digits, blanks, hyphens and apostrophes only"
    if not any(unicodedata.category(character).startswith("L") for character in phrase):
        return "a code has at least one letter"
    if _LINK.search(phrase):
        return "a code must not look like a link"
    if _NUMBER.search(phrase):
        return "a code must not look like a number to call or type"
    return ""


def _may_stand(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind.startswith(_LETTERS) or kind == "Nd" or character in _PARTED
