"""Examples: whether a rule file's own cases come out as its author says, and what they never reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial

from outreach.domain.clauses import clauses, said
from outreach.domain.condition import Condition, Leaf
from outreach.domain.decision import Decision, Truth, Verdict, decide
from outreach.domain.evaluate import evaluate
from outreach.domain.plan import Plan, RulePlan
from outreach.domain.ruleset import Example, Rule, Rulebook, RuleSet, RuleStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseValue:
    """What one clause of a rule said of an example; `place` is `rule` or `rule, except: because`."""

    place: str
    clause: str
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One example with what came of it. `clauses` are filled in only where it failed."""

    file: str
    example: Example
    got: str
    because: str = ""
    rule: str = ""
    clauses: tuple[ClauseValue, ...] = ()

    @property
    def holds(self) -> bool:
        """True where verdict, and reason and rule where the author gives them, are as expected."""
        wanted = self.example
        return (
            self.got == wanted.expect
            and wanted.because in {"", self.because}
            and wanted.rule in {"", self.rule}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A piece of a rule that no example reaches. `never`: `true`, `false`, `used` or `climbed` (a ladder)."""

    file: str
    rule: str
    piece: str
    never: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleReport:
    """All outcomes, the gaps, and how much of what could be reached was (`reached` of `reachable`)."""

    outcomes: tuple[Outcome, ...]
    gaps: tuple[Gap, ...]
    reachable: int

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The outcomes that are not as the author says."""
        return tuple(o for o in self.outcomes if not o.holds)

    @property
    def coverage(self) -> float:
        """Share of clause answers, exclusions and ladders that some example reaches, in percent."""
        return 100.0 if not self.reachable else 100.0 * (self.reachable - len(self.gaps)) / self.reachable


def examples_run_at(today: date) -> datetime:
    """The run time that examples are told from: midnight UTC, so that a day's runs all agree."""
    return datetime.combine(today, time(), tzinfo=UTC)


def all_examples(book: Rulebook) -> list[tuple[RuleSet, Example]]:
    """Every example of a book with its rule set, in book order."""
    return [(rule_set, example) for rule_set in book.sets.values() for example in rule_set.examples]


def judge_examples(
    book: Rulebook, plan: Plan, truths: Sequence[Sequence[Truth]], now: datetime
) -> ExampleReport:
    """The report on `all_examples(book)`, given the matcher's answers to each, in the same order."""
    outcomes = tuple(
        _outcome(rule_set, example, plan, answers, now)
        for (rule_set, example), answers in zip(all_examples(book), truths, strict=True)
    )
    gaps, reachable = [], 0
    for rule_set in book.sets.values():
        own = [o for o in outcomes if o.file == rule_set.file]
        used = {(o.rule, o.because) for o in own if o.got == "skip"}
        climbed = {o.rule for o in own if o.got in CLIMBS}
        found, count = _gaps(rule_set, used, climbed, now)
        gaps += found
        reachable += count
    return ExampleReport(outcomes=outcomes, gaps=tuple(gaps), reachable=reachable)


def _outcome(
    rule_set: RuleSet, example: Example, plan: Plan, answers: Sequence[Truth], now: datetime
) -> Outcome:
    own = [r for r in plan.rules if r.pattern == rule_set.pattern]
    decision = _decision(example, own, answers)
    outcome = Outcome(
        file=rule_set.file,
        example=example,
        got="none" if decision is None else decision.verdict.value,
        because="" if decision is None else decision.because,
        rule="" if decision is None else decision.rule.rule.id,
    )
    if outcome.holds:
        return outcome
    return Outcome(
        file=outcome.file,
        example=example,
        got=outcome.got,
        because=outcome.because,
        rule=outcome.rule,
        clauses=tuple(_values(own, example, now)),
    )


def _decision(example: Example, own: Sequence[RulePlan], answers: Sequence[Truth]) -> Decision | None:
    """What the rules say; a shadow rule speaks where the example names it, or where none is live."""
    decision, shadow = decide(own, answers, example.facts, partial(_arm, example))
    if example.rule:
        named = [d for d in shadow if d.rule.rule.id == example.rule]
        return named[0] if named else decision
    if any(r.rule.status is RuleStatus.LIVE for r in own):
        return decision
    return shadow[0] if shadow else None


def _arm(example: Example, rule: Rule) -> str | None:
    """The arm that the example expects: of an experiment either one may be tried."""
    if rule.experiment is None or not rule.experiment.arms:
        return None
    return rule.experiment.arms[-1 if example.expect == Verdict.CONTROL else 0]


def _values(own: Sequence[RulePlan], example: Example, now: datetime) -> Iterable[ClauseValue]:
    for plan in own:
        rule = plan.rule
        for place, condition in _places(plan):
            for clause in dict.fromkeys(clauses(condition)):
                truth = evaluate(clause, example.facts, now)
                yield ClauseValue(place=place, clause=said(clause), truth=truth)
        if rule.score is not None:
            score = example.facts.get(rule.score.fact)
            cut = f"{rule.score.fact} >= {rule.score.at_least}"
            reached = None if score is None else bool(score >= rule.score.at_least)  # type: ignore[operator]
            yield ClauseValue(place=f"{rule.id}, score", clause=cut, truth=reached)


def _places(plan: RulePlan) -> list[tuple[str, Condition]]:
    rule = plan.rule
    return [(rule.id, rule.when), *((f"{rule.id}, except: {e.because}", e.when) for e in rule.exclusions)]


CLIMBS = frozenset({Verdict.WARN.value, Verdict.CONTROL.value})
"""Verdicts that exercise a rule's ladder; in an experiment either arm may be the one that climbs it."""


def _gaps(
    rule_set: RuleSet, used: set[tuple[str, str]], climbed: set[str], now: datetime
) -> tuple[list[Gap], int]:
    """What the examples of one file never reach, and how much there is to reach."""
    gaps, reachable = [], 0
    for rule in (r for r in rule_set.rules if r.is_run):
        reachable += 1
        if rule.id not in climbed:
            piece = f"ladder: {rule.warn.ladder.name}"
            gaps.append(Gap(file=rule_set.file, rule=rule.id, piece=piece, never="climbed"))
        for clause in dict.fromkeys(clauses(rule.when)):
            seen = _seen(clause, rule_set.examples, now)
            reachable += 2
            gaps += [
                Gap(file=rule_set.file, rule=rule.id, piece=said(clause), never=str(never).lower())
                for never in (True, False)
                if never not in seen
            ]
        for exclusion in rule.exclusions:
            reachable += 1
            if (rule.id, exclusion.because) not in used:
                gaps.append(
                    Gap(file=rule_set.file, rule=rule.id, piece=f"except: {exclusion.because}", never="used")
                )
    return gaps, reachable


def _seen(clause: Leaf, examples: Iterable[Example], now: datetime) -> set[Truth]:
    return {evaluate(clause, example.facts, now) for example in examples}
