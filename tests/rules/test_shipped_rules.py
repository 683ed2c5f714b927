"""What the shipped rules promise the analyst who takes them over, and the people they warn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from outreach.adapters.matcher import DuckMatcher, match_facts
from outreach.adapters.rulebook import read_rulebook
from outreach.domain.evaluate import evaluate
from outreach.domain.examples import ExampleReport, all_examples, examples_run_at, judge_examples
from outreach.domain.plan import plan
from outreach.domain.ruleset import Rule, Rulebook, RuleSet, RuleStatus
from outreach.domain.scale import Channel, Urgency
from tests.languages import FIRST

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
NOW = examples_run_at(TODAY)
PATTERNS = {
    "pig_butchering",
    "fake_platform",
    "support_impersonation",
    "authority_impersonation",
    "phishing_ato",
    "approval_phishing",
    "job_task",
    "recovery",
    "address_poisoning",
    "giveaway_deepfake",
    "remote_access",
    "p2p_payment",
    "mule_recruitment",
    "unknown_pattern",
    "silent_loss",
}


LESSONS = "education"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    found, problems = read_rulebook(ROOT / "rules", today=TODAY)
    assert not problems, "\n".join(map(str, problems))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def report(book: Rulebook) -> ExampleReport:
    asked = plan(book)
    facts = [example.facts for _, example in all_examples(book)]
    return judge_examples(book, asked, match_facts(DuckMatcher(), asked, facts, book.catalogue, NOW), NOW)


def live(book: Rulebook) -> Iterator[tuple[RuleSet, Rule]]:
    return ((s, rule) for s in book.sets.values() for rule in s.rules if rule.status is RuleStatus.LIVE)


def holds_in(rules: RuleSet, rule: Rule, state: str) -> list[str]:
    """The examples on which the rule would hold if their transfer were in this state."""
    facts = ({**e.facts, "transfer_state": state} for e in rules.examples)
    return [f"{rules.pattern}/{rule.id} in {state}" for f in facts if evaluate(rule.when, f, NOW) is True]


def test_all_fifteen_patterns_have_three_live_rules(book: Rulebook) -> None:
    assert set(book.sets) == PATTERNS | {LESSONS}
    assert all(sum(s is book.sets[name] for s, _ in live(book)) >= 3 for name in PATTERNS)


def test_every_example_comes_out_as_written(report: ExampleReport) -> None:
    assert report.outcomes
    assert not [f"{o.file}: {o.example.name}: {o.got} {o.rule} {o.because}" for o in report.failures]


def test_the_examples_reach_every_clause_and_every_exclusion(report: ExampleReport) -> None:
    assert not report.gaps
    assert report.coverage == 100


def test_every_rule_warns_once_by_its_own_name(book: Rulebook, report: ExampleReport) -> None:
    named = {(o.file, o.rule) for o in report.outcomes if o.got == "warn" and o.example.rule == o.rule}
    assert not [rule.id for s, rule in live(book) if (s.file, rule.id) not in named]


def test_every_pattern_shows_an_undecided_and_every_score_a_near_miss(
    book: Rulebook, report: ExampleReport
) -> None:
    undecided = {o.file for o in report.outcomes if o.got == "undecided"}
    near = {(o.file, o.rule) for o in report.outcomes if o.got == "near_miss"}
    assert undecided == {s.file for s in book.sets.values()}
    assert not [rule.id for s, rule in live(book) if rule.score is not None and (s.file, rule.id) not in near]


@pytest.mark.parametrize("state", ["none", "sent", "cancelled"])
def test_a_critical_warning_needs_money_that_can_still_be_kept(book: Rulebook, state: str) -> None:
    critical = [(s, rule) for s, rule in live(book) if rule.warn.urgency is Urgency.CRITICAL]
    assert critical
    assert not [hit for s, rule in critical for hit in holds_in(s, rule, state)]


def test_a_warning_lasts_as_long_as_a_hold_only_where_there_is_one(book: Rulebook) -> None:
    by_hold = [(s, rule) for s, rule in live(book) if rule.warn.expires == "hold_expires_at"]
    others = ("none", "pending", "released", "sent", "cancelled")
    assert by_hold
    assert not [hit for s, rule in by_hold for state in others for hit in holds_in(s, rule, state)]


def test_nobody_is_told_of_a_loss_before_the_money_left(book: Rulebook) -> None:
    after = [(s, rule) for s, rule in live(book) if rule.warn.template.endswith("/after_loss")]
    before = ("none", "pending", "held", "released", "cancelled")
    assert {s.pattern for s, _ in after} == PATTERNS
    assert not [hit for s, rule in after for state in before for hit in holds_in(s, rule, state)]


def test_nobody_is_told_that_money_is_about_to_leave_after_it_left(book: Rulebook) -> None:
    leaving = [(s, rule) for s, rule in live(book) if rule.warn.template.endswith("/leaving")]
    # A permission that was signed is told as a sent transfer, and takes nothing yet.
    leaving = [(s, rule) for s, rule in leaving if s.pattern != "approval_phishing"]
    assert not [hit for s, rule in leaving for hit in holds_in(s, rule, "sent")]


@pytest.mark.parametrize(
    ("pattern", "stranger_reads"),
    [
        ("remote_access", {Channel.PUSH, Channel.EMAIL}),  # the inbox entry is for another device
        ("phishing_ato", {Channel.PUSH, Channel.INBOX}),  # both come with the account
    ],
)
def test_a_stranger_on_the_device_or_in_the_account_is_never_written_to(
    book: Rulebook, pattern: str, stranger_reads: set[Channel]
) -> None:
    channels = {step.channel for rule in book.sets[pattern].rules for step in rule.warn.ladder.steps}
    assert channels
    assert not channels & stranger_reads


def test_false_support_is_not_answered_by_a_call_before_the_loss(book: Rulebook) -> None:
    rules = book.sets["support_impersonation"].rules
    leaving = [r for r in rules if r.warn.template.endswith("/leaving")]
    assert leaving
    assert not [r.id for r in leaving if Channel.CALL in {step.channel for step in r.warn.ladder.steps}]


def test_it_is_mine_quiets_nothing_where_a_stranger_can_press_it(book: Rulebook) -> None:
    rules = (rule for p in ("remote_access", "phishing_ato") for rule in book.sets[p].rules)
    reasons = {exclusion.because for rule in rules for exclusion in rule.exclusions}
    assert reasons
    assert "answered it is mine" not in reasons


def test_every_rule_leaves_staff_and_legal_holds_alone_and_has_limits(book: Rulebook) -> None:
    for s, rule in live(book):
        assert "staff, test or legal hold" in {e.because for e in rule.exclusions}, f"{s.pattern}/{rule.id}"
        assert rule.limits.max_share is not None, f"{s.pattern}/{rule.id}"
        assert rule.limits.max_users is not None, f"{s.pattern}/{rule.id}"


def _we_never(language: str) -> dict[str, dict[str, Any]]:
    name = "we_never.yml" if language == "en" else f"we_never/{language}.yml"
    listed = yaml.safe_load((ROOT / "rules" / name).read_text(encoding="utf-8"))["we_never"]
    found = {item["id"]: item for item in listed}
    assert len(found) == len(listed) > 0, name
    return found


def test_what_we_never_do_is_said_and_guarded_in_every_language_there_is() -> None:
    english = _we_never("en")
    languages = {"en", *(file.stem for file in (ROOT / "rules" / "we_never").glob("*.yml"))}
    assert languages >= FIRST
    for language in languages:
        listed = _we_never(language)
        assert list(listed) == list(english), language
        for name, item in listed.items():
            phrases, own = item["forbidden"], item["statement"].lower()
            assert len(set(phrases)) == len(phrases) > 0, (name, language)
            assert not [p for p in phrases if p.lower() in own], (name, language)
