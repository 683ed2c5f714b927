"""What one language has to say for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outreach.domain.answer import Answer

Phrases = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's phrases, as they would be typed; every answer has some, each of the others may be empty.

    `answers` are read as answers first of all from who was written to in this language; everything else is
    read from everybody. `opt_out` (alone or with courtesy) ends SMS. `sounds_like_opt_out` may stand anywhere
    in what was not understood, across blanks, and `sounds_like_opt_out_alone` only alone: a person decides.
    `courtesy` are single words that change nothing. `beside_a_number` is what once stood beside a number in
    our SMS, and alone could mean something else.
    """

    answers: Mapping[Answer, Phrases]
    opt_out: Phrases = ()
    opt_out_of_all: Phrases = ()
    opt_in: Phrases = ()
    help: Phrases = ()
    sounds_like_opt_out: Phrases = ()
    sounds_like_opt_out_alone: Phrases = ()
    courtesy: Phrases = ()
    beside_a_number: Mapping[str, Phrases] = field(default_factory=dict)
