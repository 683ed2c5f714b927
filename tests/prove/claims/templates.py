"""Fourteen patterns, two messages, every language; SMS that fit at their longest, without link or number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, product

from outreach.adapters.renderer import JinjaRenderer
from outreach.adapters.renderer.library import Page, read_library
from outreach.adapters.renderer.worst import worst_cases
from outreach.adapters.rulebook import load_catalogue
from outreach.domain.facts import Catalogue
from outreach.domain.ladder import CALL_COMING
from outreach.domain.message import Content, sms_size
from outreach.domain.scale import Channel
from tests.languages import FIRST, written_in
from tests.patterns import of_scams
from tests.prove.figures import Figure
from tests.prove.ground import Ground

FIRM = "Firmenname12"
NAMES = ("leaving", "after_loss")
REFERENCE, CODE = "W7K3M9", "Harbor77"
LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]{2,}\.[a-z]{2,}(?=[/\s.,;:]|$)", re.IGNORECASE)
PHONE = re.compile(r"(?:\+?\d[\s().-]?){7,}")


def run(ground: Ground) -> dict[str, Figure]:
    """Every file of the clone, each said at up to `ground.n` worst cases a channel."""
    catalogue = load_catalogue(ground.root / "rules")
    folder = ground.root / "templates"
    library = read_library(folder, catalogue)
    renderer = JinjaRenderer(folder, firm=FIRM, catalogue=catalogue)
    totals: Counter[str] = Counter()
    longest: Counter[str] = Counter()
    for page in library.pages.values():
        for context in islice(_cases(page, catalogue), ground.n):
            _say(page, renderer, context, totals, longest)
    patterns = _patterns(library.pages)
    written = written_in(folder)
    missing = _wanted(patterns, written) - library.pages.keys()
    said = totals["sms"]
    return {
        "files": Figure(len(_wanted(patterns, FIRST) & library.pages.keys()), len(library.pages), "files"),
        "missing in a language": Figure(len(missing), len(written), "languages"),
        "patterns": Figure(len(patterns), len(library.pages), "files"),
        "septets in the longest English SMS": Figure(longest["en"], said, "SMS at worst-case values"),
        "English SMS outside GSM-7": Figure(totals["not gsm"], said, "SMS"),
        "units in the longest UCS-2 SMS": Figure(longest["UCS-2"], said, "SMS"),
        "septets in the longest other GSM-7 SMS": Figure(longest["GSM-7"], said, "SMS"),
        "parts in the dearest SMS": Figure(longest["parts"], said, "SMS"),
        "without firm, reference or reply digit": Figure(totals["lacking"], said, "SMS"),
        "links and phone numbers": Figure(totals["links"], totals["spoken"], "SMS and push messages"),
        "Arabic emails that do not run right to left": Figure(totals["not rtl"], totals["arabic"], "emails"),
    }


def _patterns(pages: Iterable[tuple[str, str]]) -> set[str]:
    """The scams that messages are about; the announcement of calls is of no pattern."""
    return {*of_scams(template.split("/")[0] for template, _ in pages if template != CALL_COMING)}


def _wanted(patterns: Iterable[str], locales: Iterable[str]) -> set[tuple[str, str]]:
    """Pattern × name × language."""
    return {(f"{p}/{name}", locale) for p, name, locale in product(patterns, NAMES, locales)}


def _cases(page: Page, catalogue: Catalogue) -> Iterator[dict[str, object]]:
    """What the page may be told, at its longest: whatever its SMS, push and email ask."""
    names = tuple(sorted({name for speaker in page.speakers.values() for name in speaker.names}))
    usual = {"firm": FIRM, "reference": REFERENCE, "code": CODE, "zone": "America/Argentina/Buenos_Aires"}
    for case in worst_cases(names, catalogue, FIRM):
        known = {name: value for name, value in case.items() if name not in ("firm", "reference")}
        if known.get("code"):
            known["code"] = CODE  # as long as the worst case's, and no "WWW." at the end of a sentence
        yield {"transfer": None, "on_hold": False, "hold_expires_at": None} | usual | known


def _say(
    page: Page,
    renderer: JinjaRenderer,
    context: dict[str, object],
    totals: Counter[str],
    longest: Counter[str],
) -> None:
    locale = page.file.locale
    sms, push, email = (
        renderer.render(page.file.template, channel, locale, context).content
        for channel in (Channel.SMS, Channel.PUSH, Channel.EMAIL)
    )
    size = sms_size(sms.text)
    kind = locale if locale == "en" else size.encoding
    longest[kind] = max(longest[kind], size.units)
    longest["parts"] = max(longest["parts"], size.parts)
    totals["sms"] += 1
    totals["spoken"] += 2
    totals["not gsm"] += locale == "en" and size.encoding != "GSM-7"
    totals["lacking"] += not (FIRM in sms.text and REFERENCE in sms.text and "3" in sms.text)
    totals["links"] += _has_link(sms) + _has_link(push)
    if locale == "ar":
        totals["arabic"] += 1
        totals["not rtl"] += not re.search(r"<html[^>]*\bdir=\"?rtl", email.html)


def _has_link(content: Content) -> bool:
    words = f"{content.title} {content.text}"
    return bool(LINK.search(words) or PHONE.search(words))
