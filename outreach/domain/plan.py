"""The plan of a match: which conditions are asked of every row, as one bit each.

Each running rule has one *main* probe (its pattern, its `when`, its lowest score of interest) and one
probe an exclusion. A matcher answers every probe of a row with true, false or unknown; `decide` reads
the answers. Rows whose main probes are all false are never handed over.
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach.domain.condition import All, Compare, Condition, Fact, Literal, Operator
from outreach.domain.facts import FactType
from outreach.domain.ruleset import Rule, Rulebook

PATTERN_FACT = "pattern"
"""The column that names a flag's pattern; every main probe is gated by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """Where the answers about one rule stand: indices into `Plan.probes`."""

    pattern: str
    rule: Rule
    main: int
    exclusions: tuple[int, ...]
    spared: int | None = None  # whom its experiment must not assign; None: it has none, or spares nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The probes of all running rules; the first `mains` are main, the rest exclusions and the spared."""

    probes: tuple[Condition, ...]
    mains: int
    rules: tuple[RulePlan, ...]


def main_condition(pattern: str, rule: Rule) -> Condition:
    """Pattern, condition and lowest score of interest as one three-valued condition."""
    gate = Compare(Operator.EQ, Fact(PATTERN_FACT, FactType.TEXT), Literal(pattern, FactType.TEXT))
    if rule.score is None:
        return All((gate, rule.when))
    floor = Compare(
        Operator.GE, Fact(rule.score.fact, FactType.SCORE), Literal(rule.score.floor, FactType.SCORE)
    )
    return All((gate, floor, rule.when))


def plan(book: Rulebook) -> Plan:
    """The plan of every running rule of a book, in book order; equal exclusions share a probe."""
    running = [(s.pattern, rule) for s in book.sets.values() for rule in s.rules if rule.is_run]
    mains = [main_condition(pattern, rule) for pattern, rule in running]
    shared: dict[Condition, int] = {}
    plans = []
    for index, (pattern, rule) in enumerate(running):
        places = tuple(
            shared.setdefault(exclusion.when, len(mains) + len(shared)) for exclusion in rule.exclusions
        )
        spared = rule.experiment.spared if rule.experiment else None
        place = None if spared is None else shared.setdefault(spared, len(mains) + len(shared))
        plans.append(RulePlan(pattern=pattern, rule=rule, main=index, exclusions=places, spared=place))
    return Plan(probes=(*mains, *shared), mains=len(mains), rules=tuple(plans))
