"""Wordings against each other, everyone warned: looked at as often as anybody likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from outreach.adapters.estimators import Arm, at_any_look
from outreach.adapters.measuring.arms import LEAST_HAPPENED, sample_ratio, seen, told_by, withheld
from outreach.adapters.measuring.intervals import capped
from outreach.adapters.measuring.people import People
from outreach.domain.experiment import Metric, Registered
from outreach.domain.outcomes.level import named
from outreach.domain.outcomes.measured import ArmSeen, Effect, Measured

METHOD = (
    "difference of wordings by lot, intention to treat; confidence sequence of 95 %, of all wordings "
    "together, true at every look"
)
PLANNED = 20_000
"""People for whose half the interval is narrowest: fixed beforehand, or a look could choose it."""


def wordings(people: People, one: Registered, blank: Measured) -> Iterator[Measured]:
    """Each wording against the plain one."""
    happened = people.happened(one)
    arms = [seen(people, one, happened, people.arm == name, name) for name in one.arms]
    checks = [sample_ratio(arms, one)]
    if one.metric is not Metric.ANSWERED:
        checks.append(told_by(people))
    everyone = replace(
        blank, method=METHOD, where="everybody whom the rule warns", arms=tuple(arms), checks=tuple(checks)
    )
    level = 1 - 0.05 / max(len(arms) - 1, 1)  # of many wordings one wins by chance more often
    for other in arms[1:]:
        told = replace(everyone, versus=other.name)
        refusal = withheld(told.checks) or _few(arms[0], other)
        yield (
            replace(told, refusal=refusal)
            if refusal
            else replace(
                told,
                effect=_effect(arms[0], other, one, level),
                money=_money(people, one, other.name, level),
                warned=other.matured,
            )
        )


def _few(plain: ArmSeen, other: ArmSeen) -> str:
    together = plain.happened + other.happened
    if together >= LEAST_HAPPENED and plain.matured and other.matured:
        return ""
    people = plain.matured + other.matured
    return f"too few events: {together} among {people:,} people, at least {LEAST_HAPPENED} are needed"


def _effect(plain: ArmSeen, other: ArmSeen, one: Registered, level: float) -> Effect:
    """Of losses fewer is better, of answers more."""
    pair = [Arm.of_cases(arm.happened, arm.matured) for arm in (plain, other)]
    better, than = pair[::-1] if one.metric is Metric.ANSWERED else pair
    told = at_any_look(better, than, planned=PLANNED, level=level)
    return Effect(estimate=told.difference, low=told.low, high=told.high)


def _money(people: People, one: Registered, other: str, level: float) -> Effect | None:
    """Capped amounts that the other wording spares; None where none is registered."""
    if one.metric is Metric.ANSWERED or one.cap is None:
        return None
    amounts = capped(people.lost(named(one.window)), float(one.cap))
    known = ~np.isnan(amounts)
    plain, changed = (amounts[known & (people.arm == name)] for name in (one.arms[0], other))
    arms = [Arm(n=len(arm), mean=float(arm.mean()), variance=float(arm.var())) for arm in (plain, changed)]
    told = at_any_look(*arms, planned=PLANNED, level=level)
    return Effect(estimate=told.difference, low=told.low, high=told.high)
