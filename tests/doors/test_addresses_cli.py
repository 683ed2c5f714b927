"""`outreach addresses`: as its user types it, and by the clock."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stix2
from click.testing import Result

from outreach.cli.addresses import addresses
from outreach.settings import read_settings
from outreach.store.suggestions import Suggested, suggest
from outreach.store.tables import audit
from outreach.wiring.addresses import pulls, read_address
from outreach.wiring.house import House
from tests.build_ledger import NOW
from tests.doors.desk_world import Desk, a_desk
from tests.engine.lists_world import evm

USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
WHY = ("--reason", "looked at it", "--actor", "eva")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def run(desk: Desk, *words: str) -> Result:
    return desk.run(addresses, *words)


def told(desk: Desk, *words: str) -> Any:
    return json.loads(run(desk, *words, "--format", "json").output)


def a_list(folder: Path, *lines: str, name: str = "list.csv") -> str:
    path = folder / name
    path.write_text("\n".join(("chain,address,categories,sources", *lines)) + "\n", encoding="utf-8")
    return str(path)


LINES = (
    f"ETH,{evm(1)},drainer,one",
    f"ETH,{evm(2)},mule,one|two",
    f"ETH,{USDT},phishing,two",
    f"ETH,{USDT.swapcase()},phishing,two",
    "XMR,whatever,scam,one",
)


def test_a_list_is_imported_counted_checked_exported_and_withdrawn(desk: Desk, tmp_path: Path) -> None:
    file, rejects = a_list(tmp_path, *LINES), tmp_path / "rejects.csv"
    (said,) = told(
        desk, "import", file, "--source", "public", "--sources-column", "sources", "--rejects", str(rejects)
    )

    assert (said["read"], said["new"], said["rejected"], said["newly_listed"]) == (5, 3, 2, 2)
    assert said["counts"] == {"chain.evm": 3, "rejected.bad_checksum": 1, "rejected.unknown_chain": 1}
    assert [row[:2] for row in csv.reader(rejects.read_text().splitlines()[1:])] == [
        ["5", "bad_checksum"],
        ["6", "unknown_chain"],
    ]
    assert run(desk, "check", evm(2).upper().replace("X", "x")).exit_code == 0
    usdt = run(desk, "check", USDT)
    assert (usdt.exit_code, "allowed, whatever lists say: USDT on Ethereum" in usdt.output) == (1, True)
    assert told(desk, "stats")["chain"] == {"evm": 3}
    bundle = stix2.parse(run(desk, "export", "--as", "stix").output)
    assert len([each for each in bundle.objects if each.type == "indicator"]) == 2

    assert run(desk, "withdraw", "two", *WHY).exit_code == 0
    assert told(desk, "stats")["chain"] == {"evm": 2}
    assert run(desk, "withdraw", "public", *WHY).exit_code == 0
    assert told(desk, "stats")["chain"] == {}
    assert run(desk, "withdraw", "public", *WHY).exit_code == 1
    assert run(desk, "import", file, "--source", "public").exit_code == 2


def test_a_word_of_a_colleague_counts_at_once_is_kept_with_their_name_and_taken_back(desk: Desk) -> None:
    assert run(desk, "add", evm(1), "--category", "Fake Platform", *WHY).exit_code == 0
    (row,) = told(desk, "check", evm(1))[0]["sources"]

    assert (row["categories"], row["added_by"], row["list"]) == (["fake_platform"], "eva", "own")
    assert run(desk, "allow", evm(1), *WHY).exit_code == 0
    assert run(desk, "check", evm(1)).exit_code == 1
    assert run(desk, "disallow", evm(1), *WHY).exit_code == 0
    assert run(desk, "check", evm(1)).exit_code == 0
    assert run(desk, "remove", evm(1), *WHY).exit_code == 0
    assert run(desk, "remove", evm(1), *WHY).exit_code == 1
    assert run(desk, "check", evm(1)).exit_code == 1
    with desk.store.read() as tx:
        acts = [row.act for row in tx.connection.execute(audit.select().order_by(audit.c.id))]
    assert acts == [f"addresses {act}" for act in ("add", "allow", "disallow", "remove", "remove")]


def test_what_is_no_address_is_told_why_and_never_repeated(desk: Desk) -> None:
    for command in (("check",), ("add", *WHY), ("allow", *WHY)):
        said = run(desk, command[0], USDT.swapcase().replace("X", "x"), *command[1:])

        assert (said.exit_code, "checksum is wrong" in said.output) == (2, True)
        assert USDT[-8:].swapcase() not in said.output


def test_what_a_stranger_wrote_in_a_list_is_no_formula_in_the_file_of_rejects(
    desk: Desk, tmp_path: Path
) -> None:
    formula = "=HYPERLINK(A1)"
    file, rejects = a_list(tmp_path, f"ETH,{formula},mule,one", f"{formula},x,mule,one"), tmp_path / "r.csv"
    told(desk, "import", file, "--source", "public", "--rejects", str(rejects))

    rows = list(csv.reader(rejects.read_text(encoding="utf-8").splitlines()))
    assert [row[0] for row in rows[1:]] == ["2", "3"]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    assert any(cell.endswith(formula) for row in rows for cell in row)


def test_a_reported_address_lists_nothing_until_somebody_says_so(desk: Desk) -> None:
    found = read_address(evm(3))
    with desk.store.begin() as tx:
        first = suggest(tx, Suggested(address=found, report="a" * 32, categories=("mule",)), NOW)  # type: ignore[arg-type]
        assert suggest(tx, Suggested(address=found, report="a" * 32), NOW) == first  # type: ignore[arg-type]
    assert run(desk, "add", evm(4), "--suggested", *WHY).exit_code == 0

    waits = told(desk, "review", "list")
    assert [each["address"] for each in waits] == [evm(3), evm(4)]
    assert run(desk, "check", evm(3)).exit_code == 1
    assert run(desk, "review", "accept", waits[0]["id"][-12:], "--category", "drainer", *WHY).exit_code == 0
    assert run(desk, "review", "reject", waits[1]["id"][-12:], *WHY).exit_code == 0
    assert run(desk, "review", "accept", waits[0]["id"], *WHY).exit_code == 1
    assert told(desk, "check", evm(3))[0]["sources"][0]["categories"] == ["drainer", "mule"]
    assert run(desk, "check", evm(4)).exit_code == 1
    assert told(desk, "review", "list") == []


def test_lists_of_the_settings_are_read_when_they_are_due_and_one_that_fails_stops_no_other(
    tmp_path: Path,
) -> None:
    desk = a_desk(tmp_path)
    with (tmp_path / "outreach.toml").open("a", encoding="utf-8") as file:
        file.write('[addresses.lists.gone]\nkind = "files"\npath = "gone-*.csv"\nformat = "csv"\n')
        file.write('[addresses.lists.daily]\nkind = "files"\npath = "daily-*.csv"\nformat = "csv"\n')
    a_list(tmp_path, *LINES[:1], name="daily-2026-11-01.csv")
    moment = [NOW]
    house = House(read_settings(tmp_path), lambda: moment[0])

    assert pulls(house).run()["new"] == 1
    a_list(tmp_path, *LINES[1:2], name="daily-2026-11-02.csv")
    assert pulls(house).run() == {}  # not due yet
    moment[0] += timedelta(hours=1)
    assert pulls(house).run()["new"] == 1
    said = run(desk, "stats")
    assert "gone: last read" in said.output
    assert "no file is at its path" in said.output
    assert run(desk, "import").exit_code == 1
    house.close()


def test_an_import_without_a_name_or_of_a_list_of_the_settings_is_refused(desk: Desk, tmp_path: Path) -> None:
    assert run(desk, "import", a_list(tmp_path)).exit_code == 2
    assert run(desk, "import").exit_code == 2
    assert run(desk, "import", a_list(tmp_path), "--source", "x", "--as-of", "someday").exit_code == 2


def test_what_cannot_be_written_is_said_in_words_and_what_was_imported_is_told(
    desk: Desk, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "none" / "r.csv")
    for words in (
        ("import", a_list(tmp_path, *LINES), "--source", "public", "--rejects", nowhere),
        ("export", "-o", nowhere),
    ):
        said = run(desk, *words)
        assert (said.exit_code, "cannot be written" in said.output) == (1, True), said.output
    assert told(desk, "stats")["feed"] == {"public": 3}


def test_listing_what_is_allowed_says_that_it_does_not_count(desk: Desk) -> None:
    assert run(desk, "allow", evm(4), *WHY).exit_code == 0

    assert "it is allowed" in run(desk, "add", evm(4), *WHY).output
    assert "it is allowed" in run(desk, "add", USDT, *WHY).output
    assert "in force now" in run(desk, "add", evm(5), *WHY).output


def test_a_list_of_a_day_to_come_and_one_without_its_columns_are_refused_in_words(
    desk: Desk, tmp_path: Path
) -> None:
    file = a_list(tmp_path, *LINES)

    assert "none to come" in run(desk, "import", file, "--source", "p", "--as-of", "2150-01-01").output
    assert "no column 'who'" in str(
        run(desk, "import", file, "--source", "p", "--sources-column", "who").exception
    )
    assert "one character" in str(run(desk, "import", file, "--source", "p", "--delimiter", ";;").exception)


def test_a_complete_list_that_came_empty_is_held_and_says_what_would_go(desk: Desk, tmp_path: Path) -> None:
    assert run(desk, "import", a_list(tmp_path, *LINES), "--source", "p", "--complete").exit_code == 0
    held = run(desk, "import", a_list(tmp_path, name="empty.csv"), "--source", "p", "--complete")

    assert held.exit_code == 1
    assert "p lacks 3 of the 3 addresses that it lists: was it cut short?" in " ".join(held.output.split())
    assert run(desk, "check", evm(1)).exit_code == 0
