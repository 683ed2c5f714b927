"""What the messages come to at their worst: can they be said, do they fit, do they look like ours?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from outreach.adapters.renderer.check.asked import Asked
from outreach.adapters.renderer.check.direction import turned
from outreach.adapters.renderer.check.saying import REFUSALS, Values, say_all
from outreach.adapters.renderer.check.sheet import HOLE, Sheet
from outreach.adapters.renderer.library import Page
from outreach.adapters.renderer.locales import is_rtl
from outreach.adapters.renderer.words import one_line, tidy
from outreach.adapters.renderer.worst import worst_cases
from outreach.domain.lookalike import BOUND, Likeness, likeness
from outreach.domain.message import GSM_BASIC, GSM_EXTENDED, SmsSize, sms_size
from outreach.domain.problem import Problem

MOST_SEPTETS = 306  # two joined GSM-7 parts
MOST_UNITS = 201  # three joined UCS-2 parts
GSM_LOCALE = "en"  # has no excuse: one curly quote would halve the room
LONGEST = {"email_subject": 70, "push_title": 50, "push_body": 178}
"""Characters that a mailbox's list and a locked screen show."""
ON_A_SCREEN = frozenset({"sms", "push_title", "push_body"})
QUIET = "email_close_quiet"

Said = Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Look:
    """What one page's worst cases told: problems, its longest SMS, and the likenesses of its messages."""

    problems: tuple[Problem, ...]
    size: SmsSize | None
    likenesses: tuple[Likeness, ...]


def look_at_said(page: Page, sheet: Sheet, shared: Sheet | None, asked: Asked) -> Look:
    """Every block of a page at every worst case."""
    problems: list[Problem] = []
    said: dict[str, Said] = {}
    for name, speaker in page.speakers.items():
        cases = worst_cases(speaker.names, asked.catalogue, asked.firm)
        try:
            said[name] = say_all(speaker, cases, page.file.locale)
        except REFUSALS as error:
            message, hint = f"{name} cannot be said: {error}", "guard what may be unknown: {% if amount %}"
            problems.append(sheet.at_block(name, "T014", message, hint))
    sizes = [sms_size(one_line(text)) for text in said.get("sms", ())]
    longest = max(sizes, key=_excess, default=None)
    for name, texts in said.items():
        problems += _of_block(sheet, name, texts)
    if longest is not None:
        problems += _size(sheet, shared, longest, sizes)
    problems += _signed(sheet, said)
    likenesses = tuple(_likenesses(said))
    problems += _alike(sheet, likenesses)
    return Look(tuple(problems), longest, likenesses)


def _of_block(sheet: Sheet, name: str, texts: Said) -> Iterator[Problem]:
    if any(not text.strip() for text in texts):
        hint = "every block says something, whatever is known"
        yield sheet.at_block(name, "T029", f"{name} can be empty", hint)
    most = LONGEST.get(name)
    longest = max((one_line(text) for text in texts), key=len, default="")
    if most is not None and len(longest) > most:
        message = f"{name} is up to {len(longest)} characters long, {most} is the most"
        yield sheet.at_block(name, "T024", message, f"shorten it by {len(longest) - most}")
    if is_rtl(sheet.file.locale):
        lines = {line for text in texts for line in tidy(text).split("\n")}
        wrong = next((found for line in sorted(lines) if (found := turned(line))), "")
        if wrong:
            hint = "begin the line with a word of the language, and set one between two Latin ones"
            yield sheet.at_block(name, "T028", f"{name} {wrong}", hint)


