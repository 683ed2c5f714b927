"""`outreach report outcomes`, as whoever answers for the figures types it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from outreach.cli.figures_outcomes import report
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.means import LEVELS
from outreach.domain.outcomes.rows import COLUMNS
from tests.build_ledger import Ledger
from tests.doors.desk_world import Desk, a_desk

STYLES = ("text", "html", "json", "csv")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    made.write(nine_warned)
    return made


def nine_warned(ledger: Ledger) -> None:
    ledger.now -= timedelta(days=3)
    for n in range(9):
        person = ledger.person(f"user-{n}")
        outreach = ledger.outreach(person)
        message = ledger.message(person, outreach)
        ledger.attempt(message)
        if n < 2:
            ledger.answer(person, outreach, message, "it_is_mine")


def told(desk: Desk, *words: str) -> str:
    """What the command prints."""
    said = desk.run(report, "outcomes", "--since", "2020-01-01", "--until", "2040-01-01", *words)
    assert said.exit_code == 0, said.output
    return said.stdout


def test_whether_warnings_came_in_time_is_told_first(desk: Desk) -> None:
    said = told(desk)
    assert said.index("In time") < said.index("From flag to end") < said.index("Money, by level")
    assert "too late" in said.splitlines()[4]


def test_what_the_ledger_has_not_looked_at_is_said_aloud(desk: Desk) -> None:
    said = desk.run(report, "outcomes", "--since", "2020-01-01", "--until", "2040-01-01")
    assert "9 episodes are not reckoned yet" in " ".join(said.stderr.split())
    figures = json.loads(told(desk, "--format", "json"))["figures"]
    assert [f["value"] for f in figures if f["key"] == "unreckoned"] == [9]


def test_a_definition_on_a_terminal_begins_with_all_of_its_name(desk: Desk) -> None:
    said = told(desk)
    assert "P3 abandoned, and a scam confirmed: That part of P2" in said
    assert "P2 abandoned after a seen warning: Cancelled" in said


def test_what_no_experiment_measured_is_said_to_be_not_measured(desk: Desk) -> None:
    assert "not measured: no experiment was registered in this time" in told(desk)


@pytest.mark.parametrize("style", STYLES)
def test_every_level_stands_with_its_definition_in_every_form(desk: Desk, style: str) -> None:
    said = " ".join(told(desk, "--format", style).replace("&#39;", "'").split())
    for level, (title, definition) in LEVELS.items():
        if level is not Level.P4 or style == "html":
            assert definition in said
            assert style == "text" or title in said  # a terminal breaks a long title


def test_nothing_in_any_form_is_a_sum_of_two_levels(desk: Desk) -> None:
    figures = json.loads(told(desk, "--format", "json"))["figures"]
    levels = {figure["level"] for figure in figures}
    assert levels <= {"", *Level}
    assert not [figure for figure in figures if "total" in figure["key"] or "+" in figure["level"]]


def test_the_page_needs_no_network_no_script_and_no_second_file(desk: Desk) -> None:
    page = told(desk, "--format", "html")
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"|<!DOCTYPE[^>]*>', "", page)
    assert not re.search(r"<script|<link|src=|url\((?!#)|https?://", without_names)
    assert "<svg" in page


def test_a_csv_begins_with_what_all_its_figures_share(desk: Desk) -> None:
    lines = told(desk, "--format", "csv", "--by", "pattern").splitlines()
    shared = [line for line in lines if line.startswith("# ")]
    assert "# definitions: 2026-11" in shared
    assert lines[len(shared)] == ",".join(f'"{name}"' for name in COLUMNS)
    assert {line.split(",")[0] for line in lines[len(shared) + 1 :]} == {'""', '"pig_butchering"'}


def test_a_parquet_file_carries_the_same_figures_and_what_they_share(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "figures.parquet"
    told(desk, "--out", str(file))
    table = pq.read_table(file)
    keys = [figure["key"] for figure in json.loads(told(desk, "--format", "json"))["figures"]]
    assert table.column("key").to_pylist() == keys
    assert table.schema.metadata[b"currency"] == b"USD"


def test_a_time_in_which_nobody_was_flagged_exits_one(desk: Desk) -> None:
    said = desk.run(report, "outcomes", "--since", "2020-01-01", "--until", "2020-02-01")
    assert said.exit_code == 1
    assert "Nobody was flagged in that time." in said.stderr


def test_a_time_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    said = desk.run(report, "outcomes", "--since", "2026-02-01", "--until", "2026-01-01")
    assert said.exit_code == 2
    assert "it is not before --until" in said.output


def test_a_parquet_file_cannot_go_to_a_terminal(desk: Desk) -> None:
    said = desk.run(report, "outcomes", "--format", "parquet")
    assert said.exit_code == 2
    assert "--out FILE" in said.output
