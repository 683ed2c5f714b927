"""The workshop: what analysts and writers ask of their own files, without a database or a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.adapters import renderer, translations
from outreach.adapters.matcher import DuckMatcher, match_facts
from outreach.adapters.renderer import CODES as TEMPLATE_CODES
from outreach.adapters.renderer import Asked
from outreach.adapters.rulebook import CODES as RULE_CODES
from outreach.adapters.rulebook import is_of_book as is_rule_file
from outreach.adapters.rulebook import load_catalogue, load_rulebook, read_rulebook
from outreach.domain.examples import ExampleReport, all_examples, examples_run_at, judge_examples
from outreach.domain.lookalike import Likeness
from outreach.domain.message import SmsSize
from outreach.domain.plan import plan
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook, RuleStatus
from outreach.wiring import chance

__all__ = [
    "RULE_CODES",
    "RULE_PROBLEMS_PAGE",
    "TEMPLATE_CODES",
    "TEMPLATE_PROBLEMS_PAGE",
    "TemplateReport",
    "check_rules",
    "check_templates",
    "is_rule_file",
    "test_rules",
]

RULE_PROBLEMS_PAGE = "docs/rule-problems.md"
"""Where every code of `rules check` is explained."""

TEMPLATE_PROBLEMS_PAGE = "docs/template-problems.md"
"""Where every code of `templates check` is explained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReport:
    """Every problem of the templates, and how many message files each locale has, by review.

    `sizes` is the longest SMS of each locale; without `has_ladders` the rules could not be read.
    """

    problems: tuple[Problem, ...]
    counts: Mapping[str, Mapping[str, int]]
    sizes: Mapping[str, SmsSize]
    likenesses: tuple[Likeness, ...]
    has_ladders: bool

    @property
    def errors(self) -> int:
        """How many of the problems are more than a warning."""
        return sum(not problem.is_warning for problem in self.problems)


def check_rules(folder: Path) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """The rulebook of a folder as it stands today, and every problem of it.

    Where templates lie beside the folder, every template that a rule names must be there, with its channels.
    """
    beside = folder.absolute().parent / "templates"
    served = renderer.served(beside) if beside.is_dir() else None
    return read_rulebook(folder, today=chance.clock().date(), served=served)


def test_rules(folder: Path) -> ExampleReport:
    """What came of every example of a folder, by one query; RulesError where the rules do not fit."""
    today = chance.clock().date()
    book, run_at = load_rulebook(folder, today=today), examples_run_at(today)
    asked = plan(book)
    facts = [example.facts for _, example in all_examples(book)]
    truths = match_facts(DuckMatcher(), asked, facts, book.catalogue, run_at)
    return judge_examples(book, asked, truths, run_at)


def check_templates(
    folder: Path,
    rules: Path,
    firm: str,
    domains: Iterable[str] = (),
    source: str = "en",
    *,
    is_strict: bool = False,
) -> TemplateReport:
    """What is wrong with the templates, given the facts, the ladders and the published list of `rules`.

    `domains` are the firm's own, to which an email may link; `source` is the language that the others are
    translated from, and that people read where theirs is missing (`is_strict`: an error). Rules that do not
    fit keep nobody from checking templates; only the ladders are left out.
    Raises RulesError where the catalogue itself does not fit.
    """
    asked = Asked(
        catalogue=load_catalogue(rules),
        firm=firm,
        domains=frozenset(domain.lower() for domain in domains),
        rules=rules,
        uses=_uses(rules),
        default=source,
        is_strict=is_strict,
    )
    found = renderer.look(folder, asked)
    return TemplateReport(
        problems=(*found.problems, *translations.stale(folder, source)),
        counts=found.counts,
        sizes=found.sizes,
        likenesses=found.likenesses,
        has_ladders=asked.uses is not None,
    )


def _uses(rules: Path) -> dict[str, dict[str, tuple[str, ...]]] | None:
    """Template → channel → ladders that say it there; None where the rules do not fit."""
    book, _ = read_rulebook(rules, today=chance.clock().date())
    if book is None:
        return None
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    kept = (rule for s in book.sets.values() for rule in s.rules if rule.status is not RuleStatus.RETIRED)
    for rule in kept:
        for step in rule.warn.ladder.said:
            channels = found.setdefault(step.template, {})
            channels[step.channel.value] = (*channels.get(step.channel.value, ()), rule.warn.ladder.name)
    return found
