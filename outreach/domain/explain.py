"""Why, and why not: what each rule of a pattern said of one flag, clause by clause, with the values it saw.

The oracle answers here, so what is explained is what the fused query said: a property test holds the two
together. What the ledger added (an episode that was warned, a more severe pattern) stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from outreach.domain.clauses import clauses, said
from outreach.domain.condition import (
    All,
    AnyOf,
    Calculation,
    Compare,
    Condition,
    Expression,
    Fact,
    Leaf,
    Literal,
    Not,
)
from outreach.domain.decision import Assign, Decision, Reason, Truth, Verdict, decide, judge
from outreach.domain.evaluate import evaluate
from outreach.domain.explain_experiment import experiment_words
from outreach.domain.facts import Catalogue, Facts, Privacy, Value, WhenNull
from outreach.domain.moment import utc
from outreach.domain.plan import RulePlan, main_condition
from outreach.domain.ruleset import Rule, RuleSet, Score

HIDDEN = "(personal, not shown)"
LONGEST = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a condition, `depth` deep: a clause with the values it saw, or what joins those below."""

    depth: int
    words: str
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """An exclusion, and whether it held."""

    because: str
    truth: Truth
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWord:
    """One rule's word on a flag; `decision` is None where it has nothing to say. `score` and `experiment`
    are in words."""

    rule: Rule
    decision: Decision | None
    truth: Truth
    lines: tuple[Line, ...]
    score: str
    exclusions: tuple[Excepted, ...]
    experiment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternWord:
    """What a pattern's rules said of a flag: each rule's word, the decision of them all, and the shadows'."""

    words: tuple[RuleWord, ...]
    acting: Decision | None
    shadow: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about: the facts as seen, their catalogue, the run's time, the experiments' coin."""

    facts: Facts
    catalogue: Catalogue
    now: datetime
    assign: Assign


def explain(rule_set: RuleSet, asked: Asked) -> PatternWord:
    """Every rule of a pattern, those too that do not run, on one flag."""
    plans = {rule.id: _plan(rule_set.pattern, rule) for rule in rule_set.rules}
    running = [plan for plan in plans.values() if plan.rule.is_run]
    # One row of answers for all: each rule's own probes behind those of the rules before it.
    placed, truths = _placed(running, asked)
    acting, shadow = decide(placed, truths, asked.facts, asked.assign)
    words = tuple(_word(plan, asked) for plan in plans.values())
    return PatternWord(words=words, acting=acting, shadow=shadow)


def _plan(pattern: str, rule: Rule, first: int = 0) -> RulePlan:
    places = tuple(range(first + 1, first + 1 + len(rule.exclusions)))
    spared = first + 1 + len(rule.exclusions) if _spared(rule) else None
    return RulePlan(pattern=pattern, rule=rule, main=first, exclusions=places, spared=spared)


def _spared(rule: Rule) -> tuple[Condition, ...]:
    """Whom its experiment must not assign."""
    spared = rule.experiment.spared if rule.experiment else None
    return () if spared is None else (spared,)


def _placed(plans: Sequence[RulePlan], asked: Asked) -> tuple[list[RulePlan], list[Truth]]:
    placed, truths = [], list[Truth]()
    for plan in plans:
        placed.append(_plan(plan.pattern, plan.rule, len(truths)))
        truths += _truths(plan, asked)
    return placed, truths


def _truths(plan: RulePlan, asked: Asked) -> list[Truth]:
    asked_of = (*(e.when for e in plan.rule.exclusions), *_spared(plan.rule))
    conditions = (main_condition(plan.pattern, plan.rule), *asked_of)
    return [evaluate(condition, asked.facts, asked.now) for condition in conditions]


def _word(plan: RulePlan, asked: Asked) -> RuleWord:
    rule = plan.rule
    truths = _truths(plan, asked)
    decision = judge(plan, truths, asked.facts, asked.assign)
    is_near = decision is not None and decision.verdict is Verdict.NEAR_MISS
    score = score_words(rule.score, asked.facts) if rule.score else ""
    return RuleWord(
        rule=rule,
        decision=decision,
        truth=evaluate(rule.when, asked.facts, asked.now),
        lines=tuple(_lines(rule.when, asked, 0)),
        score=f"{score}: near miss" if is_near else score,
        experiment=experiment_words(plan, truths, decision, asked.now),
        exclusions=tuple(
            Excepted(
                because=exclusion.because,
                truth=evaluate(exclusion.when, asked.facts, asked.now),
                lines=tuple(_lines(exclusion.when, asked, 0)),
            )
            for exclusion in rule.exclusions
        ),
    )


def _lines(condition: Condition, asked: Asked, depth: int) -> Iterator[Line]:
    truth = evaluate(condition, asked.facts, asked.now)
    match condition:
        case All(parts) | AnyOf(parts):
            join = "all of" if isinstance(condition, All) else "any of"
            yield Line(depth=depth, words=join, truth=truth)
            for part in parts:
                yield from _lines(part, asked, depth + 1)
        case Not(inner):
            yield Line(depth=depth, words="not", truth=truth)
            yield from _lines(inner, asked, depth + 1)
        case _:
            yield Line(depth=depth, words=said(condition, lambda fact: _seen(fact, asked)), truth=truth)


def _seen(fact: Fact, asked: Asked) -> str:
    """A fact by its name, with the value that was seen beside it."""
    return f"{fact.name} {value_words(fact.name, asked.facts.get(fact.name), asked.catalogue)}"


def value_words(name: str, value: Value, catalogue: Catalogue) -> str:
    """A fact's value as it is shown: what is personal is not."""
    spec = catalogue.get(name)
    if value is None:
        return "never" if spec is not None and spec.when_null is WhenNull.NEVER else "unknown"
    if spec is not None and spec.privacy is Privacy.PERSONAL:
        return HIDDEN
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number(value)
        case datetime():
            return utc(value)
        case tuple():
            return f"[{_short(', '.join(value))}]"
        case str():
            return f"'{_short(value)}'"
        case _:
            return str(value)


