"""The closed scales: channel, severity, urgency. Their order is their meaning."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a person; closed, because each has its own law, evidence and cost."""

    PUSH = "push"
    SMS = "sms"
    EMAIL = "email"
    INBOX = "inbox"
    CALL = "call"


class Severity(StrEnum):
    """How bad a pattern is for the person; across patterns the most severe warning wins."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (low) … 3 (critical)."""
        return list(Severity).index(self)


class Urgency(StrEnum):
    """How soon a warning must be read; only `critical` may pass quiet hours, with the reason logged."""

    ROUTINE = "routine"
    SOON = "soon"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (routine) … 2 (critical); dispatch takes the highest first."""
        return list(Urgency).index(self)
