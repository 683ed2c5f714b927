"""Which channels each template has words for, in any language: what a rule's ladder may count on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from outreach.adapters.renderer.files import read_folder
from outreach.domain.scale import Channel

_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)")
_NEEDED: Mapping[Channel, tuple[frozenset[str], ...]] = {
    Channel.PUSH: (frozenset({"push_title", "push_body"}),),
    Channel.SMS: (frozenset({"sms"}),),
    Channel.EMAIL: (frozenset({"email_subject", "email_text"}),),
    Channel.INBOX: tuple(
        frozenset({title, body})
        for title in ("inbox_title", "push_title")
        for body in ("inbox_body", "email_text")
    ),
    Channel.CALL: (frozenset({"call_script", "email_subject"}),),
}
"""Channel → the blocks it takes, in any of these ways."""


def served(root: Path) -> Mapping[str, frozenset[Channel]]:
    """Template → channels that some language of it has every block for."""
    found: dict[str, frozenset[Channel]] = {}
    for file in read_folder(root).messages:
        blocks = frozenset(_BLOCK.findall(file.text))
        channels = {c for c, ways in _NEEDED.items() if any(way <= blocks for way in ways)}
        found[file.template] = found.get(file.template, frozenset()) | channels
    return found
