"""`outreach outcomes plan` and `experiments`, as the analyst types them."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from outreach.cli.outcomes import outcomes
from outreach.store import tables
from outreach.store.registrations import register
from outreach.wiring import chance
from tests.build import an_experiment
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import Desk, a_desk

ROOT = Path(__file__).parents[2]
RULE = "job_task/growing-deposits"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    (tmp_path / "rules").mkdir()
    for name in ("facts.yml", "ladders.yml", "job_task.yml", "lists"):
        copy = shutil.copytree if (ROOT / "rules" / name).is_dir() else shutil.copy
        copy(ROOT / "rules" / name, tmp_path / "rules" / name)
    return made


def unwarned(ledger: Ledger, *, people: int, losing: int) -> None:
    """Near misses of half a year ago, of whom so many lost money to a confirmed scam."""
    for n in range(people):
        person = ledger.person(f"user-{n}")
        at = chance.clock() - timedelta(days=180)
        episode = ledger._row(
            tables.episodes,
            **{"person": person, "pattern": "job_task", "beneficiary": f"{n:064x}", "severity_rank": -1},
            **{"transfer_ref": None, "money_moved": False, "opened_at": at, "last_flag_at": at},
            closed_at=None,
        )
        ledger.decision(
            person, "job_task", episode=episode, rule="growing-deposits", verdict="near_miss", at=at
        )
        lost = Decimal(100) if n < losing else Decimal(0)
        row = {"episode": episode, "person": person, "lost_14d": lost, "looked_at": NOW, "due_at": None}
        ledger.tx.insert(tables.reckonings, [row])


def test_the_plan_says_how_many_flagged_it_takes(desk: Desk) -> None:
    said = desk.run(outcomes, "plan", "--losing", "6%", "--fewer", "30%", "--apart", "10%")

    assert said.exit_code == 0
    assert "needs about 33,000 flagged for ±50 %" in said.stdout
    assert "198 losses among those not warned" in said.stdout
    assert "half of them not warned (a tie-breaker's band): needs about 14,000 flagged" in said.stdout


@pytest.mark.parametrize(
    ("given", "flagged"),  # reliability of these: 1.96·√(1/held + 1/warned) = within × fewer
    [
        (("--losing", "6%", "--fewer", "15%"), 129_000),
        (("--losing", "6%", "--fewer", "50%"), 12_500),
        (("--losing", "0.06", "--within", "25%"), 132_000),
        (("--losing", "6%", "--apart", "5%"), 61_000),
    ],
)
def test_the_plan_agrees_with_the_table_that_was_measured(
    desk: Desk, given: tuple[str, ...], flagged: int
) -> None:
    told = json.loads(desk.run(outcomes, "plan", *given, "--format", "json").stdout)

    assert told["flagged"] == pytest.approx(flagged, rel=0.02)


def test_the_plan_says_how_long_that_takes(desk: Desk) -> None:
    said = desk.run(outcomes, "plan", "--losing", "6%", "--per-day", "1000")

    assert "at 1,000 a day: about 33 days" in said.stdout
    assert "e+" not in desk.run(outcomes, "plan", "--losing", "6%", "--per-day", "250000").stdout


def test_the_plan_takes_what_is_not_given_from_the_rules_own_year(desk: Desk) -> None:
    desk.write(lambda ledger: unwarned(ledger, people=50, losing=4))
    told = json.loads(desk.run(outcomes, "plan", "--rule", RULE, "--format", "json").stdout)

    assert (told["losing"], told["apart"]) == (0.08, 0.1)
    assert told["per_day"] == pytest.approx(50 / 180, rel=0.01)


@pytest.mark.parametrize(("people", "losing"), [(0, 0), (29, 4), (50, 0)])
def test_a_rate_from_too_few_people_is_none(desk: Desk, people: int, losing: int) -> None:
    desk.write(lambda ledger: unwarned(ledger, people=people, losing=losing))
    said = desk.run(outcomes, "plan", "--rule", RULE)

    assert said.exit_code == 1
    assert f"{people} people are known who were not warned, and {losing} of them lost money" in said.output
    assert desk.run(outcomes, "plan", "--rule", RULE, "--losing", "6%").exit_code == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), "say --losing"),
        (("--losing", "600%"), "is no share"),
        (("--losing", "0"), "is no share"),
        (("--losing", "six"), "is no share"),
        (("--losing", "6%", "--per-day", "0"), "--per-day"),
        (("--rule", "job_task/none-such"), "no rule 'job_task/none-such' is in force"),
    ],
)
def test_what_cannot_be_planned_is_said(desk: Desk, given: tuple[str, ...], says: str) -> None:
    said = desk.run(outcomes, "plan", *given)

    assert said.exit_code == 2
    assert says in said.output


def test_experiments_are_listed_as_they_were_registered(desk: Desk) -> None:
    one = an_experiment(cap=Decimal(5000))

    def tried(ledger: Ledger) -> None:
        register(ledger.tx, [one], NOW)
        for n in range(5):
            arm = "treated" if n < 3 else "control"
            ledger.decision(ledger.person(f"user-{n}"), arm=arm, registration=one.sha256)

    desk.write(tried)
    said = desk.run(outcomes, "experiments").stdout
    (told,) = json.loads(desk.run(outcomes, "experiments", "--format", "json").stdout)

    assert f"{one.sha256[:12]}  pig_butchering/money-leaving: tie_breaker" in said
    assert "cases within 14d, capped at 5000; registered 20" in said
    assert "treated 3, control 2" in said
    assert (told["sha256"], told["text"], told["sizes"]) == (
        one.sha256,
        one.text,
        {"treated": 3, "control": 2},
    )


def test_an_experiment_that_has_ended_is_listed_where_it_is_asked_for(desk: Desk) -> None:
    def ended(ledger: Ledger) -> None:
        register(ledger.tx, [an_experiment()], NOW - timedelta(days=9))
        register(ledger.tx, [], NOW)

    desk.write(ended)
    now, every = desk.run(outcomes, "experiments"), desk.run(outcomes, "experiments", "--all")

    assert (now.exit_code, every.exit_code) == (1, 0)
    assert "No experiment is registered now" in now.output
    assert "ended 20" in every.output


def test_an_experiment_in_which_nobody_is_yet_says_what_it_waits_for(desk: Desk) -> None:
    desk.write(lambda ledger: register(ledger.tx, [an_experiment()], NOW) and None)

    assert (
        "Nobody yet: only of whom the feed says is_vulnerable: false"
        in desk.run(outcomes, "experiments").output
    )
