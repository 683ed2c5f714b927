"""What widens ramps, what ends waits, and what tells a person what a yes would do."""

from __future__ import annotations

from outreach.domain.traffic.caps import Metering
from outreach.engine.ramping import Ramping
from outreach.engine.waiting import Waiting
from outreach.engine.weighing import Weighing
from outreach.wiring import chance
from outreach.wiring.core import lengths
from outreach.wiring.house import House
from outreach.wiring.limits import blast_policy
from outreach.wiring.policy import gate_policy
from outreach.wiring.traffic import traffic_policy


def ramping(house: House) -> Ramping:
    """The stage that widens and stops ramps."""
    place = chance.places(house.hash_key)
    return Ramping(
        store=house.store,
        rulebook=house.rules.current,
        place=place,
        clock=house.clock,
        bounds=blast_policy(house.settings),
    )


def waiting(house: House) -> Waiting:
    """The stage that warns who waited as a wait list's control."""
    return Waiting(
        store=house.store,
        rulebook=house.rules.current,
        clock=house.clock,
        new_id=chance.new_id,
        bounds=blast_policy(house.settings),
        aftermath=lengths(house.settings),
    )


def weighing(house: House) -> Weighing:
    """What tells a person what a yes would do."""
    return Weighing(
        store=house.store,
        renderer=house.renderer,
        grounds=house.grounds,
        policy=gate_policy(house.settings, house.senders),
        metering=Metering(traffic_policy(house.settings).caps),
        bounds=blast_policy(house.settings),
        clock=house.clock,
    )
