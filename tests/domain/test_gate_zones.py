"""Quiet hours where clocks are changed, and where nobody knows which clock a person lives by."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outreach.domain.gate import Bar, Barred, GatePolicy, Held, Open, QuietHours, gate, quiet_until
from outreach.domain.gate.quiet import clocks_of, quiet_in_any
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency
from outreach.wiring.zones import zones_by_country

NAMED = ("Europe/Madrid", "America/New_York", "Asia/Tehran", "Australia/Lord_Howe", "Africa/Casablanca")
YEARS = range(2026, 2031)
SHIFTS = {
    # zone: (changes in five years, by how many minutes). Iran gave daylight saving up in 2022; Morocco puts
    # its clock back for Ramadan.
    "Europe/Madrid": (10, 60),
    "America/New_York": (10, 60),
    "Asia/Tehran": (0, 0),
    "Australia/Lord_Howe": (10, 30),
    "Africa/Casablanca": (11, 60),
}
HOURS = (
    QuietHours(),
    QuietHours(start=time(1, 15), end=time(2, 30)),  # begins and ends inside the hour that is changed
    QuietHours(start=time(2, 30), end=time(1, 45)),
    QuietHours(start=time(23, 30), end=time(1, 30)),
)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The first whole minute after each change of this zone's clock in 2026 … 2030, as UTC."""
    local, found = ZoneInfo(zone), []
    at, end = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC)
    while at < end:
        then = at + timedelta(hours=12)
        if at.astimezone(local).utcoffset() != then.astimezone(local).utcoffset():
            found.append(_change_between(local, at, then))
        at = then
    return tuple(found)


