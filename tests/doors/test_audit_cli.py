"""The audit list: who did what, when, and nothing of the people it was about."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.cli.audit import audit
from outreach.cli.halting import halt, resume
from outreach.cli.history import history, stop
from outreach.domain.auditing import ABOUT_NO_PERSON, sayable
from outreach.store.audited import WantedActs, acts
from outreach.store.database import Store
from outreach.store.desk import write_audit
from tests.build_ledger import NOW
from tests.doors.desk_world import MAIL, PHONE, USER, Desk, a_desk, warned


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    made.write(warned)
    assert made.run(halt, "--all", "--reason", "a wave, ask +34 600 112 233", "--by", "bo").exit_code == 0
    assert made.run(resume, "--all", "--by", "bo").exit_code == 0
    assert made.run(history, USER, "--actor", "ana").exit_code == 0
    assert made.run(stop, USER, "--reason", f"{MAIL} asked", "--actor", "ana").exit_code == 0
    return made


def told(desk: Desk, *words: str) -> list[dict[str, str]]:
    shown = desk.run(audit, "list", "--format", "json", *words)
    assert shown.exit_code == 0, shown.output
    found: list[dict[str, str]] = json.loads(shown.stdout)
    return found


def test_who_halted_resumed_opened_a_history_and_stopped_is_listed_newest_first(desk: Desk) -> None:
    assert [(row["actor"], row["act"]) for row in told(desk)] == [
        ("ana", "stop"),
        ("ana", "open"),
        ("bo", "resume"),
        ("bo", "halt"),
    ]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--actor", "BO"), ["resume", "halt"]),
        (("--act", "halt"), ["halt"]),
        (("--object", "all"), ["resume", "halt"]),
        (("--object", "%"), []),
        (("--since", "1h"), ["stop", "open", "resume", "halt"]),
        (("--until", "1h"), []),
        (("--limit", "1"), ["stop"]),
    ],
)
def test_the_list_can_be_narrowed(desk: Desk, words: tuple[str, ...], wanted: list[str]) -> None:
    assert [row["act"] for row in told(desk, *words)] == wanted


@pytest.mark.parametrize("style", ["text", "json"])
def test_nothing_personal_is_in_the_list(desk: Desk, style: str) -> None:
    shown = desk.run(audit, "list", "--format", style).output

    assert "a wave, ask •••" in shown
    for personal in (PHONE, MAIL, USER, "600 112 233", "asked"):
        assert personal not in shown


def test_an_act_that_nobody_ever_did_is_told_with_what_there_is(desk: Desk) -> None:
    shown = desk.run(audit, "list", "--act", "halted")

    assert shown.exit_code == 1
    assert "did you mean" in shown.output


def test_a_time_that_is_none_is_refused_with_what_to_write(desk: Desk) -> None:
    shown = desk.run(audit, "list", "--since", "yesterday")

    assert (shown.exit_code, "write a date" in shown.output) == (2, True)


def test_the_reason_of_an_act_about_a_person_is_never_told() -> None:
    assert sayable("reveal", "call back") == ""
    assert {sayable(act, "mail ana@example.com") for act in ABOUT_NO_PERSON} == {"mail •••"}
    assert sayable("approve", "2 % of 12,000 on 2026-11-23 look right") == "2 % of 12,000 on ••• look right"


def test_both_databases_find_alike(store: Store) -> None:
    with store.begin() as tx:
        for hours, about in enumerate(("job_task/a_b x", "job_task/acb y", "database")):
            write_audit(tx, "approve", about, "", "ana", NOW - timedelta(hours=hours))

    with store.read() as tx:
        found = [act.about for act in acts(tx, WantedActs(about="a_b"))]
        late = [act.about for act in acts(tx, WantedActs(since=NOW - timedelta(hours=1)))]

    assert found == ["job_task/a_b x"]
    assert late == ["job_task/a_b x", "job_task/acb y"]
