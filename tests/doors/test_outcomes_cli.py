"""`outreach outcomes import`: as its user types it, from files of three kinds and from declared feeds."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import Result
from pyarrow import parquet

from outreach.cli.outcomes import outcomes
from outreach.domain.running import Process
from outreach.errors import FeedError
from outreach.settings import read_settings
from outreach.store.outcome_facts import standing
from outreach.store.processes import beat
from outreach.store.tables import decisions
from outreach.wiring.checkup.installation import told_feeds
from outreach.wiring.house import House
from outreach.wiring.maturing import keep_outcomes
from tests.doors.desk_world import USER, Desk, a_desk, warned

HEAD = "source_id,user_ref,kind,at,amount,currency,by"
MADE = f"t-1,{USER},made,2024-03-01T10:00:00Z,12.5,USD,core"
ROW = {"source_id": "t-1", "user_ref": USER, "kind": "made", "at": "2024-03-01", "amount": "12.5"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    made.write(warned)
    return made


def run(desk: Desk, *words: str) -> Result:
    return desk.run(outcomes, *words)


def counts(desk: Desk, *words: str) -> Any:
    output = run(desk, "import", *words, "--format", "json").output
    return json.loads(output[output.index("{") :])  # a log that nobody has set up goes to stdout, too


def a_csv(folder: Path, *lines: str, name: str = "told.csv") -> str:
    path = folder / name
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    return str(path)


def amounts(desk: Desk) -> list[Any]:
    """What stands about the one person."""
    with desk.store.read() as tx:
        (person,) = tx.connection.exec_driver_sql("SELECT id FROM people").scalars()
        return [one.amount for one in standing(tx, [person])[person]]


def test_a_file_is_told_once_corrected_and_heard(desk: Desk, tmp_path: Path) -> None:
    first = run(desk, "import", a_csv(tmp_path, MADE))
    again = counts(desk, a_csv(tmp_path, MADE, MADE.replace("12.5", "9")))

    assert first.exit_code == 0
    assert again == {"corrected": 1, "lines": 2, "repeated": 1, "reckoned": 1}
    assert amounts(desk) == [9]
    assert "import: 1 new, 1 corrected, 1 repeated, 0 quarantined" in run(desk, "heard").output


def entries(desk: Desk) -> list[Any]:
    """What the ledger claims."""
    with desk.store.read() as tx:
        return list(tx.connection.exec_driver_sql("SELECT level, amount FROM outcomes").all())


def test_an_import_without_a_daemon_leaves_figures_behind_and_says_so(desk: Desk, tmp_path: Path) -> None:
    flagged_for(desk, "T-1")
    said = run(desk, "import", a_csv(tmp_path, MADE))

    assert "No daemon runs, so the ledger was reckoned now: 1 episodes looked at" in said.output
    assert [level for level, _ in entries(desk)] == ["P0"]


def test_an_import_beside_a_daemon_leaves_the_reckoning_to_it_and_says_so(desk: Desk, tmp_path: Path) -> None:
    flagged_for(desk, "T-1")
    now = desk.house.clock()
    alive = Process(holder="d", role="daemon", version="0", started_at=now, beat_at=now)
    with desk.store.begin() as tx:
        beat(tx, alive)
    said = run(desk, "import", a_csv(tmp_path, MADE))

    assert "The daemon that runs here reckons it within minutes." in said.output
    assert entries(desk) == []


def test_one_cycle_without_a_daemon_reckons_too(desk: Desk) -> None:
    flagged_for(desk, "T-1")
    kept = keep_outcomes(desk.house, batches=1)

    assert (kept.reckoned, [level for level, _ in entries(desk)]) == (1, ["P0"])


def flagged_for(desk: Desk, ref: str) -> None:
    """The person's flag was about a transfer of so much."""
    facts = {"transfer_ref": ref, "amount": "12.5", "currency": "USD", "amount_at_risk_usd": "12.5"}
    with desk.store.begin() as tx:
        tx.connection.execute(decisions.update().values(facts=facts))


