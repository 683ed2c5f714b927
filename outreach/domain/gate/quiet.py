"""Quiet hours, on the wall clock of whoever is to be left asleep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache

from outreach.domain.moment import is_zone, zone_of

Zones = Mapping[str, tuple[str, ...]]
"""ISO 3166 country → its IANA zones."""

LONGEST_SEARCH = timedelta(days=2)
"""How far ahead an hour is looked for that is quiet nowhere; a country that spans the day has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """No routine or soon messages from `start` to `end`, in the person's own zone."""

    start: time = time(22)
    end: time = time(8)


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
    # An hour of the settings is no second one: its fold would put an end that is skipped before its night.
    end = datetime.combine(day, quiet.end.replace(fold=0), tzinfo=zone)
    until = end.astimezone(UTC)
    # The hour that is put back happens twice: the end that counts is the one still to come.
    return until if until > now else end.replace(fold=1).astimezone(UTC)


def clocks_of(zone: str | None, country: str | None, default: str, zones: Zones) -> tuple[str, ...]:
    """The zones a person may live in: their own, else every one of their country, else the firm's."""
    if zone and is_zone(zone):
        return (zone,)
    return zones.get(country or "") or (default,)


@lru_cache(maxsize=4096)
def quiet_in_any(quiet: QuietHours, zones: tuple[str, ...], default: str, now: datetime) -> datetime | None:
    """The first moment that is quiet in none of these zones, later than now; None where now is one.

    A country that spans the whole day is never awake everywhere: there the default zone decides.
    """
    clocks = [zone_of(name, default) for name in zones]
    until = now
    while until - now < LONGEST_SEARCH:
        ends = [end for clock in clocks if (end := quiet_until(quiet, clock, until)) is not None]
        if not ends:
            return until if until > now else None
        until = max(ends)
    return quiet_until(quiet, zone_of(default), now)
