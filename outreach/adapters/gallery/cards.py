"""What the gallery shows: a card for each message, channel and language, with all it can come to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach.domain.message import Content, SmsSize
from outreach.domain.scale import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a message is said in: which values its facts have, how the transfer stands, a code or none."""

    values: str  # "usual", "longest", "unknown"
    transfer: str
    has_code: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to look at; `is_bad` where people would read less than was written, or nothing."""

    words: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One thing a card says; `refusal` instead of words where it cannot be said, `size` only of an SMS."""

    content: Content
    refusal: str = ""
    size: SmsSize | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One message on one channel in one language. `cases[i]` is the take of the gallery's i-th situation."""

    template: str
    locale: str
    channel: Channel
    takes: tuple[Take, ...]
    cases: tuple[int, ...]
    marks: tuple[Mark, ...] = ()  # of the card as a whole, beside those of its takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """All cards, in order of template, language and channel, and what is missing beside them."""

    firm: str
    situations: tuple[Situation, ...]
    cards: tuple[Card, ...]
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # template → languages
    problems: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages that are shown, in order."""
        return tuple(sorted({card.locale for card in self.cards}))

    @property
    def templates(self) -> tuple[str, ...]:
        """The templates that are shown, each once."""
        return tuple(dict.fromkeys(card.template for card in self.cards))

    def take(self, card: Card, situation: Situation) -> Take:
        """What the card says in this situation."""
        return card.takes[card.cases[self.situations.index(situation)]]
