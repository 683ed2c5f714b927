"""What the gate can say, and every reason it can give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from outreach.domain.scale import Channel


class Bar(StrEnum):
    """Why a step may not be sent, or not yet."""

    NO_CONTACT = "no_contact"
    OPTED_OUT = "opted_out"  # the person withdrew consent for this channel
    NO_CONSENT = "no_consent"  # this channel needs consent and none is recorded
    EXEMPTION_USED = "exemption_used"  # without consent only so many messages may tell of one thing
    SUPPRESSED = "suppressed"  # the address is dead or unsubscribed at the provider
    HALTED = "halted"  # an operator halted this scope
    QUIET_HOURS = "quiet_hours"
    NO_SENDER = "no_sender"  # this installation has no sender for the channel
    OUT_OF_DATE = "out_of_date"  # what was written down is no longer true
    NOT_SAYABLE = "not_sayable"  # the template lacks a fact it must say
    UNSAFE = "unsafe"  # the person could not talk on the phone: somebody listens
    WISH = "wish"  # the person asked to be reached in another way
    WELFARE = "welfare"  # the person wrote of harming themselves: only people speak with them now
    SPACED = "spaced"  # another warning went to this person a moment ago
    FATIGUE = "fatigue"  # so many messages are enough for a person
    COOL_DOWN = "cool_down"  # every wording of this warning was sent lately
    STALE_TOKEN = "stale_token"  # nobody has confirmed this device for long
    OVERLOOKED = "overlooked"  # somebody else reads the screen that it would show up on
    CONTACT_TOO_NEW = "contact_too_new"  # the address came with what looks like a takeover
    NO_SENDER_PROFILE = "no_sender_profile"  # that country labels or blocks unregistered senders
    BUSY = "busy"  # the provider is handed as much as it may be
    PROVIDER_DOWN = "provider_down"  # the provider's breaker is open
    OVER_CAP = "over_cap"  # enough SMS for that country or block of numbers
    OVER_SPEND = "over_spend"  # the day's money is spent


@dataclass(frozen=True, slots=True)
class Open:
    """Send now. `override` names a bar that critical urgency passed, to be logged."""

    override: Bar | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Not now, but at `until`."""

    until: datetime
    reason: Bar


@dataclass(frozen=True, slots=True)
class Barred:
    """Never on this step: fall through to the next."""

    reason: Bar


Gate = Open | Held | Barred


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """Why a step was not sent (`barred`, `held`), or was in spite of something (`overridden`)."""

    step: int
    channel: Channel
    verdict: str
    reason: Bar
    until: datetime | None = None
