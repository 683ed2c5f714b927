"""`outreach report year`, as whoever publishes it types it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.cli.figures_year import report
from tests.build_ledger import Ledger
from tests.doors.desk_world import Desk, a_desk

STYLES = ("text", "json", "html")
IN_2025 = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def seven_warned(ledger: Ledger) -> None:
    ledger.now = IN_2025
    for n in range(7):
        person = ledger.person(f"user-{n}")
        outreach = ledger.outreach(person)
        message = ledger.message(person, outreach)
        ledger.attempt(message)
        if n < 2:
            ledger.answer(person, outreach, message, "it_is_mine")


def test_the_year_is_told_with_its_definitions(desk: Desk) -> None:
    desk.write(seven_warned)

    said = desk.run(report, "year", "--year", "2025")

    assert said.exit_code == 0
    assert "Acme: the year 2025 in figures" in said.output
    assert "Handed over does not mean read" in " ".join(said.output.split())
    assert "is not over" not in said.output
    assert "not measured" in said.output


def test_the_running_year_is_the_default_and_is_not_for_publication(desk: Desk) -> None:
    said = desk.run(report, "year")

    assert said.exit_code == 1
    assert "is not over: these figures still change. Do not publish them." in said.stderr


def test_what_machines_read_hides_small_counts_too(desk: Desk) -> None:
    desk.write(seven_warned)

    told = json.loads(desk.run(report, "year", "--year", "2025", "--format", "json").stdout)

    found = {figure["key"]: figure for chapter in told["chapters"] for figure in chapter["figures"]}
    assert (found["warned"]["value"], found["warned.automatic"]["value"]) == (7, 7)
    assert (found["mine"]["words"], found["mine"]["value"]) == ("under 5", None)
    assert (told["zone"], told["is_over"], told["hidden_under_people"]) == ("UTC", True, 5)


@pytest.mark.parametrize("style", STYLES)
def test_a_year_without_anything_is_told_and_exits_one(desk: Desk, style: str) -> None:
    said = desk.run(report, "year", "--year", "2024", "--format", style)

    assert said.exit_code == 1
    assert "2024" in said.stdout
    assert "Nothing happened in 2024" in said.stderr


def test_a_year_that_has_not_begun_is_refused(desk: Desk) -> None:
    said = desk.run(report, "year", "--year", "9998")

    assert said.exit_code == 2
    assert "has not begun" in said.output


def test_the_page_needs_nothing_but_itself_and_its_kind_is_read_from_its_name(
    desk: Desk, tmp_path: Path
) -> None:
    desk.write(seven_warned)
    file = tmp_path / "year.html"

    assert desk.run(report, "year", "--year", "2025", "--out", str(file)).exit_code == 0

    page = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not any(each in page for each in ("<script", "http:", "https:", "src=", "url(", "@import"))
    assert "not measured" in page


def test_a_firm_whose_name_is_markup_is_shown_as_it_is(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "outreach.toml").write_text('firm = "[b]<i>A&B"\n', encoding="utf-8")

    assert "<i>" not in desk.run(report, "year", "--format", "html").stdout
    assert "[b]<i>A&B" in desk.run(report, "year").stdout


def test_a_file_that_cannot_be_written_is_told(desk: Desk, tmp_path: Path) -> None:
    said = desk.run(report, "year", "--out", str(tmp_path / "nowhere" / "year.html"))

    assert said.exit_code == 1
    assert "cannot be written" in said.output
