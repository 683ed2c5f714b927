"""A moment as a person reads it: in their language, on their clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_gmt

from outreach.domain.calendars import in_digits, written


def until(moment: datetime, now: datetime, zone: str, locale: str) -> str:
    """The hour, with the day where it is not today's, and that clock's offset: `14:32 (GMT+01:00)`."""
    local = moment.astimezone(_zone(zone))
    tongue = Locale.parse(locale, sep="-")
    hour = format_time(local, "short", tzinfo=local.tzinfo, locale=tongue)
    offset = get_timezone_gmt(local, "long", locale=tongue)
    said = f"{hour} ({offset})"
    if local.date() != now.astimezone(local.tzinfo).date():
        own = written(local.date(), tongue.language, tongue.territory, is_long=True)
        said = f"{own or format_date(local.date(), 'long', locale=tongue)}, {said}"
    return in_digits(said, tongue.default_numbering_system)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a feed wrote it
        return ZoneInfo("UTC")
