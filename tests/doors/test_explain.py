"""Why, and why not: what an analyst reads of one person's flag, long after the rules have changed."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from outreach.cli import outreach
from outreach.store.tables import decisions, flags, messages, outreaches
from tests.doors.workbench import PATTERN, Workbench, a_workbench

USER = "user-explained"
PHONE = "+34600112233"
TYPICAL = {
    "scam_type": PATTERN,
    "risk_score": "86",
    "transfer_state": "pending",
    "transfer_ref": "T1",
    "amount": "4200",
    "currency": "USD",
    "amount_at_risk_usd": "4200",
    "destination_listed": "true",
    "destination_owned": "false",
    "on_call": "false",
    "share_of_balance": "0.1",
    "beneficiary_age_days": "100",
    "questionnaire": "[]",
    "first_transfer_ever": "false",
    "flagged_at": "2027-03-01T11:59:00Z",
    "locale": "en",
    "time_zone": "Europe/Madrid",
    "phone": PHONE,
}


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return a_workbench(tmp_path_factory.mktemp("laid")).folder


@pytest.fixture
def bench(laid: Path, tmp_path: Path) -> Workbench:
    """A workspace of this test's own, whose feed is empty."""
    shutil.copytree(laid, tmp_path / "workspace")
    return Workbench(tmp_path / "workspace")


