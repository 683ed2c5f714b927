"""The firm's bounds on what goes out without a person's word, as the settings have them."""

from __future__ import annotations

from outreach.domain.limits import BlastPolicy
from outreach.domain.traffic.caps import MILLIONTHS
from outreach.errors import SettingsError
from outreach.settings import Settings


def blast_policy(settings: Settings) -> BlastPolicy:
    """What may go out. Raises SettingsError where money is bounded and nothing has a price."""
    said, spend = settings.limits, settings.traffic.spend
    if said.money_per_day is not None and not spend.prices:
        raise SettingsError(
            ['limits.money_per_day needs prices: [traffic.spend.prices], "*" = "0.05" at least']
        )
    if 0 < said.times_usual <= 1:
        raise SettingsError(
            ["limits.times_usual is 1 or less: every usual day would be held; 5, or 0 for none"]
        )
    return BlastPolicy(
        messages_per_day=said.messages_per_day,
        money_per_day=None if said.money_per_day is None else int(said.money_per_day * MILLIONTHS),
        currency=spend.currency,
        dearest=int(max(spend.prices.values(), default=0) * MILLIONTHS),
        times_usual=said.times_usual,
        usual_days=said.usual_days,
        least_days=said.usual_least_days,
        least_people=said.usual_least_people,
        zone=settings.default_zone,
        two_people=said.two_people,
    )
