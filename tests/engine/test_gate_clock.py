"""The whole engine walked over a change of the clock, minute by minute, in five zones."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.domain.gate import GatePolicy, QuietHours
from outreach.domain.scale import Channel, Urgency
from outreach.store.database import Store
from outreach.store.tables import messages
from tests.build import a_flag, a_rule, a_rule_set, a_rulebook
from tests.conftest import sqlite_store
from tests.engine.gate_world import steps
from tests.engine.world import World
from tests.fakes import FakeClock

# The night of a change, as UTC at its beginning; Iran has none since 2022, so any night.
NIGHTS = {
    "Europe/Madrid": ((2026, 3, 28, 20), (2026, 10, 24, 20)),
    "America/New_York": ((2027, 3, 14, 1), (2026, 11, 1, 1)),
    "Asia/Tehran": ((2027, 3, 21, 17),),
    "Australia/Lord_Howe": ((2026, 4, 4, 10), (2026, 10, 3, 10)),
    "Africa/Casablanca": ((2027, 2, 6, 20), (2027, 3, 13, 20)),  # Ramadan begins and ends
}
WALKS = [(zone, at) for zone, nights in NIGHTS.items() for at in nights]
SHORT = QuietHours(start=time(1, 15), end=time(2, 30))
CHANNELS = (Channel.PUSH, Channel.SMS, Channel.PUSH, Channel.SMS)


IDS = [f"{zone}-{at[1]:02}" for zone, at in WALKS]


@pytest.mark.parametrize(("zone", "at"), [(zone, nights[-1]) for zone, nights in NIGHTS.items()])
def test_over_a_change_of_the_clock_no_step_is_sent_in_quiet_hours_none_is_skipped_and_none_sent_twice(
    tmp_path: Path, zone: str, at: tuple[int, int, int, int]
) -> None:
    walk(sqlite_store(tmp_path), zone, datetime(*at, tzinfo=UTC), QuietHours(), stride=10)


@pytest.mark.slow
@pytest.mark.parametrize("quiet", [QuietHours(), SHORT], ids=["22-8", "short"])
@pytest.mark.parametrize(("zone", "at"), WALKS, ids=IDS)
def test_it_is_so_minute_by_minute_and_where_quiet_hours_begin_and_end_inside_the_change(
    tmp_path: Path, zone: str, at: tuple[int, int, int, int], quiet: QuietHours
) -> None:
    walk(sqlite_store(tmp_path), zone, datetime(*at, tzinfo=UTC), quiet, stride=1)


def walk(store: Store, zone: str, begin: datetime, quiet: QuietHours, stride: int) -> None:
    """Fourteen hours of one person's ladder, asking every so many minutes."""
    ladder = steps(*CHANNELS, wait=timedelta(minutes=50))
    rule = a_rule(ladder=ladder, urgency=Urgency.SOON, expires=timedelta(days=3))
    book = a_rulebook(a_rule_set("job_task", rule))
    world = World(store, book=book, clock=FakeClock(begin), policy=GatePolicy(quiet=quiet))
    world.flag(a_flag(pattern="job_task", time_zone=zone, flagged_at=begin))
    dispatch = world.dispatch()
    for _ in range(14 * 60 // stride):
        dispatch.round()
        world.clock.tick(minutes=stride)
    sent = world.rows(messages)
    store.close()

    assert sorted(message.step for message in sent) == list(range(len(CHANNELS)))
    for message in sent:
        there = message.created_at.astimezone(ZoneInfo(zone))
        assert not _is_quiet(quiet, there.time()), there


def _is_quiet(quiet: QuietHours, clock: time) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end
