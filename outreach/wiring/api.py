"""The inbox API over a workspace, and what its document says of the doors for providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from outreach.adapters import sendgrid, twilio
from outreach.domain.callback import ProvidersDoor
from outreach.engine.inbox import Inbox
from outreach.wiring.callbacks import INBOUND, SENDGRID, TWILIO
from outreach.wiring.house import House
from outreach.wiring.links import answer_links

FORM, JSON, TWIML = "application/x-www-form-urlencoded", "application/json", "text/xml"

CALLBACKS = (
    ProvidersDoor(path=TWILIO, signature=twilio.SIGNATURE, kind=FORM),
    ProvidersDoor(path=INBOUND, signature=twilio.SIGNATURE, kind=FORM, answers=TWIML),
    ProvidersDoor(path=SENDGRID, signature=sendgrid.SIGNATURE, kind=JSON),
)
"""Every door for providers that there can be."""


def inbox(house: House) -> Inbox:
    """The stage behind the API."""
    return Inbox(
        store=house.store,
        core=house.core,
        receive=house.feedback.receive,
        guesses=house.settings.api.guesses,
        agent_guesses=house.settings.api.agent_guesses,
    )


def answer_link(house: House) -> Callable[[str, str], tuple[str, datetime]]:
    """Makes the address of a message's answer page for a person, and says until when it leads there."""
    return answer_links(house.settings.web.public_url, lambda: house.answer_keys, house.clock)


def limits(house: House) -> Mapping[str, Any]:
    """How much the API gives to whom, by the names it has there."""
    api = house.settings.api
    return {
        "body_bytes": api.body_bytes,
        "streams": api.streams,
        "poll_seconds": api.poll_seconds,
        "heartbeat_seconds": api.heartbeat_seconds,
    }
