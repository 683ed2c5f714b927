"""What one language has to say of not wanting to live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Phrases = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's words of self-harm, as they would be typed.

    `phrases` may stand anywhere, run together or apart, with any ending. `alone` are whole words: short, or
    the beginning of harmless ones. `near`: a word of the first list within a few words of one of the second,
    in either order; a word that ends in "$" is meant whole, any other with whatever ending. `harmless` is
    taken out first: it holds words of the others and says nothing of the kind.
    """

    phrases: Phrases
    alone: Phrases = ()
    near: Sequence[tuple[Phrases, Phrases]] = ()
    harmless: Phrases = ()
