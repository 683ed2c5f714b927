"""Moments as a person reads them: the user's own clock, with UTC beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LENGTHS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def zone_of(name: str | None, default: str = "UTC") -> ZoneInfo:
    """The zone of this name; the default, then UTC, where there is none, or none that we know."""
    for wanted in (name, default):
        try:
            if wanted:
                return ZoneInfo(wanted)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """True for the name of a zone that we know."""
    try:
        return bool(ZoneInfo(name).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def local(at: datetime, zone: str | None) -> str:
    """`2026-11-22 14:02 CET` on the wall clock of this zone."""
    return at.astimezone(zone_of(zone)).strftime("%Y-%m-%d %H:%M %Z")


def utc(at: datetime) -> str:
    """`2026-11-22 13:02 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def both(at: datetime, zone: str | None) -> str:
    """`2026-11-22 14:02 CET (13:02 UTC)`, with UTC's date where it is another day there."""
    there = at.astimezone(zone_of(zone))
    if there.utcoffset() == timedelta() and str(there.tzinfo) in {"UTC", "Etc/UTC"}:
        return utc(at)
    return f"{local(at, zone)} ({utc_beside(at, zone)})"


def utc_beside(at: datetime, zone: str | None) -> str:
    """`13:02 UTC`, with the date where it is another day than on the wall clock of this zone."""
    is_same_day = at.astimezone(zone_of(zone)).date() == at.astimezone(UTC).date()
    return utc(at)[11:] if is_same_day else utc(at)


def near(at: datetime, zone: str | None, now: datetime) -> str:
    """`14:02` today, else `2026-11-21 14:02`, on the wall clock of this zone."""
    there, today = at.astimezone(zone_of(zone)), now.astimezone(zone_of(zone)).date()
    return there.strftime("%H:%M" if there.date() == today else "%Y-%m-%d %H:%M")


def read_moment(typed: str, now: datetime) -> datetime | None:
    """An ISO date or time (UTC unless it names a zone) or a length back from now (`2d`, `12h`); else None."""
    text = typed.strip()
    count, unit = text[:-1], text[-1:].lower()
    try:
        if count.isascii() and count.isdigit() and unit in _LENGTHS:
            return now - timedelta(**{_LENGTHS[unit]: int(count)})
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
