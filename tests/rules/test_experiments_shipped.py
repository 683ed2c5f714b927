"""The experiment in the docs fits the rules that ship, and no rule that ships has one."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from textwrap import indent

from outreach.adapters.rulebook import read_rulebook
from outreach.domain.experiment import Design

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
SHOWN = re.search(
    r"^```yaml\n(- id: growing-deposits\n.*?)^```$", (ROOT / "docs/outcomes.md").read_text(), re.M | re.S
)
HEAD = (
    "pattern: job_task\ntitle: Shown\nseverity: high\nowner: a@firm.example\nreview_by: 2027-06-30\nrules:\n"
)


def test_the_experiment_of_the_docs_is_one_and_registers_what_it_says(tmp_path: Path) -> None:
    assert SHOWN is not None
    for name in ("facts.yml", "ladders.yml"):
        shutil.copy(ROOT / "rules" / name, tmp_path / name)
    shutil.copytree(ROOT / "rules/lists", tmp_path / "lists")
    (tmp_path / "job_task.yml").write_text(HEAD + indent(SHOWN[1], "  "))
    book, problems = read_rulebook(tmp_path, today=TODAY)

    assert book is not None, problems
    experiment = book.sets["job_task"].rules[0].experiment
    assert experiment is not None
    assert (experiment.design, experiment.band, experiment.until) == (
        Design.TIE_BREAKER,
        3,
        date(2027, 6, 30),
    )


def test_no_rule_that_ships_has_an_experiment() -> None:
    for file in sorted((ROOT / "rules").rglob("*.yml")):
        assert not re.search(r"^\s*(experiment:|.*tie_break:)", file.read_text(), re.M), file.name
