"""Replies: what somebody wrote back by SMS, read as an answer, an opt-out, or neither. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from outreach.domain import replying_words as words
from outreach.domain.answer import Answer
from outreach.domain.message import CROCKFORD, REFERENCE_LENGTH, read_reference

LONGEST = 1600
"""Characters of an SMS in ten parts; what comes after is not read."""


class Kind(StrEnum):
    """What a reply is."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    LOOKS_LIKE_OPT_OUT = "looks_like_opt_out"  # a person decides
    UNCLEAR = "unclear"


class Scope(StrEnum):
    """What an opt-out ends: SMS of the program that was written about, or of every program."""

    PROGRAM = "program"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply as it was read; `answer` where it is one, `scope` where it is an opt-out."""

    kind: Kind
    answer: Answer | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRule:
    """How far the firm lets an opt-out reach: `program`, or `all` from a day on (in UTC; None: at once)."""

    scope: Scope = Scope.PROGRAM
    all_from: date | None = None

    def of(self, asked: Scope, today: date) -> Scope:
        """The scope that counts: never less than was asked for."""
        is_all = self.scope is Scope.ALL and (self.all_from is None or today >= self.all_from)
        return Scope.ALL if is_all else asked


class Confirmation(StrEnum):
    """What is said in return, in the answer to the provider itself; each is one text a language."""

    STOPPED = "stopped"
    STOPPED_ALL = "stopped_all"
    STARTED = "started"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A text as a provider passed it on; `ref` is unique with the provider. `word` is set where the provider
    itself knew a keyword in it, and has confirmed it."""

    provider: str
    ref: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    word: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A confirmation, and the language of the person who gets it.

    None where they wrote of harming themselves: then other words are said, with who to talk to in `country`.
    """

    confirmation: Confirmation | None
    locale: str
    country: str | None = None


KEYWORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
    | {"START", "YES", "UNSTOP", "HELP", "INFO"}
)


def is_keyword(text: str) -> bool:
    """Whether Twilio itself knows this text as a keyword: alone, in any case."""
    return text.strip().upper() in KEYWORDS


def read(text: str, locale: str, reference: str = "") -> Reply:
    """What this text says, to somebody who was written to in this language; never raises.

    `reference` is one that the text carries: it is not read as a word.
    """
    tokens = [each for each in _tokens(text[:LONGEST]) if not reference or read_reference(each) != reference]
    said = _said(tokens, locale) or _said(_without_courtesy(tokens), locale)
    return said or _numbered(tokens, locale) or _sentence(tokens)


def references(text: str) -> tuple[str, ...]:
    """Every word of a text that has the shape of a reference, in its one form; most are plain words."""
    found = (read_reference(token) for token in _tokens(text[:LONGEST]))
    return tuple(dict.fromkeys(r for r in found if len(r) == REFERENCE_LENGTH and set(r) <= set(CROCKFORD)))


def _said(tokens: list[str], locale: str) -> Reply | None:
    """What these words say as a whole, where they are words that are known as a whole."""
    glued = "".join(tokens)
    if glued in _OPT_OUT_OF_ALL:
        return Reply(kind=Kind.OPT_OUT, scope=Scope.ALL)
    if glued in _OPT_OUT:
        return Reply(kind=Kind.OPT_OUT, scope=Scope.PROGRAM)
    if glued in _OPT_IN:
        return Reply(kind=Kind.OPT_IN)
    if glued in _HELP:
        return Reply(kind=Kind.HELP)
    language = locale.partition("-")[0].partition("_")[0].lower()
    for each in (language, *_ANSWERS):
        if answer := _ANSWERS.get(each, {}).get(glued):
            return Reply(kind=Kind.ANSWER, answer=answer)
    return None


def _numbered(tokens: list[str], locale: str) -> Reply | None:
    """An answer by its number, alone or with the words that stood beside it."""
    digit = "".join({token for token in tokens if token.isdecimal()})
    answer = words.DIGITS.get(digit)
    beside = [token for token in tokens if not token.isdecimal()]
    kept = _without_courtesy(beside)
    rest = _said(beside, locale) or _said(kept, locale)
    is_label = "".join(kept) in _BESIDE_A_NUMBER.get(digit, ())
    if answer is None or (rest is None and kept and not is_label):
        return None
    if rest is None or rest.answer is answer or (rest.kind is Kind.HELP and answer is Answer.HELP_ME):
        return Reply(kind=Kind.ANSWER, answer=answer)
    is_opt_out = rest.kind is Kind.OPT_OUT
    return Reply(kind=Kind.LOOKS_LIKE_OPT_OUT if is_opt_out else Kind.UNCLEAR)


def _sentence(tokens: list[str]) -> Reply:
    """A sentence: an opt-out in so many words, or one that a person has to read."""
    kept = _without_courtesy(tokens)
    found, glued = set(kept), "".join(tokens)
    is_about_messages = bool(found & _STOPPING and found & _MESSAGING)
    if is_about_messages and found <= _STOPPING | _MESSAGING | _BESIDE:
        return Reply(kind=Kind.OPT_OUT, scope=Scope.ALL if "all" in found else Scope.PROGRAM)
    sounds = found & _STOPPING or any(phrase in glued for phrase in _SOUNDS) or "".join(kept) in _ALONE
    return Reply(kind=Kind.LOOKS_LIKE_OPT_OUT if sounds else Kind.UNCLEAR)


def _without_courtesy(tokens: Iterable[str]) -> list[str]:
    kept = [token for token in tokens if token not in _COURTESY]
    trimmed = (_trimmed(token) for token in kept)
    return [token for token in trimmed if token]


def _trimmed(token: str) -> str:
    """Chinese, Japanese and Thai are written without blanks: courtesy is cut from both ends."""
    if token.isascii():
        return token
    before = ""
    while token != before:  # Thai says several words of it together
        before = token
        for word in _UNSPACED_COURTESY:
            token = token.removeprefix(word).removesuffix(word)
    return token


_APOSTROPHES = frozenset("'’‘`´ʼ＇")
_HAMZA_AND_NUKTA = frozenset("\u0653\u0654\u0655\u0670\u0640\u093c\u20e3")
_SAME = str.maketrans(
    {"ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ٱ": "ا", "ı": "i"}
    | {"ہ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه", "ے": "ي", "ں": "ن"}  # Urdu, on whatever keyboard
)


def _plain(text: str) -> str:
    """The text in the one form in which words are compared: no case, no accents, Latin digits."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (c for c in folded if not (_is_accent(c) or c in _APOSTROPHES or unicodedata.category(c) == "Cf"))
    return "".join(str(unicodedata.digit(c, c)) for c in kept).translate(_SAME)


