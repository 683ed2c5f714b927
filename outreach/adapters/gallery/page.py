"""The gallery as one HTML file: it asks nobody for anything, and only its own script may run in it."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from importlib import resources
from itertools import groupby
from string import Template

from babel.core import Locale, UnknownLocaleError

from outreach.adapters.gallery.cards import Card, Gallery, Take

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""A card's takes by situation are told as one character each; there are fewer situations than these."""
CHUNKS = {"text": re.compile(r"(?<=\n\n)"), "html": re.compile(r"(?=<h1|<p>)")}


def page(gallery: Gallery) -> str:
    """The whole page.

    Words that are said often are kept once: thirty messages in twenty languages stay a few megabytes.
    """
    script, style = _part("gallery.js"), _part("gallery.css")
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Template(_part("gallery.html")).substitute(
        firm=escape(gallery.firm),
        script=script,
        style=style,
        script_hash=f"sha256-{digest}",
        messages=_inert(_told(gallery)),
    )


def _part(name: str) -> str:
    return (resources.files(__package__) / name).read_text("utf-8")


def _inert(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _told(gallery: Gallery) -> dict[str, object]:
    pool = _Pool()
    rows = list(_rows(gallery, pool))
    return {
        "firm": gallery.firm,
        "situations": [[s.values, s.transfer, s.has_code] for s in gallery.situations],
        "locales": {tag: _language(tag) for tag in gallery.locales},
        "missing": {name: list(tags) for name, tags in gallery.missing.items()},
        "rows": rows,
        "pool": list(pool.places),
    }


def _language(tag: str) -> dict[str, str]:
    try:
        known = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return {"name": tag, "dir": "auto"}
    return {
        "name": known.get_display_name("en") or tag,
        "dir": "rtl" if known.character_order == "right-to-left" else "ltr",
    }


def _rows(gallery: Gallery, pool: _Pool) -> Iterator[dict[str, object]]:
    """One message in one language, its channels beside each other."""
    for (template, locale), cards in groupby(gallery.cards, lambda card: (card.template, card.locale)):
        yield {
            "template": template,
            "locale": locale,
            "problems": list(gallery.problems.get((template, locale), ())),
            "cards": {card.channel.value: _card(card, pool) for card in cards},
        }


def _card(card: Card, pool: _Pool) -> dict[str, object]:
    return {
        "cases": "".join(DIGITS[index] for index in card.cases),
        "marks": [asdict(mark) for mark in card.marks],
        "takes": [_take(take, pool) for take in card.takes],
    }


def _take(take: Take, pool: _Pool) -> dict[str, object]:
    told: dict[str, object] = {"marks": [asdict(mark) for mark in take.marks]}
    if take.refusal:
        return told | {"refusal": take.refusal}
    if take.size is not None:
        told["size"] = asdict(take.size)
    if take.content.html:
        told["html"] = pool.chunks("html", take.content.html)
    return told | {"title": take.content.title, "text": pool.chunks("text", take.content.text)}


class _Pool:
    """Paragraphs, each kept once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def chunks(self, kind: str, text: str) -> list[int]:
        """The text as places in the pool; joined they are the text again."""
        return [self.places.setdefault(chunk, len(self.places)) for chunk in CHUNKS[kind].split(text)]
