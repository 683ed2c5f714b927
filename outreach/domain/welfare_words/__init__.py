"""Words of self-harm, by language.

Written by machine for this list, after the kinds that public guidance names (wanting to die, being a burden,
no way out, a means, a farewell); read by no clinician and no native speaker yet. A new language is a file
beside this one and a line in `LANGUAGES`; every language is looked for in every text.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.welfare_words import (
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
from outreach.domain.welfare_words.phrases import Words

__all__ = ["LANGUAGES", "Words"]

LANGUAGES: Mapping[str, Words] = {
    "en": english.WORDS,
    "es": spanish.WORDS,
    "pt": portuguese.WORDS,
    "fr": french.WORDS,
    "de": german.WORDS,
    "it": italian.WORDS,
    "id": indonesian.WORDS,
    "tr": turkish.WORDS,
    "vi": vietnamese.WORDS,
    "ru": russian.WORDS,
    "uk": ukrainian.WORDS,
    "ar": arabic.WORDS,
    "fa": persian.WORDS,
    "ur": urdu.WORDS,
    "hi": hindi.WORDS,
    "bn": bengali.WORDS,
    "zh": chinese.WORDS,
    "ja": japanese.WORDS,
    "ko": korean.WORDS,
    "th": thai.WORDS,
}
"""By language code, without script or region."""
