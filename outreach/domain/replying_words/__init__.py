"""What people write back, by language: phrases, as they would be typed.

`replying` compares them in one plain form. Written by machine, read by no native speaker yet. STOP in English
ends SMS everywhere, because the law and the networks say so; so in no language is a bare "stop" the answer
that stops a transfer. A new language is a file beside this one and a line in `LANGUAGES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from outreach.domain.answer import Answer
from outreach.domain.replying_words import (
    arabic,
    bengali,
    chinese,
    english,
    french,
    german,
    hindi,
    indonesian,
    italian,
    japanese,
    korean,
    persian,
    portuguese,
    russian,
    spanish,
    thai,
    turkish,
    ukrainian,
    urdu,
    vietnamese,
)
from outreach.domain.replying_words.english import BESIDE, MESSAGING, STOPPING
from outreach.domain.replying_words.phrases import Phrases, Words

__all__ = [
    "ANSWERS",
    "BESIDE",
    "BESIDE_A_NUMBER",
    "COURTESY",
    "DIGITS",
    "HELP",
    "LANGUAGES",
    "MESSAGING",
    "OPT_IN",
    "OPT_OUT",
    "OPT_OUT_OF_ALL",
    "SOUNDS_LIKE_OPT_OUT",
    "SOUNDS_LIKE_OPT_OUT_ALONE",
    "STOPPING",
]

LANGUAGES: Mapping[str, Words] = {
    "en": english.WORDS,
    "es": spanish.WORDS,
    "pt": portuguese.WORDS,
    "ar": arabic.WORDS,
    "hi": hindi.WORDS,
    "zh": chinese.WORDS,
    "ru": russian.WORDS,
    "fr": french.WORDS,
    "uk": ukrainian.WORDS,
    "tr": turkish.WORDS,
    "de": german.WORDS,
    "it": italian.WORDS,
    "ja": japanese.WORDS,
    "id": indonesian.WORDS,
    "ko": korean.WORDS,
    "vi": vietnamese.WORDS,
    "fa": persian.WORDS,
    "ur": urdu.WORDS,
    "bn": bengali.WORDS,
    "th": thai.WORDS,
}
"""By language code, without script or region; the order decides who is asked first of a stranger's words."""

DIGITS: Mapping[str, Answer] = {
    "1": Answer.STOP_TRANSFER,
    "2": Answer.ALREADY_SENT,
    "3": Answer.HELP_ME,
    "4": Answer.IT_IS_MINE,
    "5": Answer.NOT_ME,
}
"""One meaning for ever and in every template: a reply may come long after the text that it answers."""


def _all(phrases: Iterable[Phrases]) -> Phrases:
    return tuple(dict.fromkeys(chain.from_iterable(phrases)))


_EVERY = tuple(LANGUAGES.values())

ANSWERS: Mapping[str, Mapping[Answer, Phrases]] = {code: each.answers for code, each in LANGUAGES.items()}
"""By language; what the SMS of that language shows beside a number is among its words."""

OPT_OUT = _all(each.opt_out for each in _EVERY)
"""Alone, or with nothing but courtesy beside it. What the US rule names comes first."""
OPT_OUT_OF_ALL = _all(each.opt_out_of_all for each in _EVERY)
OPT_IN = _all(each.opt_in for each in _EVERY)
HELP = _all(each.help for each in _EVERY)

COURTESY = _all(each.courtesy for each in _EVERY)
"""Words that change nothing: they are left out where the whole is not understood with them."""

SOUNDS_LIKE_OPT_OUT = _all(each.sounds_like_opt_out for each in _EVERY)
"""Anywhere in what was not understood otherwise. A person decides."""
SOUNDS_LIKE_OPT_OUT_ALONE = _all(each.sounds_like_opt_out_alone for each in _EVERY)
"""Said alone: the transfer, or the messages?"""

BESIDE_A_NUMBER: Mapping[str, Phrases] = {
    digit: _all(each.beside_a_number.get(digit, ()) for each in _EVERY) for digit in DIGITS
}
"""What once stood beside a number in our SMS, and alone could mean something else."""
