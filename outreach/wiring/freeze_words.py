"""The message to a firm that has no API, for a person to copy: words of `templates/shared/freeze.*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template
from typing import Any

from outreach.domain.moment import utc
from outreach.engine.case_desk import Partner
from outreach.errors import SettingsError
from outreach.settings import Settings
from outreach.store.case_freezes import Transfer
from outreach.wiring.house import shipped


def freeze_message(
    settings: Settings, case: str, to: Partner, left: Sequence[Transfer], now: datetime
) -> str:
    """Subject and body, as they are to be copied. Raises SettingsError where the words cannot be read."""
    words = _words(settings)
    facts = {
        "firm": settings.firm,
        "to": to.shown,
        "case": case[-8:].upper(),
        "until": utc(now + to.clock.answer_within),
        "transfers": "\n".join(_line(words["line"], one) for one in left),
    }
    subject, body = (Template(str(words[part])).substitute(facts) for part in ("subject", "body"))
    return f"{subject}\n\n{body.strip()}\n"


def _line(words: Mapping[str, str], one: Transfer) -> str:
    known = one.place or words["unknown_place"]
    place = Template(words["chain"]).substitute(place=known, chain=one.chain) if one.chain else known
    amount = f"{one.amount:f} {one.currency or ''}".strip() if one.amount is not None else ""
    return Template(words["transfer"]).substitute(
        amount=amount or words["unknown_amount"],
        place=place,
        sent=utc(one.sent_at) if one.sent_at else words["unknown_time"],
    )


def _words(settings: Settings) -> Mapping[str, Any]:
    """The firm's own words in its default language, else in English, else those that ship."""
    folder = settings.at(settings.templates) / "shared"
    names = (f"freeze.{settings.default_locale}.toml", "freeze.en.toml")
    places = [*(folder / name for name in names), *(shipped("templates") / "shared" / name for name in names)]
    path = next((place for place in places if place.is_file()), places[-1])
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        for part in ("subject", "body", "line"):
            found[part]
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError([f"{path}: the words of a freeze request cannot be read: {error}"]) from None
    return found
