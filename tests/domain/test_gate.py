"""The gate: who may be written to, and when; quiet hours hold on the wall clock of the person's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from outreach.domain.gate import (
    HALT_PAUSE,
    NOISELESS,
    Bar,
    Barred,
    Gate,
    GatePolicy,
    Held,
    Open,
    QuietHours,
    gate,
    quiet_until,
)
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
ADDRESSES = {Channel.PUSH: "token", Channel.SMS: "+15550100001", Channel.EMAIL: "a@example.com"}
NEEDED = GatePolicy(consent_needed=frozenset({Channel.SMS}))
HALTED = GatePolicy(halted=frozenset({Channel.SMS}))


def a_profile(**options: object) -> Profile:
    """Somebody in UTC, reachable on three channels, who was never asked for consent."""
    usual: dict[str, object] = {"person": "p", "locale": "en", "zone": "UTC", "contacts": ADDRESSES}
    return Profile(**(usual | options))  # type: ignore[arg-type]


SMS, SUPPRESSED = Channel.SMS, frozenset({Channel.SMS})


@pytest.mark.parametrize(
    ("policy", "profile", "said"),
    [
        (GatePolicy(), a_profile(), Open()),
        (GatePolicy(), a_profile(contacts={}), Barred(Bar.NO_CONTACT)),
        (GatePolicy(), a_profile(suppressed=SUPPRESSED), Barred(Bar.SUPPRESSED)),
        (GatePolicy(), a_profile(consents={SMS: False}), Barred(Bar.OPTED_OUT)),
        (GatePolicy(), a_profile(consents={SMS: True}), Open()),
        (NEEDED, a_profile(), Barred(Bar.NO_CONSENT)),
        (NEEDED, a_profile(consents={SMS: False}), Barred(Bar.OPTED_OUT)),
        (NEEDED, a_profile(consents={SMS: True}), Open()),
        (GatePolicy(senders=frozenset({Channel.PUSH})), a_profile(), Barred(Bar.NO_SENDER)),
        (HALTED, a_profile(), Held(NOON + HALT_PAUSE, Bar.HALTED)),
        (HALTED, a_profile(suppressed=SUPPRESSED), Barred(Bar.SUPPRESSED)),
    ],
)
def test_a_step_is_open_held_or_barred_for_a_reason(policy: GatePolicy, profile: Profile, said: Gate) -> None:
    assert gate(policy, profile, SMS, Urgency.CRITICAL, NOON) == said


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("urgency", Urgency)
def test_at_night_noisy_channels_are_held_and_only_critical_passes_and_says_so(
    channel: Channel, urgency: Urgency
) -> None:
    said = gate(GatePolicy(), a_profile(), channel, urgency, NIGHT)
    if channel in NOISELESS:
        assert said == Open()
    elif urgency is Urgency.CRITICAL:
        assert said == Open(override=Bar.QUIET_HOURS)
    else:
        assert said == Held(MORNING, Bar.QUIET_HOURS)


def test_a_call_needs_no_address_consent_or_sender_because_a_person_makes_it() -> None:
    nobody = a_profile(contacts={}, consents={Channel.CALL: False})

    assert gate(GatePolicy(senders=frozenset()), nobody, Channel.CALL, Urgency.SOON, NIGHT) == Open()


def test_critical_urgency_passes_the_hour_and_nothing_else() -> None:
    asleep_and_opted_out = a_profile(consents={SMS: False})

    assert gate(GatePolicy(), asleep_and_opted_out, SMS, Urgency.CRITICAL, NIGHT) == Barred(Bar.OPTED_OUT)


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../../etc/passwd", "x" * 5000, "Europe\x00"])
def test_an_unknown_zone_falls_to_the_firms_own(zone: str | None) -> None:
    policy = GatePolicy(default_zone="Asia/Tokyo")  # 08:00 there when it is 23:00 UTC
    said = gate(policy, a_profile(zone=zone), Channel.SMS, Urgency.SOON, NIGHT - timedelta(minutes=1))

    assert said == Held(NIGHT, Bar.QUIET_HOURS)


@pytest.mark.parametrize(
    ("start", "end", "clock", "ends"),
    [
        (time(22), time(8), time(21, 59, 59), None),
        (time(22), time(8), time(22), (24, time(8))),
        (time(22), time(8), time(0), (23, time(8))),
        (time(22), time(8), time(7, 59, 59), (23, time(8))),
        (time(22), time(8), time(8), None),
        (time(1), time(6), time(0, 59), None),
        (time(1), time(6), time(1), (23, time(6))),
        (time(1), time(6), time(6), None),
        (time(0), time(7), time(0), (23, time(7))),
        (time(22), time(0), time(23), (24, time(0))),
        (time(9), time(9), time(9), None),  # the same hour twice is no quiet at all
    ],
)
def test_quiet_hours_end_in_the_morning_they_reach(
    start: time, end: time, clock: time, ends: tuple[int, time] | None
) -> None:
    now = datetime.combine(NOON.date(), clock, tzinfo=UTC)
    wanted = None if ends is None else datetime.combine(NOON.date().replace(day=ends[0]), ends[1], tzinfo=UTC)

    assert quiet_until(QuietHours(start=start, end=end), UTC, now) == wanted


ZONES = ("Europe/Madrid", "America/New_York", "Asia/Tehran", "Australia/Lord_Howe", "Africa/Casablanca")
CHANGING = tuple(zone for zone in ZONES if zone != "Asia/Tehran")  # Iran gave up daylight saving in 2022
HOURS = (
    QuietHours(),
    QuietHours(start=time(1, 15), end=time(2, 30)),  # begins and ends inside the hour that is changed
    QuietHours(start=time(2, 30), end=time(1, 45)),
    QuietHours(start=time(23, 30), end=time(1, 30)),
)


@cache
def changes(zone: str) -> list[datetime]:
    """The hours of 2026 and 2027 in which this zone's clock is changed, as UTC."""
    local = ZoneInfo(zone)
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(2 * 365 * 24)]
    offsets = [hour.astimezone(local).utcoffset() for hour in hours]
    return [hours[n] for n in range(len(hours) - 1) if offsets[n] != offsets[n + 1]]


