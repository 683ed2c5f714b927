"""How people asked to be reached, as entries."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.entry import Entry, Kind, pairs
from outreach.domain.story import WishRecord
from outreach.domain.wish import IN_WORDS
from outreach.domain.wording import say


def tell_wish(wish: WishRecord, references: Mapping[str, str]) -> Entry:
    """A wish, and the message that it was said to."""
    return Entry(
        at=wish.at,
        kind=Kind.ANSWER,
        title=f"Asked to be reached {say(IN_WORDS, wish.wish)}",
        details=pairs(("message", references.get(wish.message or ""))),
    )
