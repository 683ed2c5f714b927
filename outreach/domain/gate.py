"""The gate: may this step be sent now? Asked at send time, answered with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from outreach.domain.moment import zone_of
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency


class Bar(StrEnum):
    """Why a step may not be sent, or not yet."""

    NO_CONTACT = "no_contact"
    OPTED_OUT = "opted_out"  # the person withdrew consent for this channel
    NO_CONSENT = "no_consent"  # this channel needs consent and none is recorded
    SUPPRESSED = "suppressed"  # the address is dead or unsubscribed at the provider
    HALTED = "halted"  # an operator halted this scope
    QUIET_HOURS = "quiet_hours"
    NO_SENDER = "no_sender"  # this installation has no sender for the channel
    OUT_OF_DATE = "out_of_date"  # what was written down is no longer true
    NOT_SAYABLE = "not_sayable"  # the template lacks a fact it must say


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """No routine or soon messages from `start` to `end`, in the person's own zone."""

    start: time = time(22)
    end: time = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """The firm's standing policy: quiet hours, channels that need consent, channels there is a sender for."""

    quiet: QuietHours = QuietHours()
    consent_needed: frozenset[Channel] = frozenset()
    senders: frozenset[Channel] = frozenset(Channel)
    halted: frozenset[Channel] = frozenset()
    default_zone: str = "UTC"


HALT_PAUSE = timedelta(minutes=1)
"""How soon a step under a halt asks again."""

NOISELESS = frozenset({Channel.EMAIL, Channel.INBOX, Channel.CALL})
"""Channels that wake nobody by themselves: email and inbox are silent, a call is a person's task with
its own hours."""


def quiet_until(quiet: QuietHours, zone: tzinfo, now: datetime) -> datetime | None:
    """When the quiet hours around `now` end, as aware UTC and later than now; None outside them.

    Reckoned on the wall clock of the person's zone, so that daylight saving moves the end with it.
    """
    local = now.astimezone(zone)
    clock = local.time()
    over_midnight = quiet.start > quiet.end
    is_quiet = (
        (clock >= quiet.start or clock < quiet.end) if over_midnight else (quiet.start <= clock < quiet.end)
    )
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= quiet.start else 0)
    end = datetime.combine(day, quiet.end, tzinfo=zone)
    until = end.astimezone(UTC)
    # The hour that is put back happens twice: the end that counts is the one still to come.
    return until if until > now else end.replace(fold=1).astimezone(UTC)


def _permission(policy: GatePolicy, profile: Profile, channel: Channel) -> Bar | None:
    """Why this person may not be written to on this channel at all."""
    if channel is Channel.CALL:
        return None  # a task for a human, who sees the consents
    if channel not in policy.senders:
        return Bar.NO_SENDER
    if channel is not Channel.INBOX and channel not in profile.contacts:
        return Bar.NO_CONTACT
    if channel in profile.suppressed:
        return Bar.SUPPRESSED
    if profile.consents.get(channel) is False:
        return Bar.OPTED_OUT
    if channel in policy.consent_needed and channel not in profile.consents:
        return Bar.NO_CONSENT
    return None


def gate(policy: GatePolicy, profile: Profile, channel: Channel, urgency: Urgency, now: datetime) -> Gate:
    """May this step be sent now? Permission first, then an operator's halt, then the hour."""
    bar = _permission(policy, profile, channel)
    if bar is not None:
        return Barred(bar)
    if channel in policy.halted:
        return Held(now + HALT_PAUSE, Bar.HALTED)
    if channel in NOISELESS:
        return Open()
    until = quiet_until(policy.quiet, zone_of(profile.zone, policy.default_zone), now)
    if until is None:
        return Open()
    if urgency is Urgency.CRITICAL:
        return Open(override=Bar.QUIET_HOURS)
    return Held(until, Bar.QUIET_HOURS)
