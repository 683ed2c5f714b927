"""From templates to a PO file: one a language, in the source's order, with what a translator must know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from outreach.adapters.translations.asks import ASKED, Unreadable, asked
from outreach.adapters.translations.made_from import digest, read_made, stale_contexts
from outreach.adapters.translations.shelf import SHARED, Shelf, path_of, read_shelf
from outreach.adapters.translations.texts import COMMENT

WIDTH = 100
ROOM = {
    "push_title": "A locked screen, in passing: 40 letters at most.",
    "push_body": "A locked screen, in passing: 120 letters at most, no amount.",
    "sms": "A phone, next to the scammer's texts: 306 letters where all are in GSM-7, else 201, at the "
    "longest values. No emoji, curly quote or long dash: one of them halves the room.",
    "email_subject": "The subject of a mail: as short as it can be.",
    "email_text": "A mail: empty lines make paragraphs.",
    "inbox_title": "In the app.",
    "inbox_body": "In the app: empty lines make paragraphs.",
    "call_script": "Said aloud by a colleague: ten lines.",
}
WORDS = {
    "firm": "the firm's name, up to 24 letters",
    "reference": "six characters by which anybody can ask whether it is ours",
    "code": "the person's anti-phishing code, or nothing",
    "transfer": "how the transfer stands; only compared",
    "hold_expires_at": "when the hold ends",
    "amount": "the amount; said by money(amount, currency)",
    "currency": "its currency; said by money(amount, currency)",
    "two_way": "whether an SMS can be answered; only asked",
    "until": "when a person is to call",
}
GUESSED = {"python-format", "python-brace-format"}
"""Flags that Babel takes `{{` and `%}` for; a PO editor would complain by them."""
WAS = "began as "
FUNCTIONS = frozenset({"money", "when", "plural"})
HEAD = """\
# {firm}: what people are told, from {source} to {locale}.
# Keep what stands in {{{{ }}}} and {{% %}}, and every $word; move it where your language wants it.
# Words inside {{% if %}} … {{% endif %}} are only said where the condition holds: translate them.
# No link, no phone number, no blame, no countdown, no promise that money comes back.
# Then: outreach templates merge {locale}.po"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A language's PO file, and how many of its texts are translated, not yet, or stale."""

    locale: str
    po: bytes
    texts: int
    untranslated: int
    stale: int


def extract(folder: Path, firm: str, source_locale: str, locale: str, now: datetime) -> Extracted:
    """The PO file of a language that may be new. Stale translations are `fuzzy` in it."""
    source, translation = read_shelf(folder, source_locale), read_shelf(folder, locale)
    old = frozenset(stale_contexts(read_made(folder, locale), source, translation))
    said = {context: text.said for context, text in translation.contexts().items()}
    head = HEAD.format(firm=firm, source=source_locale, locale=locale)
    catalog = Catalog(
        locale=locale.replace("-", "_"), header_comment=head, project=firm, creation_date=now, fuzzy=False
    )
    contexts = source.contexts()
    for context, text in contexts.items():
        stem = context.partition("#")[0]
        message = catalog.add(
            text.said,
            said.get(context, ""),
            locations=[(path_of(stem, source_locale), text.line)],
            flags=["fuzzy"] if context in old else [],
            auto_comments=[*_comments(source, context, text.said), *_was(said.get(context))],
            context=context,
        )
        message.flags -= GUESSED
    file = BytesIO()
    write_po(file, catalog, width=WIDTH)
    return Extracted(
        locale=locale,
        po=file.getvalue(),
        texts=len(contexts),
        untranslated=sum(context not in said for context in contexts),
        stale=len(old),
    )


def _was(said: str | None) -> Iterator[str]:
    """Which words the translator began with: merge must not take back what others wrote meanwhile."""
    if said is not None:
        yield f"{WAS}{digest(said)}"


def _comments(source: Shelf, context: str, said: str) -> Iterator[str]:
    stem, _, name = context.partition("#")
    yield from filter(None, (ROOM.get(name, "") if stem not in (SHARED, "shared/reply") else "",))
    if stem == "shared/reply":
        yield "An answer by SMS: three parts at most, no link, no phone number."
    if "/" in stem and stem.partition("/")[0] != SHARED:
        yield from _notes(source.files[stem])
    names = _names(stem, said)
    lines = source.texts(SHARED)
    for asked_name in sorted(names - FUNCTIONS):
        if asked_name in lines:
            yield f"{{{{ {asked_name}() }}}} is a line of its own, {SHARED}#{asked_name}: keep it as it is."
        else:
            yield f"{asked_name}: {WORDS.get(asked_name, 'a fact of rules/facts.yml')}."


def _names(stem: str, said: str) -> frozenset[str]:
    try:
        return frozenset(name.removeprefix(ASKED) for name in asked(stem, said))
    except Unreadable:
        return frozenset()


def _notes(source: str) -> Iterator[str]:
    """What the head of a template says of it, without who wrote it."""
    head = COMMENT.match(source)
    words = re.sub(r"\breview:.*", "", head[0].strip("{#- }")) if head else ""
    if words := " ".join(words.split()):
        yield words
