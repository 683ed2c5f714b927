"""Does a short message look like a scam? A few signs, each with its weight, that a person can check by eye.

Seen from outside: the text alone is judged, as the phone shows it. No word list decides by itself; it takes
two signs or one heavy one. How often that is right, tests/prove/claims/lookalike.py measures on real ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BOUND = 4
"""A text that scores this or more looks like a scam."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that scams do: what it is called, how much it weighs, how it is found."""

    name: str
    weight: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a text looks like a scam, and by which signs."""

    score: int
    signs: tuple[str, ...]

    @property
    def is_close(self) -> bool:
        """Whether it is too much."""
        return self.score >= BOUND


def _sign(name: str, weight: int, pattern: str, flags: re.RegexFlag = re.IGNORECASE) -> Sign:
    return Sign(name, weight, re.compile(pattern, flags))


SIGNS = (
    _sign(
        "a link", 4, r"https?:|\bwww\.|\b[a-z0-9-]{2,}\.(?:com|net|org|info|biz|co|tv|me|io|app|xyz|top)\b"
    ),
    _sign("a link shortener", 2, r"\b(?:bit\.ly|tinyurl|goo\.gl|t\.co|t\.me|wa\.me|is\.gd|cutt\.ly)\b"),
    _sign("a phone number", 4, r"(?<![\w+])\+?\d(?:[\s().-]?\d){8,13}(?!\d)"),
    _sign(
        "a number to text to",
        3,
        r"\b(?:te?xt|sms|send|reply)\b[^.!?]{0,40}\bto\b[^.!?\d]{0,12}\d{4,6}\b|\bto\s+\d{5}\b|>\s*\d{5}\b",
    ),
    _sign(
        "a word to text back", 2, r"\b(?i:te?xt|reply|send)\s+(?i:with\s+)?[\"']?[A-Z]{2,}\b", re.RegexFlag(0)
    ),
    _sign("hurry", 1, r"\burgent|\b(?:act now|immediately|last chance|expires?|final|hurry)\b"),
    _sign(
        "a prize",
        3,
        r"\b(?:pri[sz]es?|winners?|you(?:'ve| have)? won|awarded|jackpot|vouchers?)\b",
    ),
    _sign("a claim", 2, r"\bclaim\b|\bredeem\b|\bentitled\b"),
    _sign("something free", 2, r"\bfree(?:msg)?\b|\bbonus\b|\bgift\b|\bguaranteed\b|\breward\b"),
    _sign("money beside digits", 1, r"[£$€]\s?\d|\d\s?(?:pounds|euros|dollars)\b"),
    _sign(
        "a price for the text",
        3,
        r"\b\d{2,3}\s?p(?:\b|pm\b|/|er\b)|£\d(?:\.\d\d)?\s?/|\bstd (?:txt )?rate|\bp/min",
    ),
    _sign(
        "a demand for a secret",
        4,
        r"(?<!not )(?<!never )\b(?:send|tell|give|confirm|verify|enter|type|reply with|share)\b"
        r"(?: (?!no\b|never\b|any\b)\w+){0,3} "
        r"(?:password|passcode|pin|codes?|seed phrase|card number|details)\b",
    ),
    _sign(
        "a call to a stranger",
        2,
        r"(?<!can i )\bcall (?:now\b|us\b|me on|this|the number|\+?\d)|\bplease call\b",
    ),
    _sign("a threat", 2, r"\b(?:suspended|terminated|deactivated|blocked unless|legal action|arrested)\b"),
    _sign("shouting", 1, r"(?:\b[A-Z]{4,}\b[^A-Z]{0,20}){3}", re.RegexFlag(0)),
    _sign("exclamation", 1, r"!\s*!|![^!]{1,80}!"),
)


def likeness(text: str) -> Likeness:
    """The signs of a scam in one text, and the sum of their weights."""
    found = [sign for sign in SIGNS if sign.pattern.search(text)]
    return Likeness(sum(sign.weight for sign in found), tuple(sign.name for sign in found))
