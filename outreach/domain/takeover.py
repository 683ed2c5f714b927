"""Takeovers: since when somebody else may have chosen a person's contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.facts import Facts

CHANGED = "contact_changed_at"
SIGNS = (
    CHANGED,
    "device_added_at",
    "password_changed_at",
    "second_factor_changed_at",
    "phish_click_at",
)
"""Facts that tell when a takeover may have begun. `contact_changed_at` alone is the *last* change: a thief
who changes the number twice must not be written to at the first of the two."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """Contacts that came at `since` or later may be the thief's. `is_changed`: the facts say that one was
    changed, so that only a contact proven to be older is written to."""

    since: datetime
    is_changed: bool


def takeover(facts: Facts, opened_at: datetime, window: timedelta) -> Takeover | None:
    """The takeover that these frozen facts tell of, within a window before the outreach opened; or None."""
    signs = {
        name: at for name in SIGNS if isinstance(at := facts.get(name), datetime) and at > opened_at - window
    }
    return Takeover(min(signs.values()), CHANGED in signs) if signs else None
