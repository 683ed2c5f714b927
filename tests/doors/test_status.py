"""`outreach status`: everything an operator asks first, on one screen; exit 1 where a promise is broken."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.cli.status import _lead, _long, status
from outreach.domain.trouble import Sign
from outreach.settings import read_settings
from outreach.store import looks
from outreach.store.tables import halts, processes
from outreach.wiring.house import House
from tests.build_ledger import NOW, SHA, Ledger
from tests.doors.desk_world import USER, Desk, a_desk, warned

FEED = '[feeds.risk]\nkind = "files"\npath = "feeds/*.csv"\nformat = "csv"\n'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose command line reads the test's clock, with the shipped rules and one feed."""
    made = a_desk(tmp_path)
    root = Path(__file__).parents[2]
    text = f'firm = "Acme"\nrules = "{root / "rules"}"\n{FEED}'
    (tmp_path / "outreach.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("outreach.cli.status.open_house", _at_noon)
    return made


def _at_noon(workspace: Path) -> House:
    return House(read_settings(workspace), lambda: NOW)


def well(ledger: Ledger) -> None:
    """A daemon that lives and a feed that brings."""
    row = {"holder": "7-ab", "role": "daemon", "version": "0.1.0", "started_at": NOW, "beat_at": NOW}
    ledger.tx.insert(processes, [row])
    looks.write(ledger.tx, "risk", NOW, brought=True)


def test_an_engine_that_keeps_its_promises_says_so_and_exits_0(desk: Desk) -> None:
    desk.write(well)
    done = desk.run(status)

    assert done.exit_code == 0, done.output
    assert "Every promise is kept." in done.output
    assert "daemon 7-ab" in done.output


def test_each_trouble_is_told_with_its_runbook_and_the_exit_code_is_1(desk: Desk) -> None:
    def rows(ledger: Ledger) -> None:
        warned(ledger)
        ledger.outreach(ledger.person("late"), due_at=NOW - timedelta(minutes=12))

    desk.write(rows)
    done = desk.run(status)

    assert done.exit_code == 1
    for sign in (Sign.QUEUE_LATE, Sign.DAEMON_DEAD):
        assert sign.runbook in done.output
        assert sign.first in done.output.replace("\n", "")
    assert "12 min late" in done.output


def test_a_process_that_died_is_called_dead(desk: Desk) -> None:
    def rows(ledger: Ledger) -> None:
        well(ledger)
        gone = {"holder": "8-cd", "role": "daemon", "version": "0.1.0", "started_at": NOW}
        ledger.tx.insert(processes, [{**gone, "beat_at": NOW - timedelta(minutes=3)}])

    desk.write(rows)
    told = " ".join(desk.run(status).output.split())

    assert "3 min ago: dead" in told
    assert told.count(": dead") == 1


def test_a_machine_reads_the_same_and_nobody_is_in_it(desk: Desk) -> None:
    def rows(ledger: Ledger) -> None:
        well(ledger)
        warned(ledger)
        row = {"scope": "all", "object": "", "reason": "fire drill", "actor": "ann", "at": NOW}
        ledger.tx.insert(halts, [{"id": "1" * 32, **row, "lifted_at": None}])

    desk.write(rows)
    done = desk.run(status, "--format", "json")
    told = json.loads(done.output)

    assert done.exit_code == 1
    assert [trouble["sign"] for trouble in told["troubles"]] == ["halted"]
    assert told["rates"]["1h"] == {"sms.accepted": 1, "push.accepted": 1}
    assert told["queue"]["waiting"]["count"] == 1
    assert told["feeds"][0]["feed"] == "risk"
    assert told["leads"]["n"] == 1
    assert USER not in done.output


def test_a_broken_rules_folder_is_told_beside_the_rules_that_daemons_go_by(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "broken.yml").write_text("pattern: [", encoding="utf-8")
    (tmp_path / "outreach.toml").write_text('firm = "Acme"\n' + FEED, encoding="utf-8")
    desk.write(well)
    done = desk.run(status)

    assert done.exit_code == 1
    assert "rules_stand_in" in done.output
    assert SHA[:12] in done.output


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (99, "99 s"), (100, "2 min"), (5999, "100 min"), (7200, "2 h"), (172_800, "2 days")],
)
def test_lengths_are_told_in_the_unit_that_says_most(seconds: int, words: str) -> None:
    assert _long(timedelta(seconds=seconds)) == words


def test_a_lead_time_has_tenths_while_they_count_and_else_a_unit_that_can_be_grasped() -> None:
    assert [_lead(seconds) for seconds in (0.84, 9.96, 2796.0, 9000.0)] == [
        "0.8 s",
        "10.0 s",
        "47 min",
        "2 h",
    ]
