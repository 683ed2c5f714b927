"""Traffic as the settings have it: shares, rates, breakers and caps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from outreach.domain.scale import Channel
from outreach.domain.traffic.breaker import BreakerPolicy
from outreach.domain.traffic.bucket import Allowance
from outreach.domain.traffic.caps import MILLIONTHS, Cap, CapPolicy
from outreach.domain.traffic.policy import Name, TrafficPolicy
from outreach.domain.traffic.steer import SteerPolicy, whole
from outreach.errors import SettingsError
from outreach.settings import Settings
from outreach.settings.traffic import CapSettings

Carriers = Sequence[tuple[str, float]]
"""Providers of one channel, with their parts of it in proportion."""


def carriers(settings: Settings) -> Mapping[Channel, Carriers]:
    """Who carries each channel that somebody carries."""
    chosen = settings.channels
    words = {Channel.PUSH: chosen.push, Channel.SMS: chosen.sms, Channel.EMAIL: chosen.email}
    found: dict[Channel, Carriers] = {}
    for channel, said in words.items():
        if isinstance(said, str):
            found[channel] = [(said, 1.0)] if said != "none" else []
        else:
            found[channel] = [(one.provider, one.weight) for one in said]
    if chosen.inbox == "outbox":
        found[Channel.INBOX] = [("outbox", 1.0)]
    return {channel: named for channel, named in found.items() if named}


def traffic_policy(settings: Settings) -> TrafficPolicy:
    """What may be sent by whom. Raises SettingsError with every line that contradicts another."""
    chosen = carriers(settings)
    problems = [*_twice(chosen), *_rates_of_nobody(settings), *_unpriced(settings)]
    if problems:
        raise SettingsError(problems)
    traffic = settings.traffic
    allowances: dict[str, Allowance] = {}
    by_sender: dict[str, dict[str, Allowance]] = defaultdict(dict)
    for key, rate in traffic.rates.items():
        provider, _, sender = key.partition("/")
        allowance = Allowance(rate=rate.parts_per_second, burst=rate.at_once)
        if sender:
            by_sender[provider][sender] = allowance
        else:
            allowances[provider] = allowance
    return TrafficPolicy(
        shares=_shares(chosen),
        allowances=allowances,
        sender_allowances=dict(by_sender),
        usual_senders={"twilio": settings.twilio.sender, "twilio2": settings.twilio2.sender},
        breaker=_breaker(settings),
        steer=_steer(settings),
        caps=_caps(settings),
    )


def _shares(chosen: Mapping[Channel, Carriers]) -> dict[Name, float]:
    shares: dict[Name, float] = {}
    for channel, named in chosen.items():
        parts = whole([weight for _, weight in named])
        shares |= {(channel, name): part for (name, _), part in zip(named, parts, strict=True)}
    return shares


def _breaker(settings: Settings) -> BreakerPolicy:
    said = settings.traffic.breaker
    return BreakerPolicy(
        window=timedelta(seconds=said.window_seconds),
        fewest=said.fewest,
        share=said.share,
        pause=timedelta(seconds=said.pause_seconds),
        longest=timedelta(seconds=max(said.longest_pause_seconds, said.pause_seconds)),
        probes=said.probes,
    )


def _steer(settings: Settings) -> SteerPolicy:
    said = settings.traffic.failover
    return SteerPolicy(
        window=timedelta(seconds=said.window_seconds),
        fewest=said.fewest,
        failed=said.failed_share,
        slow=said.slow_seconds,
        floor=said.floor,
    )


def _caps(settings: Settings) -> CapPolicy:
    traffic = settings.traffic
    spend = traffic.spend
    return CapPolicy(
        caps={place: _cap(cap) for place, cap in traffic.caps.items()},
        block=_cap(traffic.block),
        block_digits=traffic.block.digits,
        prices={place: _millionths(price) for place, price in spend.prices.items()},
        currency=spend.currency,
        per_day=None if spend.per_day is None else _millionths(spend.per_day),
    )


def _cap(said: CapSettings) -> Cap:
    return Cap(per_hour=said.per_hour, per_day=said.per_day)


def _millionths(money: Decimal) -> int:
    return int(money * MILLIONTHS)


def _twice(chosen: Mapping[Channel, Carriers]) -> list[str]:
    return [
        f"channels.{channel}: {name} stands there twice; give it one line and one weight"
        for channel, named in chosen.items()
        for name in sorted({name for name, _ in named})
        if sum(name == other for other, _ in named) > 1
    ]


KNOWN = ("outbox", "fcm", "twilio", "twilio2", "sendgrid", "smtp")


def _rates_of_nobody(settings: Settings) -> list[str]:
    return [
        f"traffic.rates: there is no provider {key.partition('/')[0]!r}; there are {', '.join(KNOWN)}"
        for key in settings.traffic.rates
        if key.partition("/")[0] not in KNOWN
    ]


def _unpriced(settings: Settings) -> list[str]:
    spend = settings.traffic.spend
    if spend.per_day is None or spend.prices:
        return []
    return ['traffic.spend.per_day needs prices: [traffic.spend.prices], "*" = 0.05 at least']
