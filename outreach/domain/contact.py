"""Contacts: how an address is shown without being told, and how a typed one is found again."""

from __future__ import annotations

import unicodedata

DOTS = "•••"
SHORTEST_PHONE, LONGEST_PHONE = 7, 15
"""Digits of an international number (E.164)."""


def mask(address: str) -> str:
    """Enough of an address to recognise it, never enough to use it: `+34•••78`, `a•••@e•••.com`."""
    if not address:
        return ""
    if "@" in address:
        return _mask_mailbox(address)
    if address.startswith("+") and len(address) >= 9:
        return f"{address[:3]}{DOTS}{address[-2:]}"
    return f"{DOTS}{address[-4:]}" if len(address) >= 16 else DOTS


def _mask_mailbox(address: str) -> str:
    name, _, domain = address.rpartition("@")
    host, _, top = domain.rpartition(".")
    shown_name = name[:1] + DOTS if len(name) > 1 else DOTS
    shown_host = host[:1] + DOTS if len(host) > 1 else DOTS
    return f"{shown_name}@{shown_host}.{top}" if top and host else f"{shown_name}@{DOTS}"


def spellings(typed: str) -> tuple[str, ...]:
    """Every form under which a typed phone number, mailbox or token may have been kept."""
    plain = typed.strip()
    found = [plain, plain.removeprefix("tel:").removeprefix("mailto:")]
    if "@" in plain:
        found.extend(_mailboxes(found[-1]))
    elif phone := _phone(plain):
        found.append(phone)
    return tuple(dict.fromkeys(form for form in found if form))


def _mailboxes(typed: str) -> list[str]:
    mailbox = typed.partition("<")[2].rstrip("> ") or typed
    name, _, domain = mailbox.rpartition("@")
    return [mailbox, f"{name}@{domain.lower()}", mailbox.lower()]


def _phone(typed: str) -> str:
    """The typed number in E.164, read as international with or without `+` or `00`; "" where it is none."""
    digits = "".join(str(unicodedata.decimal(c)) for c in typed if c.isdecimal())
    if any(c.isalpha() for c in typed.removeprefix("tel:")):
        return ""
    number = digits.removeprefix("00")
    return f"+{number}" if SHORTEST_PHONE <= len(number) <= LONGEST_PHONE else ""
