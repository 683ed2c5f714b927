"""The workshop: what analysts and writers ask of their own files, without a database or a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.adapters import renderer
from outreach.adapters.matcher import DuckMatcher, match_facts
from outreach.adapters.rulebook import load_catalogue, load_rulebook, read_rulebook
from outreach.domain.examples import ExampleReport, all_examples, examples_run_at, judge_examples
from outreach.domain.plan import plan
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook
from outreach.wiring import chance


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReport:
    """Every problem of the templates, and how many message files each locale has, by review."""

    problems: tuple[Problem, ...]
    counts: Mapping[str, Mapping[str, int]]

    @property
    def errors(self) -> int:
        """How many of the problems are more than a warning."""
        return sum(not problem.is_warning for problem in self.problems)


def check_rules(folder: Path) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook of a folder as it stands today, and every problem of it."""
    return read_rulebook(folder, today=chance.clock().date())


def test_rules(folder: Path) -> ExampleReport:
    """What came of every example of a folder, by one query; RulesError where the rules do not fit."""
    today = chance.clock().date()
    book, run_at = load_rulebook(folder, today=today), examples_run_at(today)
    asked = plan(book)
    facts = [example.facts for _, example in all_examples(book)]
    truths = match_facts(DuckMatcher(), asked, facts, book.catalogue, run_at)
    return judge_examples(book, asked, truths, run_at)


def check_templates(folder: Path, rules: Path, firm: str) -> TemplateReport:
    """What is wrong with the templates, given the fact catalogue of `rules`; only that is read of it.

    Raises RulesError where the catalogue itself does not fit.
    """
    problems = renderer.check(folder, load_catalogue(rules), firm)
    return TemplateReport(problems=problems, counts=renderer.counts(folder))
