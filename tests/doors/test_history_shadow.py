"""What rules on probation decided shows as shadow: of one person, by rule, and in a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.cli.history import history
from outreach.store import tables
from outreach.store.database import Store
from outreach.store.shadowed import WantedShadow, shadow_counts, shadow_list
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import USER, Desk, a_desk, warned


def watched(ledger: Ledger) -> None:
    """Two people; a rule on probation would have warned both, and one of them twice."""
    first, second = ledger.person("user-0001"), ledger.person("user-0002")
    for number, person in enumerate((first, second, second)):
        at = NOW - timedelta(hours=number)
        ledger.decision(person, "job_task", rule="new-idea", shadow=True, at=at)
    ledger.decision(
        first, "job_task", rule="other-idea", shadow=True, verdict="near_miss", reason="under_score"
    )
    ledger.decision(first, "job_task", rule="live-one")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    made.write(warned)
    made.write(watched)
    return made


def test_shadow_decisions_are_counted_by_rule_and_listed_and_live_ones_are_not(desk: Desk) -> None:
    shown = desk.run(history, "--shadow")

    assert shown.exit_code == 0, shown.output
    assert "Shadow rules: recorded, nothing is sent" in shown.output
    assert "job_task/new-idea" in shown.output
    assert "3 times, 2 people" in shown.output
    assert "other-idea" in shown.output
    assert "live-one" not in shown.output
    assert "pig_butchering" not in shown.output


def test_one_rule_can_be_asked_for_and_a_time(desk: Desk) -> None:
    one = json.loads(desk.run(history, "--shadow", "--rule", "new-idea", "--format", "json").stdout)
    late = json.loads(desk.run(history, "--shadow", "--since", "30m", "--format", "json").stdout)

    assert [row["rule"] for row in one["decisions"]] == ["new-idea"] * 3
    assert [(c["rule"], c["decisions"], c["people"]) for c in one["by_rule"]] == [("new-idea", 3, 2)]
    assert {row["rule"]: 1 for row in late["decisions"]} == {"new-idea": 1, "other-idea": 1}


def test_the_list_is_a_spreadsheet_too_and_that_is_audited(desk: Desk) -> None:
    shown = desk.run(history, "--shadow", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert len(rows) == 4
    assert "user-0001" not in shown.stdout
    with desk.store.read() as tx:
        about = list(tx.connection.execute(select(tables.audit.c.act, tables.audit.c.object)))
    assert [tuple(row) for row in about] == [("export", "decisions of shadow rules")]


def test_of_one_person_only_the_shadow_decisions_are_told(desk: Desk) -> None:
    mine, theirs = desk.run(history, "user-0002", "--shadow"), desk.run(history, USER, "--shadow")

    assert mine.output.count("Shadow rule, nothing is sent: ") == 2
    assert "Flagged for" not in mine.output
    assert (theirs.exit_code, "Shadow rule" in theirs.output) == (0, False)


def test_nothing_that_fits_is_said_in_a_sentence(desk: Desk) -> None:
    shown = desk.run(history, "--shadow", "--pattern", "recovery")

    assert (shown.exit_code, shown.output) == (0, "No shadow rule decided anything that fits.\n")


@pytest.mark.parametrize(
    "words",
    [("--shadow", "--channel", "sms"), ("--rule", "x"), (USER, "--shadow", "--rule", "x")],
)
def test_options_that_mean_nothing_of_shadow_rules_are_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run(history, *words).exit_code == 2


def test_both_databases_count_alike(store: Store) -> None:
    with store.begin() as tx:
        watched(Ledger(tx, NOW).begin())

    with store.read() as tx:
        counts = shadow_counts(tx, WantedShadow(pattern="job_task"))
        rows = list(shadow_list(tx, WantedShadow(limit=2)))

    assert [(c.rule, c.decisions, c.people) for c in counts] == [("new-idea", 3, 2), ("other-idea", 1, 1)]
    assert [row.at for row in rows] == [NOW, NOW]
