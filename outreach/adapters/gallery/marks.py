"""What a writer should look at: an SMS beyond its parts, a push beyond the screen, words that never come."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from outreach.adapters.gallery.cards import Mark, Take
from outreach.domain.message import Content, SmsSize
from outreach.domain.scale import Channel

MOST_PARTS = {"GSM-7": 2, "UCS-2": 3}
PUSH_TITLE, PUSH_BODY = 40, 120
"""What every lock screen shows, in letters; a Chinese or Japanese one takes the room of two."""


def take_marks(channel: Channel, content: Content, size: SmsSize | None) -> Iterator[Mark]:
    """What is to be seen in one take alone."""
    if size is not None and size.parts > MOST_PARTS[size.encoding]:
        yield Mark(
            f"{size.parts} parts, {MOST_PARTS[size.encoding]} are the most in {size.encoding}", is_bad=True
        )
    if channel is Channel.PUSH:
        for what, text, most in (("title", content.title, PUSH_TITLE), ("body", content.text, PUSH_BODY)):
            if (taken := width(text)) > most:
                yield Mark(f"push {what}: {taken} letters wide, {most} show on every lock screen")


def card_marks(takes: Sequence[Take], usual: int) -> Iterator[Mark]:
    """What is to be seen across the takes; `usual` is the one of the first situation."""
    sizes = [take.size.parts for take in takes if take.size is not None]
    at_first = takes[usual].size
    if at_first is not None and sizes and max(sizes) > at_first.parts:
        yield Mark(
            f"over a part boundary: {at_first.parts} as usual, up to {max(sizes)} parts at its longest"
        )
    if refused := sum(bool(take.refusal) for take in takes):
        told = "cannot be said in any situation" if refused == len(takes) else "cannot always be said"
        yield Mark(f"{told}: then nothing is sent", is_bad=True)


def width(text: str) -> int:
    """The room a text takes, in Latin letters: nothing for marks above letters, two for wide ones."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
