"""What is trouble, and since when: each promise with the moment just before and just after it breaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.running import (
    FeedLook,
    Halt,
    Process,
    Provider,
    RulesStanding,
    Running,
    TasksNow,
    Waiting,
    leads_of,
)
from outreach.domain.trouble import FIRST, Promises, Sign, Trouble, judge
from tests.build import NOW

SECOND = timedelta(seconds=1)
PROMISES = Promises(quiet_for={"risk": timedelta(hours=1)})


def ago(length: timedelta) -> Any:
    return NOW - length


def a_daemon(**changes: Any) -> Process:
    usual: dict[str, Any] = {"holder": "1-a", "role": "daemon", "version": "0.1.0", "beat_at": NOW}
    return Process(**{**usual, "started_at": ago(timedelta(days=1)), **changes})


def a_look(**changes: Any) -> FeedLook:
    usual: dict[str, Any] = {"feed": "risk", "looked_at": NOW, "brought_at": NOW}
    return FeedLook(**{**usual, "first_at": ago(timedelta(days=9)), **changes})


def well(**changes: Any) -> Running:
    """An engine that runs as it should."""
    return Running(**{"at": NOW, "processes": (a_daemon(),), "feeds": (a_look(),), **changes})


def signs(running: Running, promises: Promises = PROMISES) -> list[str]:
    return [trouble.sign.value for trouble in judge(running, promises, NOW)]


def test_an_engine_that_runs_well_is_in_no_trouble() -> None:
    assert judge(well(), PROMISES, NOW) == ()


def late(by: timedelta) -> Running:
    return well(queue={"due": Waiting(count=7, oldest=ago(by))})


def doubtful(count: int, by: timedelta) -> Running:
    return well(in_doubt=Waiting(count=count, oldest=ago(by)))


BROKEN = {
    "queue_late": (late(PROMISES.queue), late(PROMISES.queue + SECOND)),
    "in_doubt": (doubtful(1, PROMISES.doubt), doubtful(1, PROMISES.doubt + SECOND)),
    "feed_silent": (
        well(feeds=(a_look(brought_at=ago(timedelta(hours=1))),)),
        well(feeds=(a_look(brought_at=ago(timedelta(hours=1) + SECOND)),)),
    ),
    "feed_failing": (
        well(feeds=(a_look(failing_since=ago(PROMISES.unread)),)),
        well(feeds=(a_look(failing_since=ago(PROMISES.unread + SECOND)),)),
    ),
    "feed_unread": (
        well(feeds=(a_look(looked_at=ago(PROMISES.unread)),)),
        well(feeds=(a_look(looked_at=ago(PROMISES.unread + SECOND)),)),
    ),
    "daemon_dead": (
        well(processes=(a_daemon(beat_at=ago(PROMISES.beat)),)),
        well(processes=(a_daemon(beat_at=ago(PROMISES.beat + SECOND)),)),
    ),
    "approval_waits": (
        well(approvals=Waiting(count=1, oldest=ago(PROMISES.approval))),
        well(approvals=Waiting(count=1, oldest=ago(PROMISES.approval + SECOND))),
    ),
    "welfare_waits": (well(), well(welfare=Waiting(count=1, oldest=NOW))),
    "rule_unusual": (well(), well(unusual=Waiting(count=1, oldest=NOW))),
    "tasks_overdue": (
        well(tasks=TasksNow(overdue=Waiting(count=1, oldest=ago(PROMISES.task)))),
        well(tasks=TasksNow(overdue=Waiting(count=1, oldest=ago(PROMISES.task + SECOND)))),
    ),
    "cases_late": (
        well(cases=Waiting(count=1, oldest=ago(PROMISES.case))),
        well(cases=Waiting(count=1, oldest=ago(PROMISES.case + SECOND))),
    ),
    "run_dead": (well(), well(dead_runs=Waiting(count=1, oldest=NOW))),
    "halted": (well(), well(halts=(Halt(scope="channel", object="sms", reason="x", at=NOW),))),
    "rules_stand_in": (
        well(rules=RulesStanding(sha256="a")),
        well(rules=RulesStanding(sha256="a", problems=2)),
    ),
    "breaker_open": tuple(
        well(
            providers=(
                Provider(
                    channel="sms",
                    provider="twilio",
                    breaker=state,
                    since=NOW,
                    share=1.0,
                    weight=1.0,
                    tried=0,
                    failed=0,
                    answer_seconds=None,
                ),
            )
        )
        for state in ("half_open", "open")
    ),
}


@pytest.mark.parametrize("sign", list(Sign))
def test_each_promise_is_kept_up_to_its_limit_and_broken_past_it(sign: Sign) -> None:
    kept, broken = BROKEN[sign.value]

    assert signs(kept) == []
    assert signs(broken) == [sign.value]


def test_too_many_doubts_are_trouble_however_young() -> None:
    assert signs(doubtful(PROMISES.doubts, timedelta())) == []
    assert signs(doubtful(PROMISES.doubts + 1, timedelta())) == ["in_doubt"]


def test_what_an_operator_halted_is_told_as_halted_and_not_as_late() -> None:
    everything = Halt(scope="all", object="", reason="fire", at=NOW)

    assert signs(replace(late(timedelta(hours=1)), halts=(everything,))) == ["halted"]


def test_a_feed_is_in_one_trouble_at_a_time() -> None:
    long_ago = ago(timedelta(days=3))
    unread = a_look(looked_at=long_ago, brought_at=long_ago, failing_since=long_ago)

    assert signs(well(feeds=(unread,))) == ["feed_unread"]
    assert signs(well(feeds=(replace(unread, looked_at=NOW),))) == ["feed_failing"]


def test_a_feed_that_never_brought_anything_is_silent_since_it_was_first_looked_at() -> None:
    young, old = ago(timedelta(minutes=59)), ago(timedelta(minutes=61))

    assert signs(well(feeds=(a_look(brought_at=None, first_at=young),))) == []
    assert signs(well(feeds=(a_look(brought_at=None, first_at=old),))) == ["feed_silent"]


def test_a_declared_feed_that_no_daemon_ever_looked_at_is_missed_and_one_taken_out_is_not() -> None:
    assert signs(well(feeds=())) == ["feed_unread"]
    assert signs(well(feeds=(), processes=(a_daemon(started_at=NOW),))) == []
    assert signs(well(feeds=(a_look(), a_look(feed="gone", looked_at=ago(timedelta(days=9)))))) == []


def test_a_feed_with_no_limit_may_be_silent_for_ever() -> None:
    silent = well(feeds=(a_look(brought_at=ago(timedelta(days=900)), first_at=ago(timedelta(days=999))),))

    assert signs(silent, Promises(quiet_for={"risk": timedelta()})) == []


def test_as_many_daemons_as_promised_must_live_and_other_processes_do_not_count() -> None:
    processes = (a_daemon(), a_daemon(holder="2-b", role="web"))
    two = replace(PROMISES, daemons=2)

    assert judge(well(processes=processes), two, NOW) == (Trouble(sign=Sign.DAEMON_DEAD, count=1, since=NOW),)
    assert signs(well(processes=()), replace(PROMISES, daemons=0, quiet_for={})) == []


@given(st.lists(st.sampled_from(sorted(BROKEN)), unique=True))
def test_troubles_come_in_the_order_of_the_closed_list(names: list[str]) -> None:
    fields: dict[str, Any] = {}
    for name in sorted(names):
        broken, usual = BROKEN[name][1], well()
        fields |= {
            field: getattr(broken, field)
            for field in Running.__dataclass_fields__
            if getattr(broken, field) != getattr(usual, field)
        }
    found = signs(well(**fields))

    assert found == [sign.value for sign in Sign if sign.value in found]


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_lead_times_that_occurred_and_rise(seconds: list[float]) -> None:
    leads = leads_of(seconds)

    assert leads is not None
    assert {leads.p50, leads.p90, leads.p99} <= set(seconds)
    assert leads.p50 <= leads.p90 <= leads.p99
    assert sum(s <= leads.p90 for s in seconds) >= 0.9 * len(seconds)


def test_nobody_written_to_has_no_lead_time() -> None:
    assert leads_of([]) is None


def test_every_trouble_says_where_to_look_first() -> None:
    assert set(FIRST) == set(Sign)


def test_the_mark_of_a_restored_database_is_no_trouble_beside_the_halt_of_everything() -> None:
    halts = tuple(Halt(scope=scope, object="", reason="x", at=NOW) for scope in ("all", "restored"))

    assert [trouble.about for trouble in judge(well(halts=halts), Promises(), NOW)] == ["all"]
