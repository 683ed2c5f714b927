"""Takeovers: since when somebody else may have chosen a person's contacts."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    changed, so that only a contact proven to be older is written to. `told_at`: the person said that it was
    not them; what came after that is never written to, of the others the oldest rather than none."""

    since: datetime
    is_changed: bool
    told_at: datetime | None = None


def takeover(facts: Facts, opened_at: datetime, window: timedelta) -> Takeover | None:
    """The takeover that these frozen facts tell of, within a window before the outreach opened; or None."""
    signs = {
        name: at for name in SIGNS if isinstance(at := facts.get(name), datetime) and at > opened_at - window
    }
    return Takeover(min(signs.values()), CHANGED in signs) if signs else None


def as_told(told: Takeover | None, told_at: datetime, window: timedelta) -> Takeover:
    """The takeover of somebody who said "this was not me", whatever the pattern: it may have begun a window
    before. `told` is what the facts tell of it, where they do."""
    since = told_at - window
    if told is None:
        return Takeover(since, is_changed=False, told_at=told_at)
    return replace(told, since=min(told.since, since), told_at=told_at)
