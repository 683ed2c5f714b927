"""The firm's standing policy, as the gate reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from outreach.domain.gate.quiet import QuietHours, Zones
from outreach.domain.gate.senders import SenderRules
from outreach.domain.scale import Channel, Urgency

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most messages a person gets on channels that make a sound."""

    a_day: int = 4
    a_week: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often one person is written to, over all rules. Critical warnings have their own measure."""

    spacing: timedelta = timedelta(minutes=30)
    critical_spacing: timedelta = timedelta(minutes=10)
    cool_down: timedelta = timedelta(days=14)
    budget: Budget = Budget()
    critical_budget: Budget = Budget(a_day=8, a_week=20)

    def gap(self, urgency: Urgency) -> timedelta:
        """How long a warning waits after another of its kind."""
        return self.critical_spacing if urgency is Urgency.CRITICAL else self.spacing

    @property
    def memory(self) -> timedelta:
        """How far back what a person was sent still counts."""
        return max(self.spacing, self.critical_spacing, self.cool_down, WEEK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Where warnings may go to people who were never asked, and how many about one episode in a while."""

    channels: frozenset[Channel] = frozenset()
    most: int = 3
    within: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """Quiet hours, pace, channels that need consent, channels there is a sender for, and as whom they send.

    `token_life`: how long a push token counts after a feed last named it. `takeover`: a contact that was
    changed within so long before the outreach opened counts as changed by the thief, in `takeover_patterns`.
    """

    quiet: QuietHours = field(default_factory=QuietHours)
    pace: Pace = Pace()
    consent_needed: frozenset[Channel] = frozenset()
    exemption: Exemption = Exemption()
    senders: frozenset[Channel] = frozenset(Channel)
    halted: frozenset[Channel] = frozenset()
    default_zone: str = "UTC"
    zones: Zones = field(default_factory=dict)
    sms: SenderRules = field(default_factory=SenderRules)
    token_life: timedelta = timedelta(days=60)
    takeover: timedelta = timedelta(days=30)
    takeover_patterns: frozenset[str] = frozenset({"phishing_ato"})
