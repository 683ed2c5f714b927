"""What the audit may say aloud: who, what, to what, when; and the reason only where it is about no person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

ABOUT_NO_PERSON = frozenset({"approve", "reject", "halt", "resume", "cap_reached", "keys_rotated", "backup",
                             "restore", "client_added", "client_revoked", "client_rotated"})  # fmt: skip
"""Acts on rules, channels, clients and the database. Every other reason is, or may be, about somebody."""

MAILBOX = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
NUMBER = re.compile(r"\+?\d[\d\s()./-]{5,}\d")
HIDDEN = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of a person or of the engine; `about` is an id of ours, a rule, a channel, a client."""

    at: datetime
    actor: str
    act: str
    about: str
    reason: str


def sayable(act: str, reason: str) -> str:
    """The reason of an act about no person, without what looks like an address or a number; else ""."""
    if act not in ABOUT_NO_PERSON:
        return ""
    return NUMBER.sub(HIDDEN, MAILBOX.sub(HIDDEN, reason))