def _is_accent(c: str) -> bool:
    is_latin_or_arabic = "\u0300" <= c <= "\u036f" or "\u064b" <= c <= "\u0652" or "\ufe00" <= c <= "\ufe0f"
    return is_latin_or_arabic or c in _HAMZA_AND_NUKTA


def _tokens(text: str) -> list[str]:
    """The words of a text; Latin ones and others are apart even where no blank is between them."""
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


def _kind_of(c: str) -> str:
    # Signs of a script without capitals (Devanagari's vowels, say) are marks, and part of the word.
    if c.isalnum():
        return "latin" if c.isascii() else "other"
    return "other" if unicodedata.category(c)[0] == "M" else ""


def _glue(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset("".join(_tokens(phrase)) for phrase in phrases)


def _each(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(token for phrase in phrases for token in _tokens(phrase))


_OPT_OUT = _glue(words.OPT_OUT)
_OPT_OUT_OF_ALL = _glue(words.OPT_OUT_OF_ALL)
_BESIDE_A_NUMBER = {digit: _glue(said) for digit, said in words.BESIDE_A_NUMBER.items()}
_OPT_IN = _glue(words.OPT_IN)
_HELP = _glue(words.HELP)
_ANSWERS = {
    language: {glued: answer for answer, phrases in said.items() for glued in _glue(phrases)}
    for language, said in words.ANSWERS.items()
}
_COURTESY = _each(words.COURTESY)
_UNSPACED_COURTESY = tuple(
    sorted(
        (word for word in _COURTESY if "ぁ" <= word[0] <= "鿿" or "ก" <= word[0] <= "๛"),
        key=len,
        reverse=True,
    )
)
_STOPPING, _MESSAGING, _BESIDE = _each(words.STOPPING), _each(words.MESSAGING), _each(words.BESIDE)
_SOUNDS, _ALONE = _glue(words.SOUNDS_LIKE_OPT_OUT), _glue(words.SOUNDS_LIKE_OPT_OUT_ALONE)
