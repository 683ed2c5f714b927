"""How the firm calls people, as the settings have it."""

from __future__ import annotations

from datetime import timedelta

from outreach.domain.calling import CallPolicy
from outreach.domain.tasking import Desk
from outreach.settings import Settings
from outreach.wiring import chance
from outreach.wiring.zones import zones_by_country


def desk(settings: Settings, hash_key: bytes) -> Desk:
    """The tasks desk's way of calling."""
    calls = settings.calls
    policy = CallPolicy(
        agents=calls.agents,
        length=timedelta(minutes=calls.minutes),
        tries=calls.tries,
        start=calls.hours.start,
        end=calls.hours.end,
        lease=timedelta(minutes=calls.lease_minutes),
    )
    return Desk(
        calls=policy,
        default_zone=settings.default_zone,
        zones=zones_by_country(),
        lot=chance.lots(hash_key),
    )
