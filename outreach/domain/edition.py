"""Editions: a rule book in one version, told by one hash, from which every text of it can be found again.

An edition's contents are written as `sha256sum` writes them, a line a file, by name; its hash is the hash of
that list. So an edition is the same wherever its folder stands, and whoever keeps texts by their hash and the
list by its own has kept the whole book.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

SHORTEST = 6
"""Characters of a hash that name an edition, at least."""

SHORT = 12
"""Characters of a hash that people are shown."""


def hash_of(text: str) -> str:
    """The SHA-256 of a text, in 64 hex characters."""
    return sha256(text.encode()).hexdigest()


def contents(texts: Mapping[str, str]) -> str:
    """The list of an edition's files (name → text): hash, two blanks and name, a line each."""
    return "".join(f"{hash_of(text)}  {name}\n" for name, text in sorted(texts.items()))


def listed(contents: str) -> dict[str, str]:
    """File name → hash, read back."""
    return {name: digest for digest, _, name in (line.partition("  ") for line in contents.splitlines())}