def offset(zone: str, at: datetime) -> timedelta:
    """How far from UTC the clock is then."""
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _change_between(local: ZoneInfo, early: datetime, late: datetime) -> datetime:
    while late - early > timedelta(minutes=1):
        middle = early + timedelta(minutes=(late - early) // timedelta(minutes=2))
        same = early.astimezone(local).utcoffset() == middle.astimezone(local).utcoffset()
        early, late = (middle, late) if same else (early, middle)
    return late


def is_quiet(quiet: QuietHours, there: datetime) -> bool:
    """What the clock on the wall says, the slow way: one minute after the other from start to end."""
    clock = there.hour * 60 + there.minute
    minute, end = quiet.start.hour * 60 + quiet.start.minute, quiet.end.hour * 60 + quiet.end.minute
    return (clock - minute) % 1440 < (end - minute) % 1440


def a_profile(zone: str | None, country: str | None = None) -> Profile:
    return Profile(
        person="p", locale="en", zone=zone, country=country, contacts={Channel.SMS: "+15550100001"}
    )


def said(zone: str, quiet: QuietHours, now: datetime) -> Open | Held | Barred:
    return gate(GatePolicy(quiet=quiet), a_profile(zone), Channel.SMS, Urgency.SOON, now)


@pytest.mark.parametrize("zone", NAMED)
def test_the_clocks_change_as_often_and_as_far_as_the_table_says(zone: str) -> None:
    far = {abs(offset(zone, at) - offset(zone, at - timedelta(minutes=1))) for at in changes(zone)}

    assert len(changes(zone)) == SHIFTS[zone][0]
    assert far <= {timedelta(minutes=SHIFTS[zone][1])}


@pytest.mark.parametrize("zone", NAMED)
@pytest.mark.parametrize("quiet", HOURS, ids=lambda q: f"{q.start:%H%M}-{q.end:%H%M}")
def test_every_minute_around_every_change_is_open_or_held_as_the_clock_on_the_wall_says(
    zone: str, quiet: QuietHours
) -> None:
    local = ZoneInfo(zone)
    for change in changes(zone) or (datetime(2026, 3, 22, tzinfo=UTC),):
        for minute in range(-4 * 60, 4 * 60):
            now = change + timedelta(minutes=minute)
            word = said(zone, quiet, now)
            assert isinstance(word, Held) is is_quiet(quiet, now.astimezone(local)), now


@pytest.mark.parametrize("zone", NAMED)
@pytest.mark.parametrize("quiet", HOURS, ids=lambda q: f"{q.start:%H%M}-{q.end:%H%M}")
def test_a_step_held_over_a_change_is_sent_once_and_not_in_the_quiet_hours(
    zone: str, quiet: QuietHours
) -> None:
    """None skipped, none twice: whoever is held from any minute on wakes up a finite number of times, and
    then the gate is open."""
    local = ZoneInfo(zone)
    for change in changes(zone) or (datetime(2026, 3, 22, tzinfo=UTC),):
        for minute in range(-24 * 60, 12 * 60, 7):
            now, holds = change + timedelta(minutes=minute), 0
            while isinstance(word := said(zone, quiet, now), Held):
                assert word.until > now
                now, holds = word.until, holds + 1
                assert holds <= 2
            assert not is_quiet(quiet, now.astimezone(local))


@example(zone="Europe/Madrid", place=6, minutes=-142, start=time(22), end=time(2, 30, fold=1))
@given(
    zone=st.sampled_from(NAMED),
    place=st.integers(0, 9),
    minutes=st.integers(-36 * 60, 36 * 60),
    start=st.times(),
    end=st.times(),
)
def test_whatever_the_quiet_hours_nobody_is_woken_in_them_around_a_change(
    zone: str, place: int, minutes: int, start: time, end: time
) -> None:
    quiet = QuietHours(start=start.replace(second=0, microsecond=0), end=end.replace(second=0, microsecond=0))
    moments = changes(zone) or (datetime(2026, 3, 22, tzinfo=UTC),)
    now = moments[place % len(moments)] + timedelta(minutes=minutes)
    local = ZoneInfo(zone)

    until = quiet_in_any(quiet, (zone,), "UTC", now)

    assert (until is not None) is is_quiet(quiet, now.astimezone(local))
    if until is not None:
        assert until > now
        assert not is_quiet(quiet, until.astimezone(local))


@pytest.mark.slow
@pytest.mark.parametrize("quiet", HOURS[:2], ids=lambda q: f"{q.start:%H%M}-{q.end:%H%M}")
def test_around_every_change_of_every_zone_of_the_world_nobody_is_woken(quiet: QuietHours) -> None:
    seen = 0
    for zone in sorted(available_timezones()):
        local = ZoneInfo(zone)
        for change in changes(zone):
            for minute in range(-180, 180, 5):
                now = change + timedelta(minutes=minute)
                until = quiet_until(quiet, local, now)
                assert (until is not None) is is_quiet(quiet, now.astimezone(local)), (zone, now)
                assert until is None or until > now
            seen += 1
    assert seen > 1000


NIGHT_IN_NEW_YORK = datetime(2026, 7, 2, 2, 30, tzinfo=UTC)  # 22:30 there, 19:30 in Los Angeles
EVENING_IN_THE_STATES = datetime(2026, 7, 1, 20, tzinfo=UTC)  # 16:00 in New York, 10:00 in Honolulu
WORLD = GatePolicy(zones=zones_by_country(), default_zone="Asia/Tokyo")


def test_where_the_zone_is_unknown_it_is_night_if_it_is_night_anywhere_in_the_country() -> None:
    nobody_knows = a_profile(None, "US")
    word = gate(WORLD, nobody_knows, Channel.SMS, Urgency.SOON, NIGHT_IN_NEW_YORK)

    assert isinstance(word, Held)
    assert word.reason is Bar.QUIET_HOURS
    assert word.until == datetime(2026, 7, 2, 18, tzinfo=UTC)  # 08:00 in Honolulu, the last to get up
    assert gate(WORLD, nobody_knows, Channel.SMS, Urgency.SOON, EVENING_IN_THE_STATES) == Open()


def test_a_known_zone_decides_alone_whatever_the_country() -> None:
    there = a_profile("America/Los_Angeles", "US")

    assert gate(WORLD, there, Channel.SMS, Urgency.SOON, NIGHT_IN_NEW_YORK) == Open()


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../../etc/passwd", "Europe\x00"])
@pytest.mark.parametrize("country", [None, "", "ZZ", "us"])
def test_without_a_zone_or_a_country_the_firms_own_zone_decides(
    zone: str | None, country: str | None
) -> None:
    assert clocks_of(zone, country, "Asia/Tokyo", WORLD.zones) == ("Asia/Tokyo",)


def test_a_zone_nobody_knows_is_as_good_as_none() -> None:
    assert clocks_of("Mars/Olympus", "CL", "UTC", WORLD.zones) == WORLD.zones["CL"]


def test_a_country_in_which_it_is_always_night_somewhere_keeps_the_firms_hours() -> None:
    for hour in range(48):
        now = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert quiet_in_any(QuietHours(), WORLD.zones["AQ"], "UTC", now) == quiet_until(
            QuietHours(), UTC, now
        )


@pytest.mark.parametrize("country", ["US", "RU", "BR", "AU", "MX", "ID", "ES", "PT", "CL", "KZ", "CD", "GL"])
def test_over_all_zones_of_a_country_a_step_opens_only_where_nobody_sleeps(country: str) -> None:
    zones = [ZoneInfo(name) for name in WORLD.zones[country]]
    for minute in range(0, 2 * 1440, 15):
        now = datetime(2026, 10, 24, 12, tzinfo=UTC) + timedelta(minutes=minute)  # Europe's clocks go back
        word = gate(WORLD, a_profile(None, country), Channel.SMS, Urgency.SOON, now)
        sleeps = any(is_quiet(QuietHours(), now.astimezone(zone)) for zone in zones)
        assert isinstance(word, Held) is sleeps, now
        if isinstance(word, Held):
            assert not any(is_quiet(QuietHours(), word.until.astimezone(zone)) for zone in zones), now


def test_every_country_has_zones_that_we_know() -> None:
    known = available_timezones()

    assert len(WORLD.zones) > 240
    assert all(zone in known for zones in WORLD.zones.values() for zone in zones)
