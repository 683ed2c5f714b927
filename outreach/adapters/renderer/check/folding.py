"""Words compared as readers compare them: whatever the case, accents, quotes, blanks, unseen characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

SAME = {
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "ı": "i", "ي": "ی", "ى": "ی", "ك": "ک", "\u0901": "\u0902", "\u0981": "\u0982",
}  # fmt: skip
DROPPED = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c\u09bc]")  # accents, vowel signs, nuktas
MARKS = "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3"
LETTER = rf"[\w{MARKS}]"
UNSPACED = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
ARABIC = re.compile("[\u0620-\u06ff]")
BEFORE_ARABIC = "(?:[وفبکل]?(?:ال)?)"


class _Folds(dict[int, str]):
    """What each character is compared as, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        self[point] = folded = _fold(chr(point))
        return folded


def _fold(char: str) -> str:
    if char in SAME:
        return SAME[char]
    if "\uac00" <= char <= "\ud7af":  # its letters would reach into the next syllable
        return char
    if unicodedata.category(char) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKD", char.lower())
    return "".join(SAME.get(c, c) for c in DROPPED.sub("", plain))


_FOLDS = _Folds()


def fold(text: str) -> str:
    """The text as it is compared; blanks stay as they are."""
    return text.translate(_FOLDS)


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that stands in a text: where, and over how many characters of it."""

    phrase: str
    at: int
    length: int


class Phrases:
    """Phrases to look for, folded once."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._all = tuple(dict.fromkeys(phrase for phrase in phrases if phrase.strip(" *")))

    def find(self, text: Folded) -> Iterator[Found]:
        """The first place of each phrase in the text."""
        for phrase, core in self._ready:
            if core in text.tight and (found := _pattern(phrase).search(text.folded)):
                start, end = text.source(found.start("p")), text.source(found.end("p") - 1) + 1
                yield Found(phrase, start, end - start)

    @cached_property
    def _ready(self) -> list[tuple[str, str]]:
        return [(phrase, _tight(fold(phrase.strip(" *")))) for phrase in self._all]


class Folded:
    """A text, folded once for many lists of phrases."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.folded = fold(text)
        self.tight = _tight(self.folded)

    def source(self, at: int) -> int:
        """The place in the text of a place in what it was folded to."""
        return self._places[at]

    @cached_property
    def _places(self) -> list[int]:
        return [at for at, char in enumerate(self._text) for _ in _FOLDS[ord(char)]]


def _tight(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    core = _tight(fold(phrase.strip(" *")))
    middle = r"\s+".join(map(re.escape, core.split(" ")))
    return re.compile(f"{_start(phrase, core)}(?P<p>{middle}){_end(phrase, core)}")


def _start(phrase: str, core: str) -> str:
    if phrase.startswith("*") or not _ends_word(core[0]):
        return ""
    # A look-behind has one width: what may stand before an Arabic word is read, and left outside the find.
    return f"(?<!{LETTER})" + (BEFORE_ARABIC if ARABIC.match(core[0]) else "")


def _end(phrase: str, core: str) -> str:
    return "" if phrase.endswith("*") or not _ends_word(core[-1]) else f"(?!{LETTER})"


def _ends_word(char: str) -> bool:
    """True for letters of a script that sets words apart."""
    return bool(re.match(LETTER, char)) and not UNSPACED.match(char)
