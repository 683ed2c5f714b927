"""The safety net as the settings have it: the questions' stage, and what the page says of a hold."""

from __future__ import annotations

from outreach.adapters.rulebook import kept_questionnaires
from outreach.domain.hold import AtEnd
from outreach.engine.questions import Questions
from outreach.settings import Settings
from outreach.wiring.core import lengths
from outreach.wiring.house import House


def questions(house: House) -> Questions:
    """The stage that asks whoever wants a hold lifted."""
    return Questions(
        store=house.store,
        core=house.core,
        firm=house.settings.firm,
        read=kept_questionnaires,
        aftermath=lengths(house.settings),
        zone=house.settings.default_zone,
    )


def at_end(settings: Settings) -> AtEnd:
    """What the core does when a hold ends."""
    return AtEnd(settings.safety_net.at_hold_end)
