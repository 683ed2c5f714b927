"""Two rule books asked at once: every condition of either one time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from outreach.domain.condition import Compare, Condition, Fact, Literal, Operator
from outreach.domain.facts import FactType
from outreach.domain.masks import PROBES_A_MASK, mask_count
from outreach.domain.plan import Plan, RulePlan, plan
from outreach.domain.ruleset import Rule, Rulebook, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Both books as one plan. `relevant` has by pattern, for each mask, the bits that matter to its rules.

    `sides` are the books' rules by pattern, as the plan numbers their probes, `hangs_on` has by rule (its
    `id()`) the probes on which its decision hangs; `scores` are the facts of cut-offs.
    """

    plan: Plan
    sides: tuple[Mapping[str, tuple[RulePlan, ...]], Mapping[str, tuple[RulePlan, ...]]]
    relevant: Mapping[str, tuple[int, ...]]
    hangs_on: Mapping[int, tuple[int, ...]]
    scores: tuple[str, ...]


def joint(before: Rulebook, after: Rulebook) -> Joint:
    """One plan for both books, in which whatever they share is asked once."""
    plans = (plan(before), plan(after))
    mains = dict.fromkeys(each.probes[rule.main] for each in plans for rule in each.rules)
    others = dict.fromkeys(probe for each in plans for rule in each.rules for probe in _beside(each, rule))
    main = {probe: place for place, probe in enumerate(mains)}
    beside = {probe: len(mains) + place for place, probe in enumerate(others)}
    sides = tuple(_side(each, main, beside) for each in plans)
    whole = Plan(probes=(*mains, *others), mains=len(mains), rules=())
    scored = (rule.rule.score.fact for each in plans for rule in each.rules if rule.rule.score)
    return Joint(
        plan=whole,
        sides=(sides[0], sides[1]),
        relevant=_relevant(sides, beside, len(whole.probes)),
        hangs_on={
            id(rule.rule): tuple(_places(rule, beside))
            for side in sides
            for rules in side.values()
            for rule in rules
        },
        scores=tuple(dict.fromkeys(scored)),
    )


def _beside(whole: Plan, rule: RulePlan) -> Iterator[Condition]:
    for place in (*rule.exclusions, *_spared(rule)):
        yield whole.probes[place]
    yield from _cuts(rule.rule)


def _spared(rule: RulePlan) -> Iterator[int]:
    if rule.spared is not None:
        yield rule.spared


def _cuts(rule: Rule) -> Iterator[Condition]:
    """On which side of its cut-off and its experiment's band a row stands."""
    score = rule.score
    if score is None:
        return
    yield _cut(score, Operator.GE, Literal(score.at_least, FactType.SCORE))
    for low in rule.experiment.over if rule.experiment else ():
        yield _cut(score, Operator.GT, Literal(low, FactType.SCORE))
    for high in rule.experiment.under if rule.experiment else ():
        yield _cut(score, Operator.LT, Literal(high, FactType.SCORE))


def _cut(score: Score, op: Operator, bound: Literal) -> Condition:
    return Compare(op, Fact(score.fact, FactType.SCORE), bound)


def _side(
    whole: Plan, main: Mapping[Condition, int], beside: Mapping[Condition, int]
) -> Mapping[str, tuple[RulePlan, ...]]:
    found: dict[str, tuple[RulePlan, ...]] = {}
    for rule in whole.rules:
        moved = RulePlan(
            pattern=rule.pattern,
            rule=rule.rule,
            main=main[whole.probes[rule.main]],
            exclusions=tuple(beside[whole.probes[place]] for place in rule.exclusions),
            spared=None if rule.spared is None else beside[whole.probes[rule.spared]],
        )
        found[rule.pattern] = (*found.get(rule.pattern, ()), moved)
    return found


def _relevant(
    sides: Sequence[Mapping[str, tuple[RulePlan, ...]]], beside: Mapping[Condition, int], probes: int
) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for side in sides:
        for pattern, rules in side.items():
            masks = found.setdefault(pattern, [0] * mask_count(probes))
            for rule in rules:
                for place in _places(rule, beside):
                    masks[place // PROBES_A_MASK] |= 1 << place % PROBES_A_MASK
    return {pattern: tuple(masks) for pattern, masks in found.items()}


def _places(rule: RulePlan, beside: Mapping[Condition, int]) -> Iterator[int]:
    """Where the answers stand on which the rule's decision hangs."""
    yield rule.main
    yield from rule.exclusions
    yield from _spared(rule)
    yield from (beside[cut] for cut in _cuts(rule.rule))
