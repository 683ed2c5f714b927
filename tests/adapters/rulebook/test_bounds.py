"""How far a rule may reach and how fast is read exactly, and what contradicts itself is told at its place."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from outreach.domain.ruleset import Limits, Ramp
from tests.adapters.rulebook.rule_folder import GOOD, problems_of, read, write_folder

LIMITS = "limits: {max_share: 2%, max_users: 25000}"
SOON = "urgency: soon"


def ramped(path: Path, ramp: str) -> Ramp | None:
    """The first rule's ramp, where its urgency allows for one."""
    text = GOOD.replace("urgency: critical", SOON).replace(LIMITS, f"{LIMITS}\n    ramp: {ramp}")
    book, problems = read(write_folder(path, rules=text))
    assert book is not None, problems
    return next(rule for s in book.sets.values() for rule in s.rules).ramp


def test_every_limit_is_read(tmp_path: Path) -> None:
    text = "limits: {max_share: 2%, max_users: 500, max_per_hour: 5000, times_usual: 2.5}"
    book, _ = read(write_folder(tmp_path, rules=GOOD.replace(LIMITS, text)))
    assert book is not None
    (rule, *_) = [rule for s in book.sets.values() for rule in s.rules]

    assert rule.limits == Limits(
        max_share=Decimal("0.02"), max_users=500, max_per_hour=5000, times_usual=Decimal("2.5")
    )


def test_a_ramp_is_a_list_of_steps_or_all_of_it(tmp_path: Path) -> None:
    steps = (Decimal("0.01"), Decimal("0.1"), Decimal(1))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert ramped(tmp_path / "a", "[1%, 10%, 100%]") == Ramp(
        steps=steps, wait=timedelta(hours=2), stop_at=Decimal("0.5"), least=20
    )
    assert ramped(tmp_path / "b", "{steps: [1%, 10%, 100%], wait: 30m, stop_at: 5%, least: 30}") == Ramp(
        steps=steps, wait=timedelta(minutes=30), stop_at=Decimal("0.05"), least=30
    )


@pytest.mark.parametrize(
    ("limits", "code", "says"),
    [
        ("{max_per_hour: 0}", "R012", "outside its range"),
        ("{max_per_hour: 1_000}", "R009", "plain number"),
        ("{max_per_hours: 10}", "R001", "max_per_hour"),
        ("{times_usual: 1}", "R012", "every day is held"),
        ("{max_users: 200, max_per_hour: 100}", "R012", "never reached"),
    ],
)
def test_a_limit_that_makes_no_sense_is_told(tmp_path: Path, limits: str, code: str, says: str) -> None:
    (problem,) = problems_of(tmp_path, LIMITS, f"limits: {limits}")

    assert problem.code == code
    assert says in str(problem)


@pytest.mark.parametrize(
    ("ramp", "code", "says"),
    [
        ("[1%, 10%]", "R012", "end with 100%"),
        ("[100%]", "R012", "a ramp of 1 steps"),
        ("[10%, 1%, 100%]", "R012", "wider than the one before"),
        ("[1%, 0.5, 100%]", "R014", "not a percentage"),
        ("[0%, 100%]", "R014", "not a percentage"),
        ("{wait: 2h}", "R003", "steps"),
        ("{steps: [1%, 100%], wait: 2}", "R013", "30m"),
        ("{steps: [1%, 100%], stop_at: 120%}", "R014", "not a percentage"),
        ("{steps: [1%, 100%], lest: 3}", "R001", "least"),
        ("canary", "R008", "mapping"),
    ],
)
def test_a_ramp_that_makes_no_sense_is_told(tmp_path: Path, ramp: str, code: str, says: str) -> None:
    text = GOOD.replace("urgency: critical", SOON).replace(LIMITS, f"{LIMITS}\n    ramp: {ramp}")
    _, problems = read(write_folder(tmp_path, rules=text))
    (problem,) = [p for p in problems if not p.is_warning]

    assert problem.code == code
    assert says in str(problem)


def test_nobody_in_danger_is_left_unwarned_by_lot(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, LIMITS, f"{LIMITS}\n    ramp: [1%, 100%]")

    assert (problem.code, "shadow" in str(problem)) == ("R024", True)
