"""What stands in the words themselves: links, numbers, unseen and false letters, forbidden phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.adapters.renderer.check.folding import Folded, Phrases
from outreach.adapters.renderer.check.never import Never
from outreach.adapters.renderer.check.sheet import HOLE, Passage, Sheet, is_for_colleagues
from outreach.domain.problem import Problem

LINK = re.compile(
    r"(?:https?:/*|www\.)[^\s\0]*|\b[a-z0-9-]{2,}(?:\.[a-z0-9-]{2,})*\.[a-z]{2,}(?=[/\s\0.,;:?!)]|$)[^\s\0]*"
    r"|\b\w+\.\w{2,}/[^\s\0]*",
    re.IGNORECASE,
)
HOST = re.compile(r"(?:https?:/*)?(?P<host>[\w.-]+?)[.,;:?!)]*(?=[/?#:]|$)", re.IGNORECASE)
PHONE = re.compile(r"(?:\+?\d[\s().-]?){7,}")
BRACE = re.compile(r"\{+|\}+")
WORD = re.compile(r"[^\W\d_]+")
UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u3164\ufe00-\ufe0f\U000e0000-\U000e01ef]"
)
JOINERS = re.compile("[\u200c\u200d\u200e\u200f\u061c]")
JOINED = re.compile("[\u0600-\u0dff]")  # scripts in which joiners and direction marks are spelling
LETTERED = re.compile("(?:CYRILLIC|GREEK|FULLWIDTH LATIN|MATHEMATICAL|LATIN) ")
CYRILLIC = frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"})
LETTERS = ("email_", "inbox_body")
WORDS = {
    "promotion": ("T018", "sells something", "a warning that advertises reads like the scam"),
    "blame": ("T019", "blames the person", "say what the scammer does, not what the person did"),
    "panic": ("T020", "makes people panic", "say what happens to the transfer, and until when"),
    "refund": ("T021", "promises money back", "nobody can promise that; say what is being tried"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """One block's or macro's words, where they stand."""

    sheet: Sheet
    passage: Passage
    text: str

    def problem(self, at: int, code: str, message: str, hint: str, length: int = 1) -> Problem:
        """A problem at a place of these words."""
        return self.sheet.problem(self.passage.start + at, code, message, hint=hint, length=length)


def look_at_words(sheet: Sheet, never: Never, domains: frozenset[str]) -> Iterator[Problem]:
    """Every problem that the words of a file have, block by block."""
    for passage in sheet.passages:
        words = Words(sheet, passage, sheet.words(passage))
        yield from _letters(words)
        yield from _braces(words)
        yield from _forbidden(words, never)
        if not is_for_colleagues(passage.name):
            yield from _links(words, domains)
            yield from _numbers(words)


def _links(words: Words, domains: frozenset[str]) -> Iterator[Problem]:
    is_letter = words.passage.name.startswith(LETTERS) and words.passage.name != "email_subject"
    for found in LINK.finditer(words.text):
        link, name = found[0].strip(), words.passage.name
        if is_letter and domains:
            if not _is_ours(link, domains):
                message = f"{name} links outside of the firm's domains: {link}"
                yield words.problem(found.start(), "T033", message, "domains in outreach.toml", len(link))
        else:
            hint = "scammers send those: name the app instead"
            yield words.problem(found.start(), "T010", f"{name} holds a link: {link}", hint, len(link))


def _is_ours(link: str, domains: frozenset[str]) -> bool:
    host = found["host"].lower() if (found := HOST.match(link)) else ""
    # Before an @ stands whatever a writer likes: https://acme.com@elsewhere.com is elsewhere.
    return "@" not in link and any(host == own or host.endswith(f".{own}") for own in domains)


def _numbers(words: Words) -> Iterator[Problem]:
    for found in PHONE.finditer(words.text):
        number = found[0].strip()
        message = f"{words.passage.name} holds a phone number: {number}"
        hint = "scammers send those: name the app instead"
        yield words.problem(found.start(), "T010", message, hint, len(number))


def _letters(words: Words) -> Iterator[Problem]:
    if words.text.isascii():
        return
    for found in UNSEEN.finditer(words.text):
        yield words.problem(found.start(), "T011", f"{_named(found[0])} cannot be seen", "delete it")
    for found in JOINERS.finditer(words.text):
        beside = words.text[max(0, found.start() - 1) : found.end() + 1]
        if not JOINED.search(beside):
            yield words.problem(found.start(), "T011", f"{_named(found[0])} cannot be seen", "delete it")
    for found in WORD.finditer(words.text):
        if not found[0].isascii() and (false := _false_letter(found[0], words.sheet.file.locale)) is not None:
            letter = found[0][false]
            message = f"{letter!r} in {found[0]!r} is {_named(letter)}"
            hint = "write it in the language's own letters"
            yield words.problem(found.start() + false, "T026", message, hint)


def _false_letter(word: str, locale: str) -> int | None:
    """The place of a letter that only looks like the script's own."""
    language = locale.partition("-")[0]
    usual = "CYRILLIC" if language in CYRILLIC else "GREEK" if language == "el" else "LATIN"
    scripts = [_script(char) for char in word]
    has_own = "LATIN" in scripts if usual != "LATIN" else True
    for at, script in enumerate(scripts):
        if script and script not in {"LATIN", usual} and has_own:
            return at
        if script == "LATIN" and usual != "LATIN" and usual in scripts:
            return at
    return None


def _script(char: str) -> str:
    found = LETTERED.match(unicodedata.name(char, ""))
    return found[0].strip() if found else ""


def _named(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'without a name').lower()}"


def _braces(words: Words) -> Iterator[Problem]:
    for found in BRACE.finditer(words.text):
        hint = "a word is put in as {{ firm }}: two braces before, two behind"
        yield words.problem(found.start(), "T032", f"a lone {found[0]} would be sent", hint, len(found[0]))


def _forbidden(words: Words, never: Never) -> Iterator[Problem]:
    text = Folded(words.text)
    for name, (statement, phrases) in never.promises.items():
        yield from _found(words, text, phrases, "T017", f"contradicts {name}", f'we promised: "{statement}"')
    if not is_for_colleagues(words.passage.name):
        for kind, phrases in never.words.items():
            code, message, hint = WORDS[kind]
            yield from _found(words, text, phrases, code, message, hint)


def _found(
    words: Words, text: Folded, phrases: Phrases, code: str, message: str, hint: str
) -> Iterator[Problem]:
    for found in phrases.find(text):
        said = words.text[found.at : found.at + found.length].replace(HOLE, " ")
        yield words.problem(found.at, code, f"'{said}' {message}", hint, found.length)
