"""Looks at what analysts and writers made: rules, examples, templates, and whether they fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from outreach.domain.consent import Program
from outreach.domain.ladder import CALL_COMING
from outreach.domain.ruleset import Rule, Rulebook, RuleStatus
from outreach.wiring.checkup.finding import Finding, State, guarded
from outreach.wiring.connected import unheard_holds
from outreach.wiring.house import House
from outreach.wiring.workshop import check_rules, check_templates, test_rules


def files(rules: Path, templates: Path, firm: str) -> list[Finding]:
    """Rules, examples and templates: told even where the settings do not fit, so that all is told at once."""
    found = guarded("rules", lambda: _rules(rules))
    if all(finding.state is not State.PROBLEM for finding in found):
        found += guarded("examples", lambda: _examples(rules))
    return found + guarded("templates", lambda: _templates(templates, rules, firm))


def _rules(folder: Path) -> Iterator[Finding]:
    book, problems = check_rules(folder)
    for problem in problems:
        state = State.WARNING if problem.is_warning else State.PROBLEM
        yield Finding(about="rules", says=str(problem), state=state)
    if book is not None:
        live = sum(rule.status is RuleStatus.LIVE for one in book.sets.values() for rule in one.rules)
        yield Finding(about="rules", says=f"{len(book.sets)} patterns, {live} live rules in {folder}")


def _examples(folder: Path) -> Iterator[Finding]:
    report = test_rules(folder)
    failed, count = len(report.failures), len(report.outcomes)
    if failed:
        says = f"{failed} of {count} examples do not come out as their author says"
        yield Finding(about="examples", says=says, state=State.PROBLEM, mend="see `outreach rules test`")
    else:
        yield Finding(
            about="examples", says=f"all {count} hold; {report.coverage:.0f} % of the clauses are reached"
        )


def _templates(folder: Path, rules: Path, firm: str) -> Iterator[Finding]:
    report = check_templates(folder, rules, firm)
    for problem in report.problems:
        state = State.WARNING if problem.is_warning else State.PROBLEM
        yield Finding(about="templates", says=str(problem), state=state)
    if not report.counts:
        yield Finding(about="templates", says=f"{folder} holds no template", state=State.PROBLEM)
    elif not report.errors:
        count = sum(sum(reviews.values()) for reviews in report.counts.values())
        yield Finding(about="templates", says=f"{count} messages in {', '.join(report.counts)}")


def ladders(house: House) -> Iterator[Finding]:
    """Whether whatever a live rule may say can be said to anybody."""
    default = house.settings.default_locale
    wanted = _wanted(house.rules.current())
    missing = [name for name in wanted if default not in house.renderer.locales(name)]
    for name in missing:
        mend = f"write templates/{name}.{default}.j2, or set default_locale"
        says = f"a live rule says {name}, which is not written in {default}, the default locale"
        yield Finding(about="ladders", says=says, state=State.PROBLEM, mend=mend)
    if not missing:
        yield Finding(
            about="ladders",
            says=f"each of the {len(wanted)} messages that a rule may send is written in {default}",
        )


def holds(house: House) -> Iterator[Finding]:
    """Whether anybody hears of the holds that live rules ask for; nothing where they do."""
    if says := unheard_holds(house.settings, house.rules.current()):
        yield Finding(about="core", says=says, state=State.WARNING, mend="set core.kind (docs/settings.md)")


def _wanted(book: Rulebook) -> list[str]:
    """The templates that the steps of live rules name, and what takes over once the money has left."""
    steps = {
        step.template
        for one in book.sets.values()
        for rule in one.rules
        if rule.status is RuleStatus.LIVE
        for step in rule.warn.ladder.said
    }
    taught = {s.pattern for s in book.sets.values() if all(_teaches(rule) for rule in s.rules)}
    patterns = {name.partition("/")[0] for name in steps if name != CALL_COMING} - taught
    after = {f"{pattern}/after_loss" for pattern in patterns}
    return sorted(steps | after)


def _teaches(rule: Rule) -> bool:
    """A lesson stays what it is: no loss takes its place."""
    return rule.warn.ladder.program is Program.EDUCATION