def flag(bench: Workbench, user: str = USER, *more: dict[str, str], **said: str) -> None:
    """Pull one flag, and what `more` says otherwise of others in the same pull, and decide."""
    old = sorted((bench.folder / "feeds").glob("*.csv"))
    with old[0].open(encoding="utf-8", newline="") as file:
        columns = list(csv.DictReader(file).fieldnames or ())
    row = dict.fromkeys(columns, "") | TYPICAL | said
    row |= {"customer_id": user, "flag_id": f"{user}-{len(old)}-{bench.now:%d%H%M%S}"}
    others = [row | {"flag_id": f"{row['flag_id']}-{n}"} | each for n, each in enumerate(more)]
    for file_of_sample in old:
        file_of_sample.unlink() if not file_of_sample.name.startswith("sample-z") else None
    with (bench.folder / "feeds" / f"sample-z{len(old)}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows([row, *others])
    bench.house.intake.run()


def explained(bench: Workbench, *words: str, user: str = USER) -> Result:
    """What `outreach rules explain` says; by the wall clock, which is before the bench's."""
    at = () if "--at" in words else ("--at", "2031-01-01")
    return CliRunner().invoke(outreach, ["-w", str(bench.folder), "rules", "explain", user, *at, *words])


def told(bench: Workbench, *words: str) -> dict[str, Any]:
    """It, for a program."""
    found = explained(bench, "--format", "json", *words)
    assert found.exit_code == 0, found.output
    kept: dict[str, Any] = json.loads(found.stdout)
    return kept


def rule(kept: dict[str, Any], name: str) -> dict[str, Any]:
    """One rule's word."""
    return next(each for each in kept["rules"] if each["rule"] == name)


def test_each_clause_stands_with_the_value_that_it_saw(bench: Workbench) -> None:
    flag(bench, amount_at_risk_usd="48")
    shown = explained(bench)

    assert shown.exit_code == 0, shown.output
    assert "amount_at_risk_usd 48 >= 50: false" in shown.output
    assert "transfer_state 'pending' IN @not_yet_sent: true" in shown.output
    assert "except “own wallet”: false" in shown.output


def test_a_near_miss_says_by_how_much(bench: Workbench) -> None:
    flag(bench, risk_score="62.5")
    kept = told(bench)

    assert kept["says"]["verdict"] == "near_miss"
    assert rule(kept, "listed-destination")["score"] == (
        "risk_score 62.5, under 70, observed from 55: near miss"
    )
    assert kept["agrees"]


def test_the_gate_says_of_each_step_whether_it_would_be_sent_then(bench: Workbench) -> None:
    flag(bench)
    steps = rule(told(bench), "listed-destination")["gate"]

    assert {"push": "barred", "sms": "open"}.items() <= {s["channel"]: s["verdict"] for s in steps}.items()
    assert "no address is known for it" in steps[0]["words"]


def test_a_warning_at_night_would_be_held_until_the_morning_of_the_persons_own_zone(bench: Workbench) -> None:
    text = bench.rules.read_text(encoding="utf-8").replace("urgency: critical", "urgency: soon")
    bench.rules.write_text(text, encoding="utf-8")
    bench.settle()
    bench.now += timedelta(hours=11)
    flag(bench)

    assert "would be held until 08:00 Europe/Madrid" in explained(bench).output


def test_an_old_flag_is_explained_by_the_rules_that_ran_then(bench: Workbench) -> None:
    flag(bench)
    before = told(bench)
    text = bench.rules.read_text(encoding="utf-8").replace("at_least: 70", "at_least: 90")
    bench.rules.write_text(text, encoding="utf-8")
    assert bench.settle()
    after = told(bench)
    asked_anew = told(bench, "--rules", str(bench.folder / "rules"))

    assert before == after
    assert after["says"]["verdict"] == "warn"
    assert asked_anew["says"]["verdict"] == "near_miss"
    assert asked_anew["edition"] != asked_anew["edition_then"] == after["edition"]


def test_an_edition_is_named_by_the_beginning_of_its_hash_or_by_a_revision_of_git(bench: Workbench) -> None:
    flag(bench)
    kept = told(bench)
    for words in (("init", "-q"), ("add", "rules"), ("commit", "-qm", "rules")):
        who = ("-c", "user.name=a", "-c", "user.email=a@firm.example")
        subprocess.run(["git", "-C", str(bench.folder), *who, *words], check=True, capture_output=True)

    assert told(bench, "--rules", kept["edition"][:6])["edition"] == kept["edition"]
    assert told(bench, "--rules", "HEAD")["edition"] == kept["edition"]
    assert explained(bench, "--rules", "abcdef0").exit_code != 0


def test_the_newest_flag_before_a_moment_is_the_one_that_is_explained(bench: Workbench) -> None:
    flag(bench, risk_score="62")
    bench.now += timedelta(days=20)
    flag(bench, risk_score="91", transfer_ref="T2")

    assert told(bench)["flag"]["score"] == "91"
    assert told(bench, "--at", "2027-03-02")["flag"]["score"] == "62"


def test_each_of_two_flags_in_one_pull_is_explained(bench: Workbench) -> None:
    flag(bench, USER, {"risk_score": "12", "transfer_ref": "T2", "flagged_at": "2027-03-01T11:58:00Z"})

    assert "score 86" in explained(bench).output
    assert "1 other flag until then (see --back, --pattern)" in explained(bench).output
    assert "score 12" in explained(bench, "--back", "1").output
    none = explained(bench, "--back", "2")
    assert none.exit_code == 1
    assert "No more than 2 flags of this person came" in str(none.exception)


def test_what_the_ledger_added_stands_beside_what_the_rules_said(bench: Workbench) -> None:
    flag(bench)
    bench.now += timedelta(minutes=1)
    flag(bench)
    kept = told(bench)

    assert kept["says"]["verdict"] == "warn"
    assert [each["reason"] for each in kept["stored"]] == ["episode_warned"]
    assert kept["agrees"]
    assert "already warned about this" in explained(bench).output


def test_what_was_within_a_day_then_is_so_however_late_it_is_asked(bench: Workbench) -> None:
    flag(bench)
    bench.house.dispatch.run()
    bench.now += timedelta(hours=1)
    flag(bench, transfer_ref="T2", amount_at_risk_usd="9000")
    kept = told(bench)

    assert kept["says"]["because"] == "warned about this today"
    assert kept["agrees"]


def test_an_edition_that_a_newer_check_would_refuse_can_still_be_asked(bench: Workbench) -> None:
    text = bench.rules.read_text(encoding="utf-8").replace("review_by: 2027-05-31", "review_by: 2027-03-15")
    bench.rules.write_text(text, encoding="utf-8")
    assert bench.settle()
    flag(bench)
    bench.now += timedelta(days=400)

    assert told(bench)["says"]["verdict"] == "warn"


def test_no_contact_is_ever_shown(bench: Workbench) -> None:
    flag(bench)

    assert PHONE not in explained(bench).output + explained(bench, "--format", "json").output


def test_who_is_unknown_unflagged_or_forgotten_is_told_in_a_sentence(bench: Workbench) -> None:
    flag(bench)
    unknown, early = explained(bench, user="nobody"), explained(bench, "--at", "2020-01-01")
    with bench.house.store.read() as tx:
        person = tx.connection.execute(select(flags.c.person)).scalar_one()
    done = CliRunner().invoke(
        outreach, ["-w", str(bench.folder), "forget", USER, "--reason", "asked", "--yes"], input="y\n"
    )
    gone = explained(bench, user=person)

    assert (unknown.exit_code, early.exit_code) == (1, 1)
    assert "Nobody is known by that" in unknown.output
    assert "No flag of this person" in str(early.exception)
    assert done.exit_code == 0, done.output
    assert "forgotten" in str(gone.exception) or "Nobody is known by that" in gone.output


def test_an_archive_that_another_machine_has_is_told_as_that(bench: Workbench) -> None:
    flag(bench)
    shutil.rmtree(bench.folder / "archive")

    assert "another machine has it" in str(explained(bench).exception)


def test_a_shadow_rule_decides_sends_nothing_and_is_shown_as_shadow(bench: Workbench) -> None:
    text = bench.rules.read_text(encoding="utf-8").replace("status: live", "status: shadow")
    bench.rules.write_text(text, encoding="utf-8")
    assert bench.settle()
    flag(bench)
    bench.house.dispatch.run()
    with bench.house.store.read() as tx:
        shadows = tx.connection.execute(select(decisions.c.verdict, decisions.c.shadow)).all()
        opened = [*tx.connection.execute(select(outreaches)), *tx.connection.execute(select(messages))]
    kept, story = told(bench), CliRunner().invoke(outreach, ["-w", str(bench.folder), "history", USER])

    assert [(row.verdict, bool(row.shadow)) for row in shadows] == [("warn", True)]
    assert opened == []
    assert kept["says"] is None
    assert kept["stored"][0]["is_shadow"]
    assert rule(kept, "listed-destination")["says"]["verdict"] == "warn"
    assert "shadow, nothing is sent" in explained(bench).output
    assert "Shadow rule, nothing is sent" in story.output
    assert "never warned: no rule held" in story.output
