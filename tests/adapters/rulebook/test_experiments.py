"""A rule's experiment is read whole, and what would hold back the wrong people, or teach nothing, is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from outreach.domain.experiment import Design, Experiment, Metric
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook
from tests.adapters.rulebook.rule_folder import FACTS, GOOD, LADDERS, read, write_folder

SCORE = "    score: {fact: risk_score, at_least: 80, observe_from: 65}\n"
FRAGILE = FACTS + "  is_vulnerable: {type: boolean, about: vulnerable}\n"
CALLS = LADDERS + "  calls:\n    - {channel: call, wait: 1h}\n"


def tried(
    path: Path, experiment: str, *, score: str = "observe_from: 65", facts: str = FRAGILE, also: str = ""
) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The good folder with this experiment in its rule, which is not critical."""
    text = GOOD.replace("urgency: critical", "urgency: soon").replace("observe_from: 65", score)
    line = f"    experiment: {experiment}\n{also}    limits:"
    return read(write_folder(path, rules=text.replace("    limits:", line), facts=facts, ladders=CALLS))


def the_one(path: Path, experiment: str, **options: str) -> Experiment:
    book, problems = tried(path, experiment, **options)
    assert book is not None, problems
    found = book.sets["romance"].rules[0].experiment
    assert found is not None
    return found


def codes(path: Path, experiment: str, **options: str) -> set[str]:
    return {problem.code for problem in tried(path, experiment, **options)[1] if not problem.is_warning}


@pytest.mark.parametrize(
    ("text", "design", "arms"),
    [
        ("{design: holdback, share: 5%, below: 90, until: 2027-06-30}", Design.HOLDBACK, 2),
        ("{design: wait_list, until: 2027-06-30}", Design.WAIT_LIST, 2),
        ("{design: wait_list, wait: 24h, share: 20%, below: 95, until: 2027-06-30}", Design.WAIT_LIST, 2),
        ("{design: discontinuity}", Design.DISCONTINUITY, 0),
        ("{design: variants, variants: [a, b, c], metric: answered}", Design.VARIANTS, 3),
        ("{design: discontinuity, metric: money, cap: 5000, window: 90d}", Design.DISCONTINUITY, 0),
    ],
)
def test_each_design_is_read(tmp_path: Path, text: str, design: Design, arms: int) -> None:
    found = the_one(tmp_path, text)

    assert (found.design, len(found.arms)) == (design, arms)
    assert (found.pattern, found.rule, found.cut_off) == ("romance", "money-leaving", Decimal(80))


def test_a_tie_breaker_takes_its_band_from_the_score_and_a_wait_list_its_window_from_the_wait(
    tmp_path: Path,
) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    tied = the_one(tmp_path / "a", "{design: tie_breaker, until: 2027-06-30, cap: 100}", score="tie_break: 3")
    listed = the_one(tmp_path / "b", "{design: wait_list, until: 2027-06-30}")

    assert (tied.band, tied.share, tied.metric, tied.cap) == (3, Decimal("0.5"), Metric.CASES, 100)
    assert (tied.window, tied.until) == (timedelta(days=14), date(2027, 6, 30))
    assert listed.window == listed.wait == timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{design: tie_breaker, until: 2027-06-30}", "R039"),  # the score has no tie_break
        ("{design: holdback, share: 5%, until: 2027-06-30}", "R039"),
        ("{design: holdback, below: 90, until: 2027-06-30}", "R039"),
        ("{design: wait_list, until: 2027-06-30, variants: [a, b]}", "R039"),
        ("{design: variants}", "R039"),
        ("{design: wait_list}", "R040"),
        ("{design: call_lottery}", "R040"),
        ("{design: holdback, share: 5%, below: 90, until: 2028-06-30}", "R040"),
        ("{design: holdback, share: 30%, below: 90, until: 2027-06-30}", "R041"),
        ("{design: holdback, share: 5%, below: 80, until: 2027-06-30}", "R041"),
        ("{design: wait_list, wait: 48h, until: 2027-06-30}", "R041"),
        ("{design: wait_list, wait: 1h, until: 2027-06-30}", "R041"),
        ("{design: wait_list, share: 60%, until: 2027-06-30}", "R041"),
        ("{design: wait_list, window: 14d, until: 2027-06-30}", "R042"),
        ("{design: call_lottery, until: 2027-06-30}", "R042"),  # its ladder calls nobody
        ("{design: variants, variants: [a]}", "R042"),
        ("{design: variants, variants: [b, b]}", "R042"),
        ("{design: variants, variants: [a, B!]}", "R018"),
        ("{design: discontinuity, metric: money}", "R042"),
        ("{design: discontinuity, metric: answered}", "R042"),
        ("{design: holdback, share: 5%, below: 90, until: soon}", "R015"),
        ("{design: holdback, share: 5, below: 90, until: 2027-06-30}", "R014"),
        ("{design: holdback, share: 5%, below: 190, until: 2027-06-30}", "R012"),
        ("{design: coin}", "R010"),
        ("{until: 2027-06-30}", "R003"),
        ("{design: wait_list, untill: 2027-06-30}", "R001"),
        ("[wait_list]", "R008"),
    ],
)
def test_what_holds_back_the_wrong_people_or_teaches_nothing_is_told(
    tmp_path: Path, text: str, code: str
) -> None:
    assert code in codes(tmp_path, text)


@pytest.mark.parametrize("design", ["holdback, share: 5%, below: 90", "wait_list", "call_lottery"])
def test_who_is_vulnerable_must_be_known_where_an_arm_gets_less(tmp_path: Path, design: str) -> None:
    assert "R043" in codes(tmp_path, f"{{design: {design}, until: 2027-06-30}}", facts=FACTS)


@pytest.mark.parametrize(
    ("design", "is_refused"),
    [
        ("holdback, share: 5%, below: 90, until: 2027-06-30", True),
        ("wait_list, until: 2027-06-30", True),
        ("call_lottery, until: 2027-06-30", True),
        ("discontinuity", False),
        ("variants, variants: [a, b]", False),
    ],
)
def test_nothing_critical_is_randomised_to_less(tmp_path: Path, design: str, is_refused: bool) -> None:
    text = GOOD.replace("    limits:", f"    experiment: {{design: {design}}}\n    limits:")
    told = {p.code for p in read(write_folder(tmp_path, rules=text, facts=FRAGILE))[1] if not p.is_warning}

    assert ("R024" in told) == is_refused


def test_no_ramp_stands_beside_an_arm_that_is_not_warned(tmp_path: Path) -> None:
    ramp = "    ramp: [10%, 100%]\n"

    assert codes(tmp_path, "{design: wait_list, until: 2027-06-30}", also=ramp) == {"R042"}
    assert codes(tmp_path, "{design: discontinuity}", also=ramp) == set()


def test_a_band_without_its_design_is_told_and_a_last_day_that_has_passed_warns(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    assert codes(tmp_path / "a", "{design: discontinuity}", score="tie_break: 2, observe_from: 65") == {
        "R039"
    }
    book, problems = tried(tmp_path / "b", "{design: wait_list, until: 2026-11-21}")

    assert book is not None
    assert "R040" in {problem.code for problem in problems if problem.is_warning}