def test_lines_that_cannot_be_read_are_told_by_place_and_reason_and_never_by_what_they_say(
    desk: Desk, tmp_path: Path
) -> None:
    told = run(desk, "import", a_csv(tmp_path, MADE, "x,ada-lovelace,made,yesterday,1,USD,core"))
    heard = run(desk, "heard")

    assert told.exit_code == 1
    assert "import: told.csv:3 at bad_time" in heard.output
    assert "lovelace" not in told.output + heard.output
    assert amounts(desk) == [12.5]


@pytest.mark.parametrize("name", ["told.ndjson", "told.jsonl", "told.parquet"])
def test_other_formats_are_known_by_their_name(desk: Desk, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    row = ROW | {"currency": "USD"}
    if name.endswith("parquet"):
        parquet.write_table(pa.Table.from_pylist([row]), path)
    else:
        path.write_text(json.dumps(row) + "\n", encoding="utf-8")

    assert counts(desk, str(path))["new"] == 1


@pytest.mark.parametrize("words", [(), ("--feed", "none")])
def test_a_command_line_that_names_nothing_there_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert run(desk, "import", *words).exit_code == 2


def test_a_file_without_the_needed_columns_is_refused_whole_with_their_names(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    refused = run(desk, "import", str(tmp_path / "other.csv"))

    assert isinstance(refused.exception, FeedError)
    assert "kind, at" in str(refused.exception)


def test_a_file_by_hand_corrects_a_feed_under_the_feeds_name(desk: Desk, tmp_path: Path) -> None:
    declare(desk, 'kind = "files"\npath = "bank/*.csv"\nformat = "csv"\n')
    (tmp_path / "bank").mkdir()
    a_csv(tmp_path / "bank", MADE)

    assert counts(desk, "--feed", "bank")["new"] == 1
    assert counts(desk, a_csv(tmp_path, MADE.replace("12.5", "9")), "--source", "bank")["corrected"] == 1
    assert (counts(desk, "--feed", "all"), amounts(desk)) == ({"reckoned": 1}, [9])


def test_amounts_that_nobody_has_priced_are_counted(desk: Desk, tmp_path: Path) -> None:
    run(desk, "import", a_csv(tmp_path, MADE, f"t-2,{USER},made,2024-03-01,3,ETH,core"))

    assert "no figure counts: 1 in ETH" in run(desk, "heard").output


def declare(desk: Desk, feed: str) -> None:
    """A feed called bank."""
    text = f'firm = "Acme"\n\n[outcomes.feeds.bank]\n{feed}'
    (desk.workspace / "outreach.toml").write_text(text, encoding="utf-8")


def test_a_database_is_followed_by_when_its_rows_were_changed(desk: Desk, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bank.db") as bank:
        bank.execute(
            "CREATE TABLE t (id TEXT PRIMARY KEY, who TEXT, booked TEXT, cents INTEGER, changed TEXT)"
        )
        bank.execute(f"INSERT INTO t VALUES ('a', '{USER}', '2024-03-01', 1250, '2024-03-01 10:00:00')")
    bank.close()
    declare(
        desk,
        'kind = "sql"\nurl = "sqlite:///bank.db"\nwatermark = "changed"\nkey = "id"\n'
        'query = "SELECT * FROM t"\n[outcomes.feeds.bank.select]\nsource_id = "id"\nuser_ref = "who"\n'
        'kind = "\'made\'"\nat = "booked"\ncurrency = "\'USD\'"\nby = "\'core\'"\n'
        'amount = "CAST(cents AS DECIMAL(18, 2)) / 100"\n',
    )
    first = counts(desk, "--feed", "bank")
    with sqlite3.connect(tmp_path / "bank.db") as bank:
        bank.execute("UPDATE t SET cents = 900, changed = '2024-03-02 10:00:00'")
    bank.close()
    second, third = counts(desk, "--feed", "bank"), counts(desk, "--feed", "bank")

    assert (first["new"], second["corrected"], third) == (1, 1, {"repeated": 1, "reckoned": 1})
    assert amounts(desk) == [9]


def test_the_doctor_looks_at_feeds_of_outcomes(desk: Desk) -> None:
    declare(desk, 'kind = "files"\npath = "away/*.csv"\nformat = "csv"\n')
    house = House(read_settings(desk.workspace))
    said = [f"{each.about}: {each.says}" for each in told_feeds(house)]

    assert any("bank (outcomes)" in each and "away" in each for each in said)
