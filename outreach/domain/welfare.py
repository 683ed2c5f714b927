"""Words of self-harm in what somebody wrote: found in any language, missed as rarely as words allow. Pure.

A text is compared without case, accents, blanks, doubled letters and digits put for letters. A "not" cancels
nothing: somebody reads it, and is wrong to worry far more cheaply than to miss it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from outreach.domain.welfare_words import LANGUAGES

LONGEST = 20_000
"""Characters that are read; no door of ours takes so many."""

UNBROKEN = 12
"""A Latin word of so many letters is a sentence without blanks: a phrase may begin inside of it."""

APART, APART_UNSPACED = 4, 6
"""Words, or letters of a script without blanks, that may stand between two words that belong together."""


def is_cry(text: str) -> bool:
    """Whether this text has words of self-harm in it, in whatever language; never raises."""
    words = _words(text[:LONGEST])
    # Both ways: what was spelt out is only found joined, and "y a. À quoi bon" only as it stands.
    readings = {tuple(map(_collapsed, words)), tuple(_tokens(text[:LONGEST]))}
    return any(_is_said(read, lexicon) for read in map(_read, readings) for lexicon in _lexicons())


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in its plain form: its words, all of them run together, and where in that each begins."""

    tokens: Sequence[str]
    glued: str
    starts: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """One language's words in the same form."""

    phrases: Sequence[str]
    alone: Sequence[Sequence[str]]
    near: Sequence[tuple[Sequence[str], Sequence[str]]]


def _read(words: tuple[str, ...]) -> _Text:
    tokens = _without(words, _harmless())
    glued, starts, at = "".join(tokens), set[int](), 0
    for token in tokens:
        inside = range(at, at + len(token)) if len(token) >= UNBROKEN else (at,)
        starts.update(inside)
        at += len(token)
    return _Text(tokens, glued, frozenset(starts))


def _is_said(text: _Text, words: _Lexicon) -> bool:
    return (
        any(_has_phrase(text, phrase) for phrase in words.phrases)
        or any(_has_run(text.tokens, alone) for alone in words.alone)
        or any(_are_near(text, first, second) for first, second in words.near)
    )


def _has_phrase(text: _Text, phrase: str) -> bool:
    at = text.glued.find(phrase)
    while at >= 0:
        if at in text.starts or _begins_inside(phrase[0]):
            return True
        at = text.glued.find(phrase, at + 1)
    return False


def _begins_inside(c: str) -> bool:
    """Whether a phrase of this script may begin inside of a word: Arabic writes "and" and "will" onto it."""
    return _is_unspaced(c) or "\u0600" <= c <= "\u06ff"


def _has_run(tokens: Sequence[str], run: Sequence[str]) -> bool:
    length = len(run)
    return any(tuple(tokens[i : i + length]) == tuple(run) for i in range(len(tokens) - length + 1))


def _are_near(text: _Text, first: Sequence[str], second: Sequence[str]) -> bool:
    if _is_unspaced(first[0][0]):
        return _are_near_unspaced(text.glued, first, second)
    ones = _places(text.tokens, first)
    return bool(ones) and any(0 < abs(i - j) <= APART + 1 for i in ones for j in _places(text.tokens, second))


def _places(tokens: Sequence[str], words: Sequence[str]) -> list[int]:
    return [i for i, token in enumerate(tokens) if any(_begins(token, word) for word in words)]


def _begins(token: str, word: str) -> bool:
    return token == word[:-1] if word.endswith("$") else token.startswith(word)


def _are_near_unspaced(glued: str, first: Sequence[str], second: Sequence[str]) -> bool:
    ones = [(at, at + len(word)) for word in first for at in _finds(glued, word)]
    others = [(at, at + len(word)) for word in second for at in _finds(glued, word)]
    return any(
        0 <= b - end <= APART_UNSPACED or 0 <= a - last <= APART_UNSPACED
        for a, end in ones
        for b, last in others
    )


def _finds(glued: str, word: str) -> Iterable[int]:
    at = glued.find(word)
    while at >= 0:
        yield at
        at = glued.find(word, at + 1)