def around(zone: str) -> list[datetime]:
    """Every minute from four hours before each change to four hours after it, or of a plain day."""
    moments = changes(zone) or [datetime(2026, 3, 22, tzinfo=UTC)]
    return [at + timedelta(minutes=m) for at in moments for m in range(-4 * 60, 4 * 60)]


@cache
def quiet_minutes(quiet: QuietHours) -> frozenset[int]:
    """The minutes of the day that are quiet, the slow way: one after the other from start to end."""
    minute, end = quiet.start.hour * 60 + quiet.start.minute, quiet.end.hour * 60 + quiet.end.minute
    found = set()
    while minute != end:
        found.add(minute)
        minute = (minute + 1) % 1440
    return frozenset(found)


def is_quiet(quiet: QuietHours, local: datetime) -> bool:
    """What the clock on the wall says."""
    return local.hour * 60 + local.minute in quiet_minutes(quiet)


def is_skipped(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether the clock jumps over this moment of this day."""
    there = datetime.combine(day, clock, tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).time() != clock


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("quiet", HOURS, ids=lambda q: f"{q.start:%H%M}-{q.end:%H%M}")
def test_around_every_change_of_the_clock_nothing_opens_in_quiet_hours_and_every_hold_ends_after_them(
    zone: str, quiet: QuietHours
) -> None:
    local = ZoneInfo(zone)
    for now in around(zone):
        until = quiet_until(quiet, local, now)
        assert (until is not None) == is_quiet(quiet, now.astimezone(local)), now
        if until is None:
            continue
        there = until.astimezone(local)
        assert until > now
        assert not is_quiet(quiet, there), now
        assert there.time() == quiet.end or is_skipped(there.date(), quiet.end, local), now


@pytest.mark.parametrize("zone", CHANGING)
def test_the_clock_is_changed_four_times_in_two_years(zone: str) -> None:
    assert len(changes(zone)) == 4


def test_a_morning_that_is_an_hour_short_ends_the_hold_an_hour_sooner() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    evening = datetime(2026, 3, 28, 22, 30, tzinfo=madrid)
    plain = evening - timedelta(days=1)

    short = quiet_until(QuietHours(), madrid, evening.astimezone(UTC))
    usual = quiet_until(QuietHours(), madrid, plain.astimezone(UTC))

    assert short is not None
    assert usual is not None
    assert short - evening.astimezone(UTC) == timedelta(hours=8, minutes=30)
    assert usual - plain.astimezone(UTC) == timedelta(hours=9, minutes=30)
