"""What is wrong with the templates, told to their writers: `outreach templates check`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.core import Locale
from jinja2 import TemplateError

from outreach.adapters.renderer import formats
from outreach.adapters.renderer.files import TemplateFile, read_folder, shown, whole_file
from outreach.adapters.renderer.library import Library, Page, Speaker, read_library
from outreach.adapters.renderer.locales import format_locale
from outreach.adapters.renderer.words import one_line
from outreach.adapters.renderer.worst import worst_cases
from outreach.domain.facts import Catalogue
from outreach.domain.message import SmsSize, sms_size
from outreach.domain.problem import Problem

MOST_SEPTETS = 306  # two joined GSM-7 parts
MOST_UNITS = 201  # three joined UCS-2 parts
GSM_LOCALE = "en"  # has no excuse: one curly quote would halve the room
LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]{2,}\.[a-z]{2,}(?=[/\s\0.,;:]|$)|\b\w+\.\w{2,}/")
PHONE = re.compile(r"(?:\+?\d[\s().-]?){7,}")


def check(folder: Path, catalogue: Catalogue, firm: str) -> tuple[Problem, ...]:
    """Every problem of the folder's templates, in file order; empty where they may be sent.

    SMS are measured at the longest values: the firm's name (12 characters at least), a code of 8,
    each state of the transfer, every text fact at its longest.
    """
    library = read_library(folder, catalogue)
    found = [*library.problems, *_missing_locales(folder, library)]
    broken = {problem.file for problem in library.problems}
    for page in library.pages.values():
        found += _texts(page)
        # What does not parse cannot be said; its own problems come first.
        if not broken & {page.file.shown, shown(folder, f"shared/{page.file.locale}.j2")}:
            found += _said(page, catalogue, firm)
    return tuple(sorted(found, key=lambda p: (p.file, p.line, p.column)))


def counts(folder: Path) -> Mapping[str, Mapping[str, int]]:
    """How many message files each locale has, by review: `{"ar": {"native": 28}}`."""
    tally: dict[str, Counter[str]] = {}
    for file in read_folder(folder).messages:
        tally.setdefault(file.locale, Counter())[file.review or "unsaid"] += 1
    return {locale: dict(tally[locale]) for locale in sorted(tally)}


def _missing_locales(root: Path, library: Library) -> Iterator[Problem]:
    written = {file.template: file for file in library.folder.messages if not file.is_variant}
    locales = {file.locale for file in library.folder.messages}
    for template in written:
        for locale in sorted(locales - {name for t, name in library.pages if t == template}):
            yield whole_file(
                shown(root, f"{template}.{locale}.j2"), "T007", f"the template is missing in {locale}"
            )
    for locale in sorted(locales - set(library.folder.shared)):
        yield whole_file(
            shown(root, f"shared/{locale}.j2"), "T007", f"the shared lines are missing in {locale}"
        )


def _texts(page: Page) -> Iterator[Problem]:
    """Links and phone numbers, in the writer's own words (what values could bring is cleaned or refused)."""
    for name, speaker in page.speakers.items():
        if name == "call_script":  # read aloud by our own people
            continue
        for pattern, what in ((LINK, "a link"), (PHONE, "a phone number")):
            if found := pattern.search(speaker.block.text):
                message = f"{name} holds {what}: {found[0].strip()}"
                yield _at(page.file, speaker, "T010", message, "scammers send those: name the app instead")


def _said(page: Page, catalogue: Catalogue, firm: str) -> Iterator[Problem]:
    for name, speaker in page.speakers.items():
        longest: SmsSize | None = None
        try:
            for case in worst_cases(speaker.names, catalogue, firm):
                said = one_line(speaker.say(case | _functions(page.file.locale)))
                size = sms_size(said)
                longest = size if longest is None or _excess(size) > _excess(longest) else longest
        except (TemplateError, ValueError, TypeError, ArithmeticError, LookupError) as error:
            yield _at(
                page.file, speaker, "T014", f"{name} cannot be said: {error}", "guard what may be unknown"
            )
            continue
        if name == "sms" and longest is not None:
            yield from _size(page.file, speaker, longest)


def _size(file: TemplateFile, speaker: Speaker, size: SmsSize) -> Iterator[Problem]:
    if size.encoding != "GSM-7" and file.locale == GSM_LOCALE:
        message = f"the SMS leaves GSM-7 by {size.odd!r} (character {size.odd_at})"
        yield _at(file, speaker, "T016", message, "write it with plain characters")
    elif (excess := _excess(size)) > 0:
        room = MOST_SEPTETS if size.encoding == "GSM-7" else MOST_UNITS
        message = (
            f"the SMS is up to {size.units} long in {size.encoding} ({size.parts} parts), {room} is the most"
        )
        yield _at(file, speaker, "T009", message, f"shorten it by {excess}")


def _excess(size: SmsSize) -> int:
    """How much is too much; a pair that may not be split over two parts can cost one more part."""
    most, parts = (MOST_SEPTETS, 2) if size.encoding == "GSM-7" else (MOST_UNITS, 3)
    return max(size.units - most, size.parts - parts)


def _functions(locale: str) -> dict[str, object]:
    written: Locale = format_locale(locale, locale)
    return {
        "money": lambda amount, currency: formats.money(written, amount, currency),
        "when": lambda time: formats.when(written, None, time),
        "plural": lambda number, **forms: formats.plural(written, number, **forms),
    }


def _at(file: TemplateFile, speaker: Speaker, code: str, message: str, hint: str) -> Problem:
    line = speaker.block.line
    lines = file.text.splitlines()
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Problem(
        file=file.shown, line=line, column=1, code=code, message=message, hint=hint, line_text=source
    )