def _size(sheet: Sheet, shared: Sheet | None, longest: SmsSize, sizes: list[SmsSize]) -> Iterator[Problem]:
    odd, where = _first_odd(sheet, shared)
    if where is not None and (sheet.file.locale == GSM_LOCALE or not odd.isalpha()):
        message = f"{where[1]} makes this UCS-2: 70 per part"
        yield where[0].problem(where[2], "T016", message, hint="write it with plain characters")
    if (excess := _excess(longest)) > 0:
        room = MOST_SEPTETS if longest.encoding == "GSM-7" else MOST_UNITS
        message = f"the SMS is up to {longest.units} long in {longest.encoding} ({longest.parts} parts), "
        message += f"{room} is the most"
        because = f"; {where[1]} makes it UCS-2" if where is not None else ""
        yield sheet.at_block("sms", "T009", message, f"shorten it by {excess}{because}")


def _first_odd(sheet: Sheet, shared: Sheet | None) -> tuple[str, tuple[Sheet, str, int] | None]:
    """The first character of the SMS that GSM-7 lacks, letters first: without them the others could go."""
    found: list[tuple[bool, str, Sheet, int]] = []
    for source, names in ((sheet, ("sms",)), (shared, _shared_names(sheet, shared))):
        for name in names if source is not None else ():
            passage = source.passage(name) if source is not None else None
            if source is not None and passage is not None:
                for at, char in enumerate(source.words(passage)):
                    if (
                        char not in GSM_BASIC
                        and char not in GSM_EXTENDED
                        and char != HOLE
                        and not char.isspace()
                    ):
                        found.append((not _is_letter(char), char, source, passage.start + at))
    if not found:
        return "", None
    first = min(found, key=lambda one: one[0])
    _, char, source, at = first
    place = source.problem(at, "", "")
    beside = "" if source is sheet else f" of {source.file.path}"
    said = f"{char} at line {place.line} column {place.column}{beside}"
    return ("a" if _is_letter(char) else char), (source, said, at)


def _shared_names(sheet: Sheet, shared: Sheet | None) -> tuple[str, ...]:
    """The macros that the SMS says, and those that these say."""
    passage = sheet.passage("sms")
    if shared is None or passage is None:
        return ()
    names = {one.name for one in shared.passages}
    found: set[str] = set()
    todo = [sheet.file.text[passage.start : passage.end]]
    while todo:
        said = todo.pop()
        for name in sorted(names - found):
            if f"{name}(" in said and (one := shared.passage(name)) is not None:
                found.add(name)
                todo.append(shared.file.text[one.start : one.end])
    return tuple(sorted(found))


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def _excess(size: SmsSize) -> int:
    """How much is too much; a pair that may not be split over two parts can cost one more part."""
    most, parts = (MOST_SEPTETS, 2) if size.encoding == "GSM-7" else (MOST_UNITS, 3)
    return max(size.units - most, size.parts - parts)


def _signed(sheet: Sheet, said: Mapping[str, Said]) -> Iterator[Problem]:
    """An email says the person's own code and the reference, an SMS the firm and the reference."""
    words = {"email_text": ("code", "reference"), "sms": ("firm", "reference")}
    for name, asked in words.items():
        for word in asked:
            if word == "code" and f"{QUIET}(" in sheet.file.text:
                continue  # somebody reads along
            if any(not _says(text, case, word) for text, case in said.get(name, {}).items()):
                message = f"{name} does not always say {{{{ {word} }}}}"
                hint = "it is how a person knows that we wrote: the endings of shared/ say it"
                yield sheet.at_block(name, "T025", message, hint)


def _says(text: str, case: Values, word: str) -> bool:
    value = case.get(word, "") if word in case else None
    return word in case and (value is None or str(value) in text)


def _likenesses(said: Mapping[str, Said]) -> Iterator[Likeness]:
    for name in ("sms", "push_body"):
        for text in said.get(name, ()):
            yield likeness(one_line(text))


def _alike(sheet: Sheet, likenesses: tuple[Likeness, ...]) -> Iterator[Problem]:
    worst = max(likenesses, key=lambda one: one.score, default=None)
    if worst is not None and worst.is_close:
        message = f"reads like a scam: {', '.join(worst.signs)} ({worst.score} of at most {BOUND - 1})"
        yield sheet.at_block("sms", "T030", message, "say what to check in the app instead")
