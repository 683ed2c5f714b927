"""Text that may be shown: nothing in it can move a cursor, ring a bell or turn the reading around."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
_OVERRIDES = "\u202d\u202e"  # they make shown text differ from what is stored; marks and isolates do not
INSTEAD = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """The text with every control and every direction override shown as `�`; line breaks and tabs stay."""
    return "".join(INSTEAD if _is_control(c) else c for c in text.replace("\r\n", "\n"))


def _is_control(character: str) -> bool:
    if character in _KEPT:
        return False
    return character in _OVERRIDES or unicodedata.category(character) in {"Cc", "Cs"}
