"""`outreach lookback`: as victim care types it, over the shipped rules."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from outreach.store.tables import audit, decisions, flags
from outreach.wiring import chance
from outreach.wiring.house import House, open_house
from tests.doors.start_build import a_workspace

BAD = "0x52908400098527886E0F7030069857D2E4169EE7"
SETTINGS = """
[lookback.transfers.core]
kind = "files"
path = "transfers/*.csv"
format = "csv"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_workspace(tmp_path, users=1)
    with (tmp_path / "outreach.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    (tmp_path / "transfers").mkdir()
    house = open_house(tmp_path)
    house.migrate()
    house.close()
    return tmp_path


def paid(workspace: Path, *rows: tuple[str, str, str, int]) -> None:
    """Who, whom, how much, and so many days ago."""
    now = chance.clock()
    lines = [
        f"{who},{whom},{usd},{(now - timedelta(days=days)).isoformat()}" for who, whom, usd, days in rows
    ]
    text = "\n".join(["user_ref,beneficiary,amount_usd,sent_at", *lines])
    (workspace / "transfers" / f"{len(rows)}.csv").write_text(text, encoding="utf-8")


def said(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), "lookback", *words])


def decided(house: House) -> list[tuple[str, str, str]]:
    with house.store.read() as tx:
        rows = tx.connection.execute(decisions.select().where(decisions.c.pattern == "silent_loss"))
        return sorted((row.rule, row.verdict, row.because) for row in rows)


@pytest.mark.slow
def test_whoever_paid_is_found_once_and_a_dry_run_keeps_nothing(workspace: Path) -> None:
    paid(workspace, ("ana", BAD.lower(), "900", 9), ("ben", BAD, "400", 3), ("cara", "fine", "9", 1))

    tried = said(workspace, "run", "--address", BAD, "--dry-run", "--format", "json")
    first = said(workspace, "run", "--address", BAD, "--category", "mule", "--format", "json")
    again = said(workspace, "run", "--beneficiary", BAD, "--format", "json")
    listed = said(workspace, "list", "--format", "json")

    assert [json.loads(one.stdout).get("opened", 0) for one in (tried, first, again)] == [2, 2, 0]
    (line,) = json.loads(listed.stdout)
    assert (line["found"], line["beneficiary"], line["source"]) == (2, "•••9EE7", "hand")
    house = open_house(workspace)
    assert decided(house) == [("looked-back", "warn", "")] * 2
    with house.store.read() as tx:
        assert len(tx.connection.execute(flags.select()).all()) == 2
        acts = [row.act for row in tx.connection.execute(audit.select())]
    assert acts.count("lookback.run") == 2
    house.close()


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--address", BAD[:-1]), ("--address", "hello"), ("--beneficiary", " ")])
def test_what_is_no_address_is_refused(workspace: Path, words: tuple[str, str]) -> None:
    paid(workspace, ("ana", BAD, "900", 9))

    refused = said(workspace, "run", *words)

    assert refused.exit_code == 2
    assert BAD[:-1] not in refused.output


@pytest.mark.slow
def test_transfers_that_cannot_be_read_fail_the_run_and_are_looked_for_again(workspace: Path) -> None:
    failed = said(workspace, "run", "--address", BAD)
    paid(workspace, ("ana", BAD, "900", 9))
    after = said(workspace, "run", "--format", "json")

    assert failed.exit_code == 4
    assert json.loads(after.stdout)["opened"] == 1
