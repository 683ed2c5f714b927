"""Lessons: one tip about a pattern, some months after an episode with it, and seldom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FEED = "education"
"""The feed that brings them, and the pattern of their flags."""

MODEL = "lessons/1"

MEANS = {
    "sent": "messages handed to a provider, or kept in the inbox",
    "delivered": "of them, those whose delivery a provider confirmed",
    "opened": "of them, those that a person opened or answered",
    "answered": "of them, those that were answered",
    "unsubscribed": "of them, those to people who ended education on that channel since the first day",
}
"""What each figure counts; they are not causes: nobody says that a lesson saved money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """When the first lesson comes after an episode's last flag, how many, and how far apart for a person."""

    after: timedelta = timedelta(days=90)
    rounds: int = 2
    apart: timedelta = timedelta(days=90)
    per_run: int = 500

    @property
    def oldest(self) -> timedelta:
        """How long after its last flag an episode may still give a lesson."""
        return self.after * (self.rounds + 1)

    def due_round(self, last_flag_at: datetime, now: datetime) -> int:
        """Which lesson is due of an episode: 0 for none yet, never more than there are."""
        return min(self.rounds, max(0, int((now - last_flag_at) / self.after)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An episode that is over, of a person who has nothing open with us."""

    person: str
    episode: str
    pattern: str
    last_flag_at: datetime