def _without(tokens: tuple[str, ...], harmless: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The words, with each harmless run of them taken for a full stop."""
    for run in harmless:
        if len(run) == 1 and _is_unspaced(run[0][0]):
            tokens = tuple(token.replace(run[0], ".") for token in tokens)
            continue
        i = 0
        while i <= len(tokens) - len(run):
            if tokens[i : i + len(run)] == tuple(run):
                tokens = (*tokens[:i], ".", *tokens[i + len(run) :])
            i += 1
    return tokens


@cache
def _lexicons() -> tuple[_Lexicon, ...]:
    return tuple(
        _Lexicon(
            phrases=tuple(dict.fromkeys("".join(_tokens(phrase)) for phrase in words.phrases)),
            alone=tuple(tuple(_tokens(phrase)) for phrase in words.alone),
            near=tuple((_stems(first), _stems(second)) for first, second in words.near),
        )
        for words in LANGUAGES.values()
    )


@cache
def _harmless() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_tokens(phrase)) for words in LANGUAGES.values() for phrase in words.harmless)


def _stems(words: Iterable[str]) -> tuple[str, ...]:
    return tuple("".join(_tokens(word)) + ("$" if word.endswith("$") else "") for word in words)


def _tokens(text: str) -> list[str]:
    """The words of a text in their plain form, what was spelt out taken together."""
    return [_collapsed(token) for token in _spelt_out(_words(text))]


def _words(text: str) -> list[str]:
    """The words as they stand; scripts are apart even without a blank between."""
    tokens: list[str] = []
    last = ""
    for c in _plain(text):
        kind = _kind_of(c)
        if kind and kind == last:
            tokens[-1] += c
        elif kind:
            tokens.append(c)
        last = kind
    return tokens


def _spelt_out(tokens: Sequence[str]) -> list[str]:
    """The words, with three and more single letters in a row (`d i e`) taken for one word."""
    words: list[str] = []
    for is_letter, run in groupby(tokens, key=lambda token: len(token) == 1 and token.isascii()):
        letters = list(run)
        words += ["".join(letters)] if is_letter and len(letters) > 2 else letters
    return words


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in folded if not _is_dropped(c)).translate(_SAME)
    return "".join(_hiragana(c) for c in kept)


def _is_dropped(c: str) -> bool:
    return any(first <= c <= last for first, last in _DROPPED) or unicodedata.category(c) == "Cf"


_DROPPED = (
    ("\u0300", "\u036f"),  # accents
    ("\u064b", "\u065f"),  # Arabic vowel marks and hamza
    ("\u0670", "\u0670"),
    ("\u0640", "\u0640"),  # tatweel
    ("\u093c", "\u093c"),  # nukta
    ("\u09bc", "\u09bc"),
    ("\u0e48", "\u0e4c"),  # Thai tones
    ("\u2018", "\u2019"),  # apostrophes: "don't" is "dont"
    ("\ufe00", "\ufe0f"),
    ("'", "'"),
    ("`", "`"),
    ("´", "´"),
)
_SAME = str.maketrans(
    {"ى": "ي", "ة": "ه", "ی": "ي", "ے": "ي", "ک": "ك", "ٱ": "ا", "ہ": "ه", "ھ": "ه", "ں": "ن", "ۃ": "ه"}
    | {"ı": "i", "đ": "d", "ł": "l", "ø": "o", "ё": "е", "\u0901": "\u0902", "\u0981": "\u0982"}
    | {"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"}
)


def _hiragana(c: str) -> str:
    return chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c


def _kind_of(c: str) -> str:
    if _is_unspaced(c):
        return "unspaced"
    if c.isalnum():
        return "latin" if c.isascii() else "other"
    return "other" if unicodedata.category(c)[0] == "M" else ""


def _is_unspaced(c: str) -> bool:
    """Chinese, Japanese and Thai are written without blanks, Korean often is."""
    return any(first <= c <= last for first, last in _UNSPACED)


_UNSPACED = (("\u0e00", "\u0e7f"), ("\u1100", "\u11ff"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"))


def _collapsed(token: str) -> str:
    """Without doubled letters: `killl` and `kil` are one."""
    return "".join(c for i, c in enumerate(token) if i == 0 or c != token[i - 1])
