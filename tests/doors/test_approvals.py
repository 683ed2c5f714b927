"""Approvals as an operator types them: all that is needed to decide, and every refusal with a way on."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from outreach.store.tables import outreaches
from outreach.wiring.house import open_house
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

ROOT = Path(__file__).parents[2]
SETTINGS = '[traffic.spend]\ncurrency = "EUR"\n[traffic.spend.prices]\n"*" = "0.05"\n'
DROP = {"push_token": "", "email": ""}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose one run warned three people of a rule that may warn two."""
    folder = tmp_path_factory.mktemp("approvals") / "workspace"
    folder.mkdir()
    workspace = a_workspace(folder, ROOT, "sqlite:///outreach.db", SETTINGS)
    for file in (workspace / "rules").glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("max_users: 25000", "max_users: 2"), encoding="utf-8")
    write_csv(workspace / "feeds" / "1.csv", people(3, warned_facts(ROOT), **DROP))
    house = open_house(workspace)
    house.migrate()
    house.intake.run()
    house.close()
    return workspace


@pytest.fixture
def workspace(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "workspace"))


def said(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), "approvals", *words])


def asked(workspace: Path) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(said(workspace, "list", "--format", "json").output)
    return told


def states(workspace: Path) -> list[str]:
    house = open_house(workspace)
    with house.store.read() as tx:
        found = sorted(row.state for row in tx.connection.execute(outreaches.select()))
    house.close()
    return found


def test_an_operator_sees_everything_that_a_decision_needs(workspace: Path) -> None:
    (waiting,) = asked(workspace)
    shown = said(workspace, "show", waiting["id"][-8:]).output

    assert (waiting["users"], waiting["limits"]) == (3, ["users"])
    for needed in (
        "3 people wait for a word",
        "3 people, more than max_users 2",
        "the first in 5 h 59 min",
        "locale    en 3",
        "first by  sms 3",
        "sms, en, a sample (reference ",
        "the rule's first day",
        f"outreach approvals approve {waiting['id']} --seen 3 --by NAME",
    ):
        assert needed in shown
    cost = re.search(r"about (\d\.\d\d) EUR", shown)
    assert cost is not None
    assert float(cost[1]) in {0.15, 0.3}  # three SMS of one or two parts
    assert "+1555" not in shown


def test_the_same_is_there_for_a_program(workspace: Path) -> None:
    (waiting,) = asked(workspace)
    (shown,) = json.loads(said(workspace, "show", waiting["id"], "--format", "json").output)

    assert (shown["waiting"], shown["by_locale"], shown["first_by"]) == (3, {"en": 3}, {"sms": 3})
    assert shown["cost"].endswith(" EUR")
    assert len(shown["samples"][0]["reference"]) == 6


def test_a_yes_lets_them_go_and_is_told_in_each_persons_history(workspace: Path) -> None:
    (waiting,) = asked(workspace)
    done = said(workspace, "approve", waiting["run"], "--seen", "3", "--by", "ann", "--reason", "a real wave")
    told = CliRunner().invoke(outreach, ["-w", str(workspace), "history", "user-1"]).output

    assert "3 warnings will be sent" in done.output
    assert states(workspace) == ["climbing"] * 3
    assert asked(workspace) == []
    assert "waits for approval: 3 people, more than max_users 2" in told
    assert "ann let it be sent: a real wave" in told


def test_a_no_needs_a_reason_and_whoever_comes_later_hears_who_was_first(workspace: Path) -> None:
    (waiting,) = asked(workspace)

    assert said(workspace, "reject", waiting["id"]).exit_code == 2
    assert "somebody will ask" in said(workspace, "reject", waiting["id"], "--reason", " ").output
    assert said(workspace, "reject", waiting["id"], "--by", "bob", "--reason", "a mad feed").exit_code == 0
    late = said(workspace, "approve", waiting["id"], "--seen", "3", "--by", "ann")
    assert late.exit_code == 1
    assert "it was rejected already by bob" in late.output
    assert states(workspace) == ["closed"] * 3


def test_with_two_people_the_same_one_twice_is_refused_with_a_sentence(workspace: Path) -> None:
    settings = workspace / "outreach.toml"
    settings.write_text(settings.read_text("utf-8") + "[limits]\ntwo_people = true\n", encoding="utf-8")
    (waiting,) = asked(workspace)
    done = [
        said(workspace, "approve", waiting["id"], "--seen", "3", "--by", by) for by in ("ann", "ann", "bob")
    ]

    assert [each.exit_code for each in done] == [0, 1, 0]
    assert "asks for another person before 3 warnings go" in done[0].output
    assert "ann has said yes already" in done[1].output
    assert states(workspace) == ["climbing"] * 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "0"), "write 6 characters"),
        (("show", "ffffff"), "`outreach approvals list` shows what does"),
        (("approve", "%%%%%%", "--seen", "3"), "`outreach approvals list` shows what does"),
        (
            ("approve", "{id}", "--seen", "3", "--rule", "biger-after-small-return"),
            "did you mean 'bigger-after-small-return'?",
        ),
        (("approve", "{id}", "--seen", "3", "--by", " "), "needs a name"),
    ],
)
def test_an_approval_that_is_not_there_is_refused_with_a_way_on(
    workspace: Path, words: tuple[str, ...], says: str
) -> None:
    (waiting,) = asked(workspace)
    done = said(workspace, *(word.replace("{id}", waiting["id"]) for word in words))

    assert done.exit_code != 0
    assert says in done.output + str(
        done.exception if isinstance(done.exception, click.ClickException) else ""
    )
    assert states(workspace) == ["held"] * 3


def test_a_yes_is_about_those_whom_show_told_of_and_about_no_others(workspace: Path) -> None:
    (waiting,) = asked(workspace)
    missing = said(workspace, "approve", waiting["id"], "--by", "ann")
    grew = said(workspace, "approve", waiting["id"], "--seen", "2", "--by", "ann")

    assert (missing.exit_code, grew.exit_code) == (2, 1)
    assert "it is about 3 people now, not 2: nothing was approved" in grew.output
    assert states(workspace) == ["held"] * 3
