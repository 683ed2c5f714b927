"""The firm's standing policy on traffic: who shares a channel, how much each is handed, what is capped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach.domain.scale import Channel
from outreach.domain.traffic.breaker import BreakerPolicy
from outreach.domain.traffic.bucket import Allowance
from outreach.domain.traffic.caps import CapPolicy
from outreach.domain.traffic.steer import SteerPolicy

Name = tuple[Channel, str]
"""A lane: a channel, and one provider of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficPolicy:
    """`shares`: each provider's part of its channel. `allowances`: by provider; `sender_allowances`: by
    provider and sender (`+15550100`); who is not named has no limit. `usual_senders`: whom a provider's
    messages come from where they say nothing else."""

    shares: Mapping[Name, float]
    allowances: Mapping[str, Allowance] = field(default_factory=dict)
    sender_allowances: Mapping[str, Mapping[str, Allowance]] = field(default_factory=dict)
    usual_senders: Mapping[str, str] = field(default_factory=dict)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    steer: SteerPolicy = field(default_factory=SteerPolicy)
    caps: CapPolicy = field(default_factory=CapPolicy)

    @property
    def buckets(self) -> list[tuple[str, Allowance]]:
        """Every bucket's key (a provider, or provider/sender) and what it allows."""
        senders = self.sender_allowances.items()
        own = [(f"{provider}/{name}", a) for provider, by_name in senders for name, a in by_name.items()]
        return [*self.allowances.items(), *own]