def number(value: Decimal) -> str:
    """A number without the noughts that only its type put there."""
    return f"{value.normalize():f}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def score_words(score: Score, facts: Facts) -> str:
    """`risk_score 72.5, under 80, observed from 65`."""
    raw = facts.get(score.fact)
    if raw is None:
        return f"{score.fact} unknown"
    value, high = Decimal(str(raw)), number(score.at_least)
    if value >= score.at_least:
        return f"{score.fact} {number(value)}, at least {high}"
    if value >= score.floor:
        return f"{score.fact} {number(value)}, under {high}, observed from {number(score.floor)}"
    watched = f", and under {number(score.floor)}, from where it is observed"
    return f"{score.fact} {number(value)}, under {high}{watched if score.floor < score.at_least else ''}"


LEDGERS = frozenset(
    {Reason.EPISODE_WARNED, Reason.OVERTAKEN, Reason.SAID_MINE, Reason.TRIED_AGAIN, Reason.WORSE_SINCE}
)
"""Reasons that the ledger gave, knowing what the person was warned about: the rules alone say "warn"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A decision as the ledger keeps it."""

    rule: str
    verdict: str
    reason: str
    because: str
    is_shadow: bool
    rule_set_sha256: str
    facts: Mapping[str, object]


def agrees(stored: Sequence[Stored], found: PatternWord) -> bool:
    """Whether a flag's rules say again what the ledger keeps of it, but for the ledger's own reasons."""
    return sorted(map(_kept, stored)) == sorted(map(_again, (*_acting(found), *found.shadow)))


def _acting(found: PatternWord) -> tuple[Decision, ...]:
    return (found.acting,) if found.acting else ()


def _kept(stored: Stored) -> tuple[str, bool, str, str, str]:
    if stored.reason in LEDGERS:
        return stored.rule, stored.is_shadow, Verdict.WARN.value, "", stored.because
    is_warn = stored.verdict == Verdict.WARN
    return stored.rule, stored.is_shadow, stored.verdict, "" if is_warn else stored.reason, stored.because


def _again(decision: Decision) -> tuple[str, bool, str, str, str]:
    is_warn = decision.verdict is Verdict.WARN
    reason = "" if is_warn else decision.reason.value
    return decision.rule.rule.id, decision.is_shadow, decision.verdict.value, reason, decision.because


def facts_asked(rule_set: RuleSet) -> frozenset[str]:
    """The facts that the rules of a pattern ask, scores among them."""
    conditions = (
        c for rule in rule_set.rules for c in (rule.when, *(e.when for e in rule.exclusions), *_spared(rule))
    )
    asked = {name for condition in conditions for leaf in clauses(condition) for name in _names(leaf)}
    return frozenset(asked | {rule.score.fact for rule in rule_set.rules if rule.score})


def _names(leaf: Leaf) -> Iterator[str]:
    match leaf:
        case Compare(_, left, right):
            yield from _names_of(left)
            yield from _names_of(right)
        case _:
            yield leaf.fact.name


def _names_of(value: Expression) -> Iterator[str]:
    match value:
        case Fact(name):
            yield name
        case Calculation(_, left, right):
            yield from _names_of(left)
            yield from _names_of(right)
        case Literal():
            return
