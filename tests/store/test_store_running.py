"""How the engine is running, counted from a real ledger: each figure as the rows say, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from outreach.domain.running import Process, Running
from outreach.store import looks, runs
from outreach.store.database import Store
from outreach.store.pace import pace
from outreach.store.processes import beat, leave
from outreach.store.running import last_rules, running
from outreach.store.tables import halts, outreaches, processes
from tests.build_ledger import NOW, SHA, Ledger


def written(store: Store, rows: Any) -> Running:
    """The standing after these rows."""
    store.clock = lambda: NOW
    with store.begin() as tx:
        rows(Ledger(tx, NOW).begin())
    with store.read() as tx:
        return running(store, tx, NOW)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def test_an_empty_ledger_runs_as_it_should(store: Store) -> None:
    with store.read() as tx:
        found = running(store, tx, NOW)

    assert sum(waiting.count for waiting in found.queue.values()) == 0
    assert set(found.queue) == {"pending", "ramp", "held", "settling", "waiting", "due"}
    assert (found.too_late_share, found.lateness, found.feeds, found.providers) == (None, {}, (), ())


def test_what_is_due_is_told_by_how_late_it_is_and_what_waits_is_told_apart(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        for n, late in enumerate((0.05, 0.5, 3, 3, 90, -10)):
            ledger.outreach(ledger.person(f"u{n}"), due_at=NOW - minutes(late))
        ledger.outreach(ledger.person("held"), state="held", opened_at=NOW - minutes(7))

    found = written(store, rows)

    assert (found.due.count, found.due.oldest) == (5, NOW - minutes(90))
    assert found.lateness == {"under 10 s": 1, "10 s to 1 min": 1, "1 to 5 min": 2, "over 1 h": 1}
    assert (found.queue["waiting"].count, found.queue["held"].oldest) == (1, NOW - minutes(7))


def test_a_halted_patterns_steps_are_halted_and_not_late(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        ledger.outreach(ledger.person("u"), due_at=NOW - minutes(9))
        row = {"scope": "pattern", "object": "pig_butchering", "reason": "wrong words", "actor": "ann"}
        ledger.tx.insert(halts, [{"id": "1" * 32, **row, "at": NOW, "lifted_at": None}])

    found = written(store, rows)

    assert found.due.count == 0
    assert [(halt.scope, halt.object) for halt in found.halts] == [("pattern", "pig_butchering")]


def test_a_doubt_is_as_old_as_the_last_attempt_of_the_step_it_is_about(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        for n, tries in enumerate(((9,), (30, 4))):
            person = ledger.person(f"u{n}")
            outreach = ledger.outreach(person, state="settling", due_at=NOW + minutes(1))
            message = ledger.message(person, outreach, status="in_doubt")
            for number, ago in enumerate(tries, 1):
                ledger.attempt(message, n=number, started_at=NOW - minutes(ago))
        ledger.task(ledger.person("w"), kind="in_doubt")
        ledger.task(ledger.person("x"), kind="in_doubt", state="done")

    found = written(store, rows)

    assert (found.in_doubt.count, found.in_doubt.oldest) == (2, NOW - minutes(9))
    assert found.doubts_for_people == 1


def test_too_late_is_what_expired_in_the_last_day_before_anything_was_sent(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        for n, (reason, sent, hours) in enumerate(
            (("expired", 0, 1), ("expired", 2, 1), ("acknowledged", 1, 23), ("expired", 0, 25))
        ):
            closed = {"state": "closed", "close_reason": reason, "sent": sent}
            ledger.outreach(ledger.person(f"u{n}"), **closed, closed_at=NOW - timedelta(hours=hours))

    found = written(store, rows)

    assert (found.too_late, found.closed) == (1, {"expired": 2, "acknowledged": 1})
    assert found.too_late_share == 1 / 3


def test_a_run_is_dead_when_it_has_not_beaten_for_minutes(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        for n, ago in enumerate((1, 3, 30)):
            runs.begin_run(ledger.tx, f"{n}" * 32, SHA, NOW - minutes(40), NOW - minutes(ago))

    assert written(store, rows).dead_runs.count == 2


def test_processes_are_told_with_their_last_beat(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        row = {"holder": "7-ab", "role": "daemon", "version": "0.1.0", "started_at": NOW - minutes(5)}
        ledger.tx.insert(processes, [{**row, "beat_at": NOW - minutes(1)}])

    (process,) = written(store, rows).processes

    assert (process.role, process.beat_at) == ("daemon", NOW - minutes(1))


def test_a_look_remembers_what_came_last_and_since_when_it_fails(store: Store) -> None:
    told = (
        (0, {"brought": True}),
        (1, {}),
        (2, {"failure": "no such file"}),
        (3, {"failure": "still no such file"}),
    )
    found = []
    for minute, came in told:
        with store.begin() as tx:
            looks.write(tx, "risk", NOW + minutes(minute), **came)  # type: ignore[arg-type]
        with store.read() as tx:
            found.append(looks.feed_looks(tx)[0])
    with store.begin() as tx:
        looks.write(tx, "risk", NOW + minutes(4))
    with store.read() as tx:
        (mended,) = looks.feed_looks(tx)

    assert {look.first_at for look in found} == {look.brought_at for look in found} == {NOW}
    assert [look.failing_since for look in found] == [None, None, NOW + minutes(2), NOW + minutes(2)]
    assert found[-1].reason == "still no such file"
    assert (mended.failing_since, mended.reason, mended.looked_at) == (None, "", NOW + minutes(4))


def test_the_pace_is_counted_by_window_channel_and_result(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        for n, (ago, result, channel) in enumerate(
            (
                (0.5, "accepted", "sms"),
                (3, "accepted", "sms"),
                (3, "unavailable", "sms"),
                (50, "accepted", "push"),
            )
        ):
            person = ledger.person(f"u{n}")
            at = NOW - minutes(ago)
            message = ledger.message(person, ledger.outreach(person), channel=channel, created_at=at)
            ledger.attempt(message, result=result, started_at=at, finished_at=at)

    written(store, rows)
    with store.read() as tx:
        rates = pace(tx, NOW).rates

    assert rates["1m"] == {("sms", "accepted"): 1}
    assert rates["5m"] == {("sms", "accepted"): 2, ("sms", "unavailable"): 1}
    assert rates["1h"][("push", "accepted")] == 1


def test_a_lead_time_goes_from_the_flag_to_the_first_message_that_was_taken(store: Store) -> None:
    def rows(ledger: Ledger) -> None:
        for n, seconds in enumerate((4, 40)):
            person = ledger.person(f"u{n}")
            flag = ledger.flag(person, flagged_at=NOW - timedelta(seconds=seconds))
            outreach = ledger.outreach(person)
            about = ledger.decision(person, flag=flag, rule=f"other-{n}")
            which = update(outreaches).where(outreaches.c.id == outreach)
            ledger.tx.connection.execute(which.values(decision=about))
            first = ledger.message(person, outreach)
            ledger.attempt(first, n=1, result="unavailable", finished_at=NOW - minutes(1))
            ledger.attempt(first, n=2, finished_at=NOW)
            later = ledger.message(person, outreach, step=1)
            ledger.attempt(later, finished_at=NOW + minutes(30))

    written(store, rows)
    with store.read() as tx:
        leads = pace(tx, NOW).leads

    assert leads is not None
    assert (leads.n, leads.p50, leads.p99, leads.under_10s) == (2, 4, 40, 0.5)


def test_the_rules_of_the_last_run_are_known(store: Store) -> None:
    with store.read() as tx:
        assert last_rules(tx) is None
    written(store, lambda ledger: None)
    with store.read() as tx:
        assert last_rules(tx) == SHA


def test_a_process_lives_from_its_first_beat_until_it_leaves_or_is_forgotten(store: Store) -> None:
    def a_process(holder: str, beat_at: timedelta) -> Process:
        return Process(holder=holder, role="daemon", version="0.1.0", started_at=NOW, beat_at=NOW + beat_at)

    with store.begin() as tx:
        for holder, beat_at in (("dead", minutes(0)), ("well", minutes(0)), ("well", minutes(30))):
            beat(tx, a_process(holder, beat_at))
    with store.read() as tx:
        both = running(store, tx, NOW).processes
    with store.begin() as tx:
        beat(tx, a_process("well", minutes(61)))
    with store.read() as tx:
        one = running(store, tx, NOW).processes
    with store.begin() as tx:
        leave(tx, "well")
    with store.read() as tx:
        none = running(store, tx, NOW).processes

    assert [(p.holder, p.beat_at - NOW) for p in both] == [("dead", minutes(0)), ("well", minutes(30))]
    assert [p.holder for p in one] == ["well"]
    assert none == ()
