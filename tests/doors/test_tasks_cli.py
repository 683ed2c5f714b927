"""`outreach tasks`: what an agent sees and says, and who may see a number."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.cli.history import history
from outreach.cli.tasks import tasks
from outreach.domain.scale import Channel
from outreach.store.tables import audit
from outreach.store.tables import tasks as task_table
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import PHONE, USER, Desk, a_desk, stop_the_clock

SCRIPT = "Say: we never ask for a code.\nDo not: leave a voice message."


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose command line reads the test's clock."""
    stop_the_clock(monkeypatch)
    made = a_desk(tmp_path)
    made.write(called)
    return made


def called(ledger: Ledger) -> None:
    """Somebody in Dubai who is to be called, and somebody whose message nobody can account for."""
    person = ledger.person(USER, locale="ar", zone="Asia/Dubai", contacts={Channel.SMS: PHONE})
    outreach = ledger.outreach(person, step=4, sent=2, expires_at=NOW + timedelta(hours=2))
    ledger.message(person, outreach, step=3, channel="call", locale="ar", text=SCRIPT)
    ledger.task(person, text=SCRIPT, outreach=outreach, step=3, due_at=NOW + timedelta(hours=1))
    other = ledger.person("user-0043")
    ledger.task(other, "in_doubt", "Nobody can say.", due_at=NOW - timedelta(minutes=5))


def a_call(desk: Desk) -> str:
    with desk.store.read() as tx:
        return str(next(r.id for r in tx.connection.execute(task_table.select()) if r.kind == "call"))[-8:]


def audited(desk: Desk) -> list[tuple[str, str]]:
    with desk.store.read() as tx:
        rows = tx.connection.execute(audit.select().order_by(audit.c.id))
        return [(row.act, row.actor) for row in rows]


def test_the_list_tells_the_order_and_who_is_reached_in_time(desk: Desk) -> None:
    done = desk.run(tasks, "list")

    assert done.exit_code == 0, done.output
    assert "2 tasks. With 1 agent 1 of 1 calls that have a deadline are begun before it." in " ".join(
        done.output.split()
    )
    assert "16:00" in done.output  # the clock in Dubai
    assert PHONE not in done.output


def test_the_list_can_be_narrowed_and_read_by_programs(desk: Desk) -> None:
    def kinds(*words: str) -> list[str]:
        return [
            each["kind"] for each in json.loads(desk.run(tasks, "list", "--format", "json", *words).output)
        ]

    assert sorted(kinds()) == ["call", "in_doubt"]
    assert kinds("--kind", "call") == ["call"]
    assert kinds("--overdue") == ["in_doubt"]
    assert kinds("--owner", "ana") == []


def test_a_task_is_shown_with_what_to_say_the_language_and_the_clock_there(desk: Desk) -> None:
    shown = desk.run(tasks, "show", a_call(desk)).output

    for part in (*SCRIPT.splitlines(), "ar", "2027-03-01 16:00", "Asia/Dubai", "reached_stopped", USER):
        assert part in shown
    assert PHONE not in shown


def test_a_number_is_shown_in_full_only_where_that_is_kept(desk: Desk) -> None:
    shown = desk.run(tasks, "show", a_call(desk), "--reveal", "--actor", "ana").output

    assert PHONE in shown
    assert audited(desk) == [("task.reveal", "ana")]


def test_a_task_is_taken_ended_and_told_in_the_history(desk: Desk) -> None:
    call = a_call(desk)
    assert "Do not: leave" in desk.run(tasks, "take", call, "--actor", "ana").output
    refused = desk.run(tasks, "take", call, "--actor", "ben")
    note = ["--note", "a neighbour was there"]
    done = desk.run(tasks, "done", call, "--outcome", "unsafe_to_talk", "--actor", "ana", *note)
    told = " ".join(desk.run(history, USER).output.split())

    assert (refused.exit_code, "ana has this task" in refused.output) == (1, True)
    assert done.exit_code == 0, done.output
    assert "Nothing is sent to this person until then." in " ".join(done.output.split())
    for part in ("Task taken: call the person", "Call 1: could not talk safely", "a neighbour was there"):
        assert part in told
    assert [act for act, _ in audited(desk)] == ["task.take", "task.put_off", "open"]


def test_a_dropped_task_says_by_whom_and_why(desk: Desk) -> None:
    done = desk.run(tasks, "drop", a_call(desk), "--reason", "came to the branch", "--actor", "ana")
    told = " ".join(desk.run(history, USER).output.split())

    assert done.exit_code == 0, done.output
    assert "Task dropped: call the person" in told
    assert "came to the branch" in told


def test_what_is_no_task_is_refused_with_where_to_look(desk: Desk) -> None:
    for typed in ("f00dfeed", "x", "%%%%"):
        done = desk.run(tasks, "show", typed)
        assert done.exit_code == 1
        assert "outreach tasks list" in done.output
