"""The gate itself: permission first, then an operator's halt, then the hour, then how much is enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from outreach.domain.consent import Program
from outreach.domain.gate.bars import Bar, Barred, Gate, Held, Open
from outreach.domain.gate.policy import DAY, WEEK, Exemption, GatePolicy
from outreach.domain.gate.quiet import clocks_of, quiet_in_any
from outreach.domain.overlooked import ON_SCREEN
from outreach.domain.profile import Profile
from outreach.domain.recent import INTRUSIVE, Weight, room_at, spaced_until
from outreach.domain.scale import Channel, Urgency

HALT_PAUSE = timedelta(minutes=1)
"""How soon a step under a halt asks again."""

CARE_PAUSE = timedelta(minutes=15)
"""How soon a step asks again that waits for somebody's word; a resume wakes it at once."""

NOISELESS = frozenset({Channel.EMAIL, Channel.INBOX, Channel.CALL})
"""Channels that wake nobody by themselves: email and inbox are silent, a call is a person's task with
its own hours."""


def _permission(
    policy: GatePolicy, profile: Profile, channel: Channel, program: Program, now: datetime
) -> Bar | None:
    """Why this person may not be written to on this channel at all."""
    if profile.wish is not None and not profile.wish.allows(channel):
        return Bar.WISH
    if channel is Channel.CALL:
        return None  # a task for a human, who sees the consents
    if profile.is_overlooked and channel in ON_SCREEN:
        return Bar.OVERLOOKED
    if channel not in policy.senders:
        return Bar.NO_SENDER
    if channel is not Channel.INBOX and channel not in profile.contacts:
        return Bar.CONTACT_TOO_NEW if channel in profile.too_new else Bar.NO_CONTACT
    if channel in profile.suppressed:
        return Bar.SUPPRESSED
    return ungrounded(policy, profile, channel, program, now) or _address(policy, profile, channel, now)


def ungrounded(
    policy: GatePolicy, profile: Profile, channel: Channel, program: Program, now: datetime
) -> Bar | None:
    """Which ground is missing to write to this person on this channel: a no always counts, a yes is enough.

    Without either, education goes to the app's inbox only. A warning may rest on an exemption, within its
    limits, even where consent is needed; elsewhere it needs no ground of its own.
    """
    said = profile.said(program).get(channel)
    if said is not None:
        return None if said else Bar.OPTED_OUT
    if program is Program.EDUCATION:
        return None if channel is Channel.INBOX else Bar.NO_CONSENT
    if channel in policy.exemption.channels:
        return _exemption(policy.exemption, profile, channel, now)
    if channel in policy.consent_needed:
        return Bar.NO_CONSENT
    # Where the ledger itself names the exemption as the ground, its limits count whatever the settings say.
    return _exemption(policy.exemption, profile, channel, now) if channel in profile.exempt else None


def _exemption(limits: Exemption, profile: Profile, channel: Channel, now: datetime) -> Bar | None:
    """Whether an exemption's messages about this episode are used up on this channel."""
    recent = profile.recent
    sent = [t for t in recent.all if t.episode == recent.episode and t.channel is channel]
    return Bar.EXEMPTION_USED if room_at(sent, limits.most, limits.within, now) is not None else None


def _address(policy: GatePolicy, profile: Profile, channel: Channel, now: datetime) -> Bar | None:
    """What is wrong with the address itself, or with whom a message to it would come from."""
    if channel is Channel.PUSH:
        seen = profile.seen.get(channel)
        return Bar.STALE_TOKEN if seen is not None and now - seen > policy.token_life else None
    if channel is Channel.SMS and policy.sms.sender_for(profile.contacts[channel], now) is None:
        return Bar.NO_SENDER_PROFILE
    return None


def gate(
    policy: GatePolicy,
    profile: Profile,
    channel: Channel,
    urgency: Urgency,
    now: datetime,
    program: Program = Program.SECURITY,
) -> Gate:
    """May this step be sent now? `profile.recent` holds what the person was sent lately."""
    if profile.in_distress:  # first of all: nothing may pass it, and nothing may fall through
        return Held(now + CARE_PAUSE, Bar.WELFARE)
    bar = _permission(policy, profile, channel, program, now)
    if bar is not None:
        return Barred(bar)
    if profile.silent_until is not None and now < profile.silent_until:
        return Held(profile.silent_until, Bar.UNSAFE)
    if channel in policy.halted:
        return Held(now + HALT_PAUSE, Bar.HALTED)
    enough = _enough(policy, profile, channel, urgency, now)
    if channel in NOISELESS:
        return enough or Open()
    zones = clocks_of(profile.zone, profile.country, policy.default_zone, policy.zones)
    until = quiet_in_any(policy.quiet, zones, policy.default_zone, now)
    if until is None:
        return enough or Open()
    if urgency is Urgency.CRITICAL:
        return enough or Open(override=Bar.QUIET_HOURS)
    return Held(until, Bar.QUIET_HOURS)


def _enough(
    policy: GatePolicy, profile: Profile, channel: Channel, urgency: Urgency, now: datetime
) -> Held | None:
    """Whether this person was sent enough for the moment, by other outreaches or by all together."""
    recent = profile.recent
    if channel is Channel.CALL or not (recent.own or recent.others):
        return None
    pace, is_critical = policy.pace, urgency is Urgency.CRITICAL
    weight = recent.weight or Weight(urgency_rank=urgency.rank)
    spaced = spaced_until(recent.others, weight, pace.gap(urgency), now)
    if spaced is not None:
        return Held(spaced, Bar.SPACED)
    if channel not in INTRUSIVE:
        return None
    budget = pace.critical_budget if is_critical else pace.budget
    counted = [t for t in recent.all if t.channel in INTRUSIVE and t.is_critical is is_critical]
    ends = (room_at(counted, budget.a_day, DAY, now), room_at(counted, budget.a_week, WEEK, now))
    until = max((end for end in ends if end is not None), default=None)
    return None if until is None else Held(until, Bar.FATIGUE)
