"""The gate's policy, as the settings have it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from outreach.domain.gate import Budget, Exemption, GatePolicy, Pace, QuietHours, SenderProfile, SenderRules
from outreach.domain.gate.senders import REGISTRATION_NEEDED
from outreach.domain.scale import Channel
from outreach.settings import Settings
from outreach.wiring.zones import zones_by_country


def gate_policy(settings: Settings, channels: Iterable[Channel]) -> GatePolicy:
    """What the firm allows; `channels` are those that somebody carries."""
    return GatePolicy(
        quiet=QuietHours(start=settings.quiet_hours.start, end=settings.quiet_hours.end),
        pace=_pace(settings),
        consent_needed=frozenset(Channel(word) for word in settings.consent_needed),
        exemption=Exemption(
            channels=frozenset(Channel(word) for word in settings.consent.exemption),
            most=settings.consent.exemption_messages,
            within=timedelta(days=settings.consent.exemption_days),
        ),
        senders=frozenset({*channels, Channel.INBOX, Channel.CALL}),
        default_zone=settings.default_zone,
        zones=zones_by_country(),
        sms=sender_rules(settings),
        token_life=timedelta(days=settings.contacts.token_days),
        takeover=timedelta(days=settings.contacts.takeover_days),
        takeover_patterns=frozenset(settings.contacts.takeover_patterns),
    )


def _pace(settings: Settings) -> Pace:
    pace = settings.pace
    return Pace(
        spacing=timedelta(minutes=pace.spacing_minutes),
        critical_spacing=timedelta(minutes=pace.critical_spacing_minutes),
        cool_down=timedelta(days=pace.cool_down_days),
        budget=Budget(a_day=pace.most.a_day, a_week=pace.most.a_week),
        critical_budget=Budget(a_day=pace.most_critical.a_day, a_week=pace.most_critical.a_week),
    )


def sender_rules(settings: Settings) -> SenderRules:
    """As whom SMS go out. Files in the outbox reach no network, so nobody has to be registered for them."""
    demand = "none" if settings.channels.sms == "outbox" else settings.sender_registration
    return SenderRules(
        profiles={
            country: SenderProfile(sender=one.sender, effective=one.registered_from)
            for country, one in settings.senders.items()
        },
        needed=frozenset(REGISTRATION_NEEDED) if demand == "listed" else frozenset(),
        is_needed_everywhere=demand == "everywhere",
        is_two_way=settings.replies.two_way,
    )
